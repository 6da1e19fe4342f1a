"""The marking of each part of a document, after why the person wrote to the office.

It must never mark blindly: facts are not privileged because they stand in a lawyer's file, and marking too much
weakens the claims that hold. Sources: Fed. R. Civ. P. 26(b)(3) and 26(b)(5)(A); ABA Model Rule 1.18.
A legend claims; whether the claim holds is for an attorney to decide.
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType

from exports.case_file import PrivilegeClass


class Part(enum.StrEnum):
    """The parts of a case summary, each on pages of its own, so that a page has one legend."""

    FACTS = "facts"
    ACCOUNT = "account"
    COUNSEL = "counsel"
    OFFICE = "office"


_ADVICE = PrivilegeClass.LEGAL_ADVICE_SOUGHT
_RECORD = PrivilegeClass.RECORD_ONLY
_TIP = PrivilegeClass.TIP

# How to reach a person is confidential and nobody's work product; the dates that an attorney set are.
_FOR_COUNSEL = "CONFIDENTIAL — FOR COUNSEL ONLY — DATES ARE ATTORNEY WORK PRODUCT"
_WORK_PRODUCT = "PRIVILEGED & CONFIDENTIAL — ATTORNEY WORK PRODUCT"

LEGENDS: Mapping[tuple[PrivilegeClass, Part], str] = MappingProxyType(
    {
        (_ADVICE, Part.FACTS): "CONFIDENTIAL — FACTS AS REPORTED",
        (_ADVICE, Part.ACCOUNT): "PRIVILEGED & CONFIDENTIAL — COMMUNICATION MADE TO OBTAIN LEGAL ADVICE",
        (_ADVICE, Part.COUNSEL): _FOR_COUNSEL,
        (_ADVICE, Part.OFFICE): f"{_WORK_PRODUCT} — PREPARED IN ANTICIPATION OF LITIGATION",
        (_RECORD, Part.FACTS): "CONFIDENTIAL — FACTS AS REPORTED",
        (_RECORD, Part.ACCOUNT): "CONFIDENTIAL — REPORTED FOR THE RECORD, PRIVILEGE NOT CLAIMED",
        (_RECORD, Part.COUNSEL): _FOR_COUNSEL,
        (_RECORD, Part.OFFICE): _WORK_PRODUCT,
        (_TIP, Part.FACTS): "CONFIDENTIAL — FACTS AS REPORTED",
        (_TIP, Part.ACCOUNT): "CONFIDENTIAL — TIP, PRIVILEGE NOT CLAIMED",
        (_TIP, Part.COUNSEL): _FOR_COUNSEL,
        (_TIP, Part.OFFICE): _WORK_PRODUCT,
    }
)

GROUNDS: Mapping[PrivilegeClass, str] = MappingProxyType(
    {
        _ADVICE: "The person asked for a lawyer to look at this.",
        _RECORD: "The person asked for this to be put on record and did not ask for a lawyer.",
        _TIP: "The person gave this as a tip and did not ask for a lawyer.",
    }
)


def choose_legend(privilege_class: PrivilegeClass, part: Part) -> str:
    """The legend for one part of a document about a report of this class."""
    return LEGENDS[privilege_class, part]
