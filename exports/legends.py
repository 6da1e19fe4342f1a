"""The marking of each part of a document, after why the person wrote to the office.

It must never mark blindly: facts are not privileged because they stand in a lawyer's file, and marking too much
weakens the claims that hold. Sources: Fed. R. Civ. P. 26(b)(3) and 26(b)(5)(A); ABA Model Rule 1.18.
A legend claims; whether the claim holds is for an attorney to decide.
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType

from exports.case_file import PrivilegeClass, Variant


class Part(enum.StrEnum):
    """The parts of a document, each on pages of its own, so that a page has one legend."""

    FACTS = "facts"
    ACCOUNT = "account"
    COUNSEL = "counsel"
    EVIDENCE = "evidence"
    OFFICE = "office"


_ADVICE = PrivilegeClass.LEGAL_ADVICE_SOUGHT
_RECORD = PrivilegeClass.RECORD_ONLY
_TIP = PrivilegeClass.TIP

# How to reach a person is confidential and nobody's work product; the dates that an attorney set are.
_FOR_COUNSEL = "CONFIDENTIAL — FOR COUNSEL ONLY — DATES ARE ATTORNEY WORK PRODUCT"
# What somebody photographed or was handed is no communication, whoever keeps it.
_EVIDENCE = "CONFIDENTIAL — EVIDENCE AS HANDED IN, PRIVILEGE NOT CLAIMED"
_WORK_PRODUCT = "PRIVILEGED & CONFIDENTIAL — ATTORNEY WORK PRODUCT"

LEGENDS: Mapping[tuple[PrivilegeClass, Part], str] = MappingProxyType(
    {
        (_ADVICE, Part.FACTS): "CONFIDENTIAL — FACTS AS REPORTED",
        (_ADVICE, Part.ACCOUNT): "PRIVILEGED & CONFIDENTIAL — COMMUNICATION MADE TO OBTAIN LEGAL ADVICE",
        (_ADVICE, Part.COUNSEL): _FOR_COUNSEL,
        (_ADVICE, Part.EVIDENCE): _EVIDENCE,
        (_ADVICE, Part.OFFICE): f"{_WORK_PRODUCT} — PREPARED IN ANTICIPATION OF LITIGATION",
        (_RECORD, Part.FACTS): "CONFIDENTIAL — FACTS AS REPORTED",
        (_RECORD, Part.ACCOUNT): "CONFIDENTIAL — REPORTED FOR THE RECORD, PRIVILEGE NOT CLAIMED",
        (_RECORD, Part.COUNSEL): _FOR_COUNSEL,
        (_RECORD, Part.EVIDENCE): _EVIDENCE,
        (_RECORD, Part.OFFICE): _WORK_PRODUCT,
        (_TIP, Part.FACTS): "CONFIDENTIAL — FACTS AS REPORTED",
        (_TIP, Part.ACCOUNT): "CONFIDENTIAL — TIP, PRIVILEGE NOT CLAIMED",
        (_TIP, Part.COUNSEL): _FOR_COUNSEL,
        (_TIP, Part.EVIDENCE): _EVIDENCE,
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


_OFFICE_NOTE = "It holds the office’s own record. Do not hand it on whole."
_FACTS_NOTE = (
    "The office’s own record is left out of this copy: what the office checked, weighed, decided and wrote for itself."
)
_OTHER_NOTE = (
    "Some of what the case holds is left out of this copy. Its last part lists what kind of thing, on which ground, "
    "and how often."
)


def describe_copy(variant: Variant) -> str:
    """What a reader must know about a copy: what it holds, or that something is left out of it."""
    return {Variant.OFFICE: _OFFICE_NOTE, Variant.FACTS: _FACTS_NOTE}.get(variant, _OTHER_NOTE)


def choose_legend(privilege_class: PrivilegeClass, part: Part) -> str:
    """The legend for one part of a document about a report of this class."""
    return LEGENDS[privilege_class, part]
