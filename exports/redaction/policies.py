"""What each copy holds, and what is taken out of its text: one table, so that a lawyer can check it line by line.

It must never let a copy hold what nobody thought of: a part of a case that is not named here is in the facts and the
office copy alone. Sources: Fed. R. Civ. P. 5.2(a) (what a court filing may include of identifiers, birth dates,
children's names), 26(b)(3) (work product); ABA Model Rules 1.6 (confidentiality) and 1.18. Rule 5.2 does not cover
addresses, telephone numbers and e-mail: those go by this product's own policy.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from exports.case_file import PartyKind, Variant
from exports.redaction.rules import Rule

COPY_NAMES: Mapping[Variant, str] = MappingProxyType(
    {
        Variant.FACTS: "Facts copy",
        Variant.OFFICE: "Office copy",
        Variant.COURT: "Court copy",
        Variant.CO_COUNSEL: "Co-counsel’s copy",
        Variant.AGENCY: "Agency’s copy",
        Variant.PRESS: "Press copy",
        Variant.REPORTER: "Reporter’s own copy",
    }
)


class Exhibits(enum.StrEnum):
    """What becomes of exhibits, whose pictures and sounds no rule can search."""

    WHOLE = "whole"
    LISTED = "listed"  # in the list; content only of those that somebody found fit
    ONLY_FIT = "only_fit"  # the others are not even listed
    FIRST_DAY = "first_day"  # those that came with the report


@dataclass(frozen=True)
class Policy:
    """What one copy holds. ``parts`` are fields of CaseFile; ``words_for_parts`` say in English what is left out.

    ``removed_kinds`` are the people whose names go, ``initialled_kinds`` those of whom initials stay.
    """

    parts: frozenset[str]
    exhibits: Exhibits = Exhibits.LISTED
    rules: frozenset[Rule] = frozenset()
    removed_kinds: frozenset[PartyKind] = frozenset()
    initialled_kinds: frozenset[PartyKind] = frozenset()
    removes_contact: bool = False
    keeps_last_four: bool = False
    tells_month_only: bool = False
    hides_file_names: bool = False
    names_staff: bool = True
    ground: str = ""


# The fields of CaseFile that are parts: each may be left out whole. Every other field is in every copy.
PART_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "translation": "The office’s translation",
        "chronology": "Chronology",
        "witnesses": "Witnesses",
        "custody": "Custody record of the files",
        "consents": "Who agreed to what",
        "contact": "How to reach the person",
        "contact_changes": "Later wishes on how to reach the person",
        "deadlines": "Dates that an attorney signed",
        "agreement": "287(g) agreement on the day",
        "office": "The office’s own record",
    }
)

_FACTS = frozenset(PART_WORDS) - {"office"}
_NAMING = frozenset({PartyKind.PERSON, PartyKind.CHILD, PartyKind.BYSTANDER})
_IDENTITY = frozenset({Rule.SOCIAL_SECURITY, Rule.ALIEN_NUMBER, Rule.ACCOUNT})
_REACH = frozenset({Rule.PHONE, Rule.EMAIL, Rule.HANDLE, Rule.WEB_ADDRESS, Rule.ADDRESS, Rule.COORDINATES})

POLICIES: Mapping[Variant, Policy] = MappingProxyType(
    {
        Variant.OFFICE: Policy(parts=frozenset(PART_WORDS), exhibits=Exhibits.WHOLE),
        Variant.FACTS: Policy(
            parts=_FACTS,
            exhibits=Exhibits.WHOLE,
            ground="Work product of the office: Fed. R. Civ. P. 26(b)(3)",
        ),
        Variant.CO_COUNSEL: Policy(
            parts=_FACTS - {"contact", "contact_changes"},
            exhibits=Exhibits.WHOLE,
            rules=_IDENTITY,
            ground="Not needed to work on the case together: ABA Model Rule 1.6",
        ),
        Variant.COURT: Policy(
            parts=frozenset({"translation", "chronology", "witnesses", "custody", "agreement"}),
            rules=_IDENTITY | _REACH | {Rule.BIRTH_DATE},
            initialled_kinds=frozenset({PartyKind.CHILD, PartyKind.BYSTANDER}),
            removes_contact=True,
            keeps_last_four=True,
            ground="Fed. R. Civ. P. 5.2(a), and the office’s policy for what it does not name",
        ),
        Variant.AGENCY: Policy(
            parts=frozenset({"translation", "chronology"}),
            rules=frozenset(Rule) - {Rule.DATE},
            removed_kinds=_NAMING,
            removes_contact=True,
            hides_file_names=True,
            names_staff=False,
            ground="The person did not agree to tell the agency: ABA Model Rule 1.6",
        ),
        Variant.PRESS: Policy(
            parts=frozenset({"translation", "chronology", "agreement"}),
            exhibits=Exhibits.ONLY_FIT,
            rules=frozenset(Rule),
            removed_kinds=_NAMING,
            removes_contact=True,
            tells_month_only=True,
            hides_file_names=True,
            names_staff=False,
            ground="Would lead to a person: ABA Model Rule 1.6",
        ),
        Variant.REPORTER: Policy(
            parts=frozenset({"witnesses", "consents", "contact"}),
            exhibits=Exhibits.FIRST_DAY,
            names_staff=False,
            ground="Not the reporter’s own words",
        ),
    }
)

RULE_WORDS: Mapping[Rule, str] = MappingProxyType(
    {
        Rule.EMAIL: "E-mail addresses",
        Rule.WEB_ADDRESS: "Web addresses",
        Rule.HANDLE: "Account names",
        Rule.COORDINATES: "Coordinates of places",
        Rule.SOCIAL_SECURITY: "Social Security or taxpayer numbers",
        Rule.ALIEN_NUMBER: "Alien registration numbers",
        Rule.ACCOUNT: "Long numbers, as of accounts and cards",
        Rule.BIRTH_DATE: "Birth dates",
        Rule.DATE: "Days of dates",
        Rule.TIME: "Times of day",
        Rule.PHONE: "Telephone and other numbers of 7 digits and more",
        Rule.ADDRESS: "Street addresses",
        Rule.STREET: "Streets",
        Rule.STATUS: "Words on immigration status",
    }
)


def is_redacting(variant: Variant) -> bool:
    """Whether exhibits of such a copy are withheld until somebody found them fit."""
    return POLICIES[variant].exhibits in {Exhibits.LISTED, Exhibits.ONLY_FIT}
