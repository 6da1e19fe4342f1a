"""Who opens a case, tried with real keys, and a supervising attorney who restricts it or walls somebody off."""

from __future__ import annotations

from casework.access_changes import restrict_case, wall_person
from casework.opening import CaseNotFoundError, OpenedCase, open_case
from casework.permissions import Role
from casework.queue import QueueFilter, read_queue
from tests.casework.filing import FiledCase
from tests.casework.keyholders import Keyholders

SUPERVISOR, ATTORNEY, INTAKE = Role.SUPERVISING_ATTORNEY, Role.ATTORNEY, Role.INTAKE


def can_open(keyholders: Keyholders, case: FiledCase, who: Role | str) -> bool:
    """Whether somebody who unlocks their own key opens the whole case now: page, report and row in the queue."""
    caseworker = keyholders.sit_down(who)
    queue = {entry.row.reference: entry for entry in read_queue(caseworker, QueueFilter()).entries}
    try:
        opened = open_case(caseworker, case.reference)
    except CaseNotFoundError:
        assert case.reference not in queue
        return False
    assert opened.report == case.report
    assert opened.card is not None
    assert queue[case.reference].card is not None
    return True


def list_openers(keyholders: Keyholders, case: FiledCase) -> set[Role | str]:
    """Who opens the case now, of everybody who has an account."""
    everybody: list[Role | str] = [*keyholders.office.accounts, *keyholders.joined]
    return {each for each in everybody if can_open(keyholders, case, each)}


def opened_by(keyholders: Keyholders, case: FiledCase, who: Role | str = SUPERVISOR) -> OpenedCase:
    """The case as somebody opens it now."""
    return open_case(keyholders.sit_down(who), case.reference)


def restrict(keyholders: Keyholders, case: FiledCase, *people: Role | str) -> None:
    """Let the supervising attorney restrict the case to these people."""
    supervisor = keyholders.sit_down(SUPERVISOR)
    ids = [keyholders.find_id(each) for each in people]
    restrict_case(supervisor, keyholders.open_granter(), open_case(supervisor, case.reference), ids, "Asked for")


def wall(keyholders: Keyholders, case: FiledCase, who: Role | str) -> None:
    """Let the supervising attorney wall somebody off."""
    supervisor = keyholders.sit_down(SUPERVISOR)
    opened = open_case(supervisor, case.reference)
    wall_person(supervisor, keyholders.open_granter(), opened, keyholders.find_id(who), "Acted for the deputy")
