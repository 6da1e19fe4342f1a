"""Making the production that one copy of a case is drawn from.

It must never let a copy hold more than its readers may see; what it cannot decide it leaves out.
"""

from exports.case_file import CaseFile, Variant
from exports.productions import Production


def redact(case_file: CaseFile, variant: Variant) -> Production:
    """Return the case as a copy of this variant shows it.

    Raises:
        ValueError: The office copy was asked for and the case file holds no office record.
    """
    if variant is Variant.FACTS:
        return Production(variant, case_file.without_office_record())
    if case_file.office is None:
        raise ValueError("An office copy needs the office record.")
    return Production(variant, case_file)
