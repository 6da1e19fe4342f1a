"""Making the case summary of a case: plain values in, a PDF out, its digest in the ledger."""

import hashlib
from dataclasses import dataclass, field

from casework.case_files import build_case_file
from casework.caseworker import Caseworker
from casework.ledger_writing import append_event
from casework.opening import OpenedCase
from exports import case_file as paper
from models.engine import write
from models.ledger import Event


@dataclass(frozen=True)
class ExportedSummary:
    """A finished PDF and its file name, which names nobody."""

    content: bytes = field(repr=False)
    file_name: str


def export_summary(caseworker: Caseworker, case: OpenedCase, variant: paper.Variant) -> ExportedSummary:
    """Make the PDF case summary and record its digest and which copy it is.

    Raises:
        CannotExportError: as `check_exportable`.
    """
    # WeasyPrint takes a second to load: who only reads the queue need not wait for it.
    from exports.documents.summary import render_case_summary, suggest_file_name  # noqa: PLC0415
    from exports.redaction.redacting import redact  # noqa: PLC0415

    case_file = build_case_file(caseworker, case)
    content = render_case_summary(redact(case_file, variant)).content
    event = Event(
        "case:exported", case.id, hashlib.sha256(content).hexdigest(), caseworker.staff_id, item=variant.value
    )
    with write(caseworker.engine) as connection:
        append_event(connection, event, caseworker.config)
    return ExportedSummary(content, suggest_file_name(case_file, variant))
