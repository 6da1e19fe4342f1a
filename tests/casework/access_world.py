"""An office in which anything may happen in any order, beside the plain rules of who may open what.

The rules are kept as sets of names and know no key; the tests hold what real keys open against them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Connection

from casework.access import AccessRefusedError
from casework.access_changes import (
    grant_case,
    hand_over,
    lift_wall,
    open_to_office,
    restrict_case,
    take_away,
    wall_person,
)
from casework.accounts import Granter
from casework.case_keys import REPORT, WORK, open_case_keyring
from casework.caseworker import Caseworker
from casework.emergencies import approve_request, ask_for_case, list_emergency_requests
from casework.notes import add_note
from casework.opening import CaseNotFoundError, OpenedCase, open_case
from casework.permissions import LEGAL_ROLES, Role
from casework.rotating import rotate_office_key
from models.cases import get_case_key, list_former_keys, list_sealed_items
from models.engine import read
from tests.casework.filing import FiledCase, Filing
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


class World:
    """An office, the rules, and every private key that anybody in it ever had in hand."""

    def __init__(self, keyholders: Keyholders, intake: IntakeConfig) -> None:
        self.keyholders = keyholders
        self.intake = intake
        self.cases: list[CaseRules] = []
        self.ever: dict[Who, dict[bytes, Identity]] = {}
        for name in ("Second Supervisor", "Third Supervisor"):
            keyholders.join(name, Role.SUPERVISING_ATTORNEY)
        self.file(0, 0)

    # Who is who.

    def list_people(self, *roles: Role) -> list[Who]:
        """The people of these roles, always in the same order."""
        everybody: list[Who] = [*self.keyholders.office.accounts, *self.keyholders.joined]
        return [who for who in everybody if self.keyholders.find_account(who).person.role in roles]

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

    # What happens. `which` picks a case and `whom` a person; a deed that the rules forbid must be refused.

    def file(self, _which: int, _whom: int) -> None:
        """A report comes in, sealed to today's office key."""
        filing = Filing(self.keyholders.engine, self.intake)
        self.cases.append(CaseRules(filing.file()))
        filing.intake_engine.dispose()

    def join(self, _which: int, whom: int) -> None:
        """Somebody joins and is given the office's key."""
        role = sorted(LEGAL_ROLES)[whom % len(LEGAL_ROLES)]
        self.keyholders.join(f"N{len(self.keyholders.joined)} Newcomer", role)

    def rotate(self, _which: int, whom: int) -> None:
        """The office gets a new key."""
        supervisors = self.list_people(Role.SUPERVISING_ATTORNEY)
        granter = self.keyholders.open_granter(supervisors[whom % len(supervisors)])
        rotate_office_key(self.keyholders.engine, self.keyholders.config, granter)

    def wall(self, which: int, whom: int) -> None:
        """Somebody is walled off."""
        rules = self.pick_case(which)
        actor = self.pick_supervisor(rules)
        if actor is None:
            return
        person = self.pick_person(whom, not_one=actor)
        is_forbidden = person in rules.walls
        self._change(
            rules,
            actor,
            lambda caseworker, case: wall_person(
                caseworker, self._granter(actor), case, self._id(person), "Acted for the deputy"
            ),
            is_forbidden=is_forbidden,
        )
        if not is_forbidden:
            before = set(self.list_people(*LEGAL_ROLES)) if rules.people is None else rules.people
            rules.people, rules.walls = before - {person}, rules.walls | {person}

    def lift(self, which: int, whom: int) -> None:
        """A wall is lifted: nobody gets anything by it."""
        rules = self.pick_case(which)
        actor, person = self.pick_supervisor(rules), self.pick_person(whom)
        if actor is None:
            return
        is_forbidden = person not in rules.walls
        self._change(
            rules,
            actor,
            lambda caseworker, case: lift_wall(caseworker, case, self._id(person), "It was another deputy"),
            is_forbidden=is_forbidden,
        )
        rules.walls -= {person}

    def restrict(self, which: int, whom: int) -> None:
        """A case is restricted to the supervising attorney who does it and one more."""
        rules = self.pick_case(which)
        actor, person = self.pick_supervisor(rules), self.pick_person(whom)
        if actor is None:
            return
        is_forbidden = person in rules.walls
        self._change(
            rules,
            actor,
            lambda caseworker, case: restrict_case(
                caseworker, self._granter(actor), case, [self._id(actor), self._id(person)], "Delicate"
            ),
            is_forbidden=is_forbidden,
        )
        if not is_forbidden:
            rules.people = {actor, person}

    def reopen(self, which: int, _whom: int) -> None:
        """A case is opened to the office again, unless somebody is walled off."""
        rules = self.pick_case(which)
        actor = self.pick_supervisor(rules)
        if actor is None:
            return
        self._change(
            rules,
            actor,
            lambda caseworker, case: open_to_office(caseworker, self._granter(actor), case, "Not delicate any more"),
            is_forbidden=bool(rules.walls),
        )
        if not rules.walls:
            rules.people = None

    def grant(self, which: int, whom: int) -> None:
        """A restricted case is given to one more person, by anybody who holds it."""
        rules, person = self.pick_case(which), self.pick_person(whom)
        actor = next((who for who in self.list_people(*LEGAL_ROLES) if self.may_open(rules, who)), None)
        if actor is None:
            return
        is_forbidden = rules.people is None or person in rules.walls
        if not is_forbidden and self.may_open(rules, person):
            return
        self._change(
            rules,
            actor,
            lambda caseworker, case: grant_case(caseworker, case, self._id(person), "Helps with it"),
            is_forbidden=is_forbidden,
        )
        if rules.people is not None and not is_forbidden:
            rules.people |= {person}

    def take(self, which: int, whom: int) -> None:
        """A restricted case is taken away from somebody."""
        rules = self.pick_case(which)
        actor = self.pick_supervisor(rules)
        if actor is None:
            return
        person = self.pick_person(whom, not_one=actor)
        is_forbidden = rules.people is None or person not in rules.people
        self._change(
            rules,
            actor,
            lambda caseworker, case: take_away(caseworker, self._granter(actor), case, self._id(person), "Done"),
            is_forbidden=is_forbidden,
        )
        if rules.people is not None:
            rules.people -= {person}

    def hand_over(self, which: int, whom: int) -> None:
        """A supervising attorney hands a case over and gives up their own access."""
        rules = self.pick_case(which)
        actor = self.pick_supervisor(rules)
        if actor is None:
            return
        person = self.pick_person(whom, not_one=actor)
        is_forbidden = person in rules.walls
        self._change(
            rules,
            actor,
            lambda caseworker, case: hand_over(
                caseworker, self._granter(actor), case, self._id(person), is_own_given_up=True
            ),
            is_forbidden=is_forbidden,
        )
        if rules.people is not None and not is_forbidden:
            rules.people = (rules.people | {person}) - {actor}

    def open_in_emergency(self, which: int, whom: int) -> None:
        """Two supervising attorneys open a restricted case for one of them, who is not walled off."""
        rules = self.pick_case(which)
        supervisors = self.list_people(Role.SUPERVISING_ATTORNEY)
        asker = supervisors[whom % len(supervisors)]
        second = next(who for who in supervisors if who != asker)
        caseworker = self.keyholders.sit_down(asker)
        reference = rules.filed.reference
        if self.may_open(rules, asker) or asker in rules.walls:
            with pytest.raises(AccessRefusedError):
                ask_for_case(caseworker, reference, "A deadline ends today")
            return
        try:
            ask_for_case(caseworker, reference, "A deadline ends today")
            (request,) = [
                each
                for each in list_emergency_requests(self.keyholders.sit_down(second))
                if each.staff_id == self._id(asker)
            ]
        except (AccessRefusedError, ValueError):
            return  # joined after the shares were made, or the second one has none: nobody gets anything
        approve_request(self.keyholders.sit_down(second), self._granter(second), request.id, "Seen it")
        assert rules.people is not None
        rules.people |= {asker}

    # How it is tried.

    def check(self) -> None:
        """Hold what everybody's keys open against the rules, now and with every key that they ever had."""
        for rules in self.cases:
            openers = {who for who in self.list_people(*Role) if self._opens(rules, who)}
            assert openers == {who for who in self.list_people(*Role) if self.may_open(rules, who)}
        for rules in self.cases:
            if rules.people:
                self._check_copies(rules, next(who for who in self.list_people(*LEGAL_ROLES) if who in rules.people))

    def _opens(self, rules: CaseRules, who: Who) -> bool:
        caseworker = self.keyholders.sit_down(who)
        self._remember(who, caseworker, rules)
        try:
            case = open_case(caseworker, rules.filed.reference)
        except CaseNotFoundError:
            return False
        assert case.report == rules.filed.report
        assert all(item.has_opened and item.is_vouched for item in case.items)
        assert not case.missing
        return True

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
