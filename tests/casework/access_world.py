"""An office in which anything may happen in any order, and what the rules say after it."""

from __future__ import annotations

import base64
from dataclasses import replace

import pyotp
import pytest

from casework.access import AccessRefusedError
from casework.access_changes import (
    grant_case,
    hand_over,
    lift_wall,
    open_to_office,
    renew_keys,
    restrict_case,
    take_away,
    wall_person,
)
from casework.emergencies import approve_request, ask_for_case, list_emergency_requests
from casework.errors import MayNotGoError
from casework.granting import grant_key
from casework.joining import begin_joining, find_joining, finish_joining
from casework.leaving import close_account, reset_account
from casework.opening import open_case
from casework.passphrase_changes import change_passphrase
from casework.passphrases import make_passphrase
from casework.permissions import LEGAL_ROLES, Role
from casework.rotating import rotate_office_key
from models.engine import read
from models.staff import get_staff
from tests.casework.filing import Filing
from tests.casework.keyholders import Keyholders
from tests.casework.ruled_office import CaseRules, RuledOffice, Who
from vault.keyslots import CHEAPEST
from vault.recipients import Recipient
from web.config import IntakeConfig


class World(RuledOffice):
    """An office in which things happen. `which` picks a case and `whom` a person of each deed."""

    def __init__(self, keyholders: Keyholders, intake: IntakeConfig) -> None:
        super().__init__(keyholders, intake)
        self.file(0, 0)

    def file(self, _which: int, _whom: int) -> None:
        """A report comes in, sealed to today's office key."""
        filing = Filing(self.keyholders.engine, self.intake)
        self.cases.append(CaseRules(filing.file(), gone_before=set(self.gone)))
        filing.intake_engine.dispose()

    def join(self, _which: int, whom: int) -> None:
        """Somebody joins and is given the office's key."""
        role = sorted(LEGAL_ROLES)[whom % len(LEGAL_ROLES)]
        granter = self.list_people(Role.SUPERVISING_ATTORNEY)[0]
        self.keyholders.join(f"N{len(self.keyholders.joined)} Newcomer", role, granter)

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
            rules.people, rules.walls, rules.is_due = before - {person}, rules.walls | {person}, False

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
            rules.people, rules.is_due = {actor, person}, False

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
        if not is_forbidden and rules.people is not None:
            rules.people, rules.is_due = rules.people - {person}, False

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
            rules.people, rules.is_due = (rules.people | {person}) - {actor}, False

    def open_in_emergency(self, which: int, whom: int) -> None:
        """Two supervising attorneys open a restricted case for one of them, who is not walled off."""
        rules = self.pick_case(which)
        supervisors = self.list_people(Role.SUPERVISING_ATTORNEY)
        asker = supervisors[whom % len(supervisors)]
        second = next((who for who in supervisors if who != asker), None)
        if second is None:
            return
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

    def leave(self, _which: int, whom: int) -> None:
        """Somebody leaves; the office and what they held get new keys, as far as somebody can make them."""
        person = self.pick_person(whom)
        actor = next((who for who in self.list_people(Role.SUPERVISING_ATTORNEY) if who != person), None)
        if actor is None:
            return
        before = self.keyholders.sit_down(person)
        try:
            close_account(
                self.keyholders.engine, self.keyholders.config, self._id(person), actor=self._id(actor), cost=CHEAPEST
            )
        except MayNotGoError:
            assert self._is_needed(person)
            return
        self.gone[person] = before
        self._renew_what_was_held(person, actor)

    def change_passphrase(self, _which: int, whom: int) -> None:
        """Somebody changes their passphrase: they open the same before and after their new key was compared."""
        person = self.pick_person(whom)
        actor = next((who for who in self.list_people(Role.SUPERVISING_ATTORNEY) if who != person), None)
        words = make_passphrase()
        change_passphrase(
            self.keyholders.engine,
            self.keyholders.config,
            self.keyholders.sit_down(person).session,
            words,
            cost=CHEAPEST,
        )
        self._write_down(person, words)
        if actor is not None and self.keyholders.find_account(person).person.role is not Role.SUPERVISING_ATTORNEY:
            self.check()
            self._give_key(person, actor)

    def forget(self, _which: int, whom: int) -> None:
        """Somebody forgot their passphrase: they open nothing until they joined anew and were given their key."""
        person = self.pick_person(whom)
        actor = next((who for who in self.list_people(Role.SUPERVISING_ATTORNEY) if who != person), None)
        if actor is None:
            return
        before, engine, config = self.keyholders.sit_down(person), self.keyholders.engine, self.keyholders.config
        try:
            invited = reset_account(engine, config, self._id(person), actor=self._id(actor), cost=CHEAPEST)
        except MayNotGoError:
            assert self._is_needed(person)
            return
        self.gone[person] = before
        self._renew_what_was_held(person, actor)
        self.check()
        invitation_id = invited.path.rsplit("/", 1)[-1]
        key = begin_joining(engine, invitation_id, invited.code)
        joining = find_joining(engine, key, invitation_id)
        assert joining is not None
        code = pyotp.TOTP(base64.b32encode(bytes.fromhex(joining.totp_secret)).decode()).now()
        assert finish_joining(engine, config, key, joining, code, cost=CHEAPEST)
        del self.gone[person]
        self._write_down(person, joining.passphrase)
        self._give_key(person, actor)

    def _is_needed(self, person: Who) -> bool:
        """Whether somebody may not go: the last of a restricted case, or the last who may give keys."""
        others = set(self.list_people(*LEGAL_ROLES)) - {person}
        is_last = any(rules.people is not None and not rules.people & others for rules in self.cases)
        return is_last or not [who for who in self.list_people(Role.SUPERVISING_ATTORNEY) if who != person]

    def _renew_what_was_held(self, person: Who, actor: Who) -> None:
        granter = self.keyholders.open_granter(actor)
        rotate_office_key(self.keyholders.engine, self.keyholders.config, granter, reason="left")
        for rules in self.cases:
            if rules.people is not None and person in rules.people:
                rules.people -= {person}
                supervisor = self.pick_supervisor(rules)
                rules.is_due = supervisor is None
                if supervisor is not None:
                    caseworker = self.keyholders.sit_down(supervisor)
                    case = open_case(caseworker, rules.filed.reference)
                    renew_keys(caseworker, self._granter(supervisor), case, "A colleague left")

    def _give_key(self, person: Who, actor: Who) -> None:
        with read(self.keyholders.engine) as connection:
            row = get_staff(connection, self._id(person))
        assert row is not None
        fingerprint = Recipient.from_bytes(row.recipient).fingerprint
        session = self.keyholders.sit_down(actor).session
        grant_key(self.keyholders.engine, self.keyholders.config, session, self._id(person), fingerprint)

    def _write_down(self, person: Who, words: str) -> None:
        account = replace(self.keyholders.find_account(person), passphrase=words)
        if isinstance(person, Role):
            self.keyholders.office.accounts[person] = account
        else:
            self.keyholders.joined[person] = account
