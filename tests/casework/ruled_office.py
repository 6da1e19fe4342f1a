"""An office beside the plain rules of who may open what, and how real keys are held against them.

The rules are kept as sets of names and know no key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import Connection

from casework.access import AccessRefusedError
from casework.accounts import Granter
from casework.case_keys import REPORT, WORK, open_case_keyring
from casework.caseworker import Caseworker
from casework.notes import add_note
from casework.office_identities import open_office_identities
from casework.opening import CaseNotFoundError, OpenedCase, open_case
from casework.permissions import LEGAL_ROLES, Role
from models.cases import get_case_key, list_former_keys, list_sealed_items
from models.engine import read
from tests.casework.filing import FiledCase
from tests.casework.keyholders import Keyholders
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.identities import Identity
from vault.keyrings import Keyring
from vault.opening import open_sealed
from web.config import IntakeConfig

Who = Role | str


@dataclass
class CaseRules:
    """Who may open one case: everybody who works on cases (`people` is None), or these; and who must never."""

    filed: FiledCase
    people: set[Who] | None = None
    walls: set[Who] = field(default_factory=set)
    # Who had left, with the office's key made anew, before the report came.
    gone_before: set[Who] = field(default_factory=set)
    # Somebody who held its keys holds them no more, and nobody could make new ones at once.
    is_due: bool = False


class RuledOffice:
    """An office, the rules, and every private key that anybody in it ever had in hand."""

    def __init__(self, keyholders: Keyholders, intake: IntakeConfig) -> None:
        self.keyholders = keyholders
        self.intake = intake
        self.cases: list[CaseRules] = []
        self.ever: dict[Who, dict[bytes, Identity]] = {}
        self.gone: dict[Who, Caseworker] = {}
        for name in ("Second Supervisor", "Third Supervisor"):
            keyholders.join(name, Role.SUPERVISING_ATTORNEY)

    # Who is who.

    def list_people(self, *roles: Role) -> list[Who]:
        """The people of these roles, always in the same order."""
        everybody: list[Who] = [*self.keyholders.office.accounts, *self.keyholders.joined]
        here = [who for who in everybody if who not in self.gone]
        return [who for who in here if self.keyholders.find_account(who).person.role in roles]

    def may_open(self, rules: CaseRules, who: Who) -> bool:
        """What the rules say."""
        return who in self.list_people(*LEGAL_ROLES) and (rules.people is None or who in rules.people)

    def pick_case(self, number: int) -> CaseRules:
        """One of the cases."""
        return self.cases[number % len(self.cases)]

    def pick_person(self, number: int, *, not_one: Who = "") -> Who:
        """One of those who work on cases."""
        people = [who for who in self.list_people(*LEGAL_ROLES) if who != not_one]
        return people[number % len(people)]

    def pick_supervisor(self, rules: CaseRules) -> Who | None:
        """A supervising attorney who may open the case, or None."""
        return next((who for who in self.list_people(Role.SUPERVISING_ATTORNEY) if self.may_open(rules, who)), None)

    # How it is tried.

    def check(self) -> None:
        """Hold what everybody's keys open against the rules, now and with every key that they ever had."""
        for rules in self.cases:
            openers = {who for who in self.list_people(*Role) if self._opens(rules, who)}
            assert openers == {who for who in self.list_people(*Role) if self.may_open(rules, who)}
            assert not [who for who, caseworker in self.gone.items() if self._opens_with(rules, who, caseworker)]
        for rules in self.cases:
            self._check_report(rules)
            if rules.people and not rules.is_due:
                self._check_copies(rules, next(who for who in self.list_people(*LEGAL_ROLES) if who in rules.people))

    def _opens(self, rules: CaseRules, who: Who) -> bool:
        caseworker = self.keyholders.sit_down(who)
        self._remember(who, caseworker, rules)
        return self._opens_with(rules, who, caseworker)

    def _opens_with(self, rules: CaseRules, who: Who, caseworker: Caseworker) -> bool:
        if who in self.gone:
            # Their own key against the database of today: what they copied before is looked at further below.
            with read(caseworker.engine) as connection:
                held = open_office_identities(connection, caseworker.staff_id, caseworker.session.identity)
            caseworker = replace(caseworker, session=replace(caseworker.session, office_identities=held))
        try:
            case = open_case(caseworker, rules.filed.reference)
        except CaseNotFoundError:
            return False
        assert case.report == rules.filed.report
        assert all(item.has_opened and item.is_vouched for item in case.items)
        assert not case.missing
        return True

    def _check_report(self, rules: CaseRules) -> None:
        """A report that came after somebody left opens with no key that they ever had in hand."""
        with read(self.keyholders.engine) as connection:
            (row,) = [each for each in list_sealed_items(connection, rules.filed.id) if each.kind == "report"]
        for who in rules.gone_before & set(self.gone):
            with pytest.raises(CannotOpenError):
                open_sealed(
                    row.sealed,
                    identity=Keyring(self.ever[who].values()),
                    context=Context("report", (rules.filed.id, row.id)),
                )

    def _check_copies(self, rules: CaseRules, writer: Who) -> None:
        """What is written about a restricted case now opens with no key that anybody else ever had in hand."""
        caseworker = self.keyholders.sit_down(writer)
        note_id = add_note(caseworker, open_case(caseworker, rules.filed.reference), "Written after the change")
        with read(self.keyholders.engine) as connection:
            (row,) = [each for each in list_sealed_items(connection, rules.filed.id) if each.id == note_id]
        context = Context("note", (rules.filed.id, note_id))
        for who, identities in self.ever.items():
            if self.may_open(rules, who):
                continue
            with pytest.raises(CannotOpenError):
                open_sealed(row.sealed, identity=Keyring(identities.values()), context=context)

    def _remember(self, who: Who, caseworker: Caseworker, rules: CaseRules) -> None:
        """Keep every private key that this person can have in hand now, as somebody would who copies all of them."""
        session = caseworker.session
        found = [session.identity, *session.office_identities.values()]
        with read(self.keyholders.engine) as connection:
            for holder_id in session.holder_ids:
                found += _open_identities(connection, rules.filed.id, holder_id, session.identity_for(holder_id))
        self.ever.setdefault(who, {}).update({each.seed: each for each in found})

    def _change(
        self, rules: CaseRules, actor: Who, deed: Callable[[Caseworker, OpenedCase], None], *, is_forbidden: bool
    ) -> None:
        caseworker = self.keyholders.sit_down(actor)
        case = open_case(caseworker, rules.filed.reference)
        if not is_forbidden:
            deed(caseworker, case)
            return
        with pytest.raises(AccessRefusedError):
            deed(caseworker, case)

    def _granter(self, who: Who) -> Granter:
        return self.keyholders.open_granter(who)

    def _id(self, who: Who) -> str:
        return self.keyholders.find_id(who)


def _open_identities(connection: Connection, case_id: str, holder_id: str, holder: Identity) -> list[Identity]:
    """The private keys of a case that a holder opens today."""
    row = get_case_key(connection, case_id, [holder_id])
    if row is None:
        return []
    former = list_former_keys(connection, case_id)
    rings = [open_case_keyring(which, row, holder, former) for which in (REPORT, WORK)]
    return [ring.newest for ring in rings if ring is not None]
