"""Changing who may open a case: restricting it, walls, giving and taking it, handing it over, opening it again.

Whoever loses a case loses it by new keys, not by a rule of the program. No deed here gives a case to somebody who is
walled off, and none leaves a case with nobody who can open it.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from casework.access import (
    WALLED,
    Access,
    AccessRefusedError,
    Change,
    Wall,
    can_open,
    find_colleagues,
    read_access,
    require_people,
    require_whole,
)
from casework.access_plans import (
    Plan,
    PreparedChange,
    give_keys,
    keep_card,
    make_item,
    make_plan,
    prepare_change,
    put_change,
)
from casework.accounts import Granter
from casework.caseworker import Caseworker
from casework.opening import OpenedCase
from casework.recording import NewItem, record_item
from models.cases import set_assignee
from models.engine import read


def restrict_case(
    caseworker: Caseworker, granter: Granter, case: OpenedCase, people: Iterable[str], reason: str
) -> None:
    """Restrict a case to these people, with new keys; walls that are known stay.

    Raises:
        AccessRefusedError: nobody is left, or one of them is walled off or may not be given cases.
        CaseChangedError, UntrustedKeyError: as `rekey_case`.
    """
    access = read_access(case)
    chosen = tuple(dict.fromkeys(people))
    _check_people(caseworker, access, chosen)
    wanted = replace(access, is_restricted=True, people=chosen, is_whole=True)
    put_change(
        caseworker, prepare_change(caseworker, granter, case, make_plan(case, wanted, Change.RESTRICTED, reason=reason))
    )


def open_to_office(caseworker: Caseworker, granter: Granter, case: OpenedCase, reason: str) -> None:
    """Open a restricted case to everybody in the office again.

    Raises:
        AccessRefusedError: somebody is walled off, or nobody can tell.
        CaseChangedError, UntrustedKeyError: as `rekey_case`.
    """
    access = read_access(case)
    require_whole(access)
    if access.walls:
        raise AccessRefusedError(
            "Somebody is walled off, so this case cannot be open to the office. Lift the wall first."
        )
    put_change(
        caseworker, prepare_change(caseworker, granter, case, make_plan(case, Access(), Change.OPENED, reason=reason))
    )


def wall_person(caseworker: Caseworker, granter: Granter, case: OpenedCase, staff_id: str, reason: str) -> None:
    """Wall a person off: the case is restricted, gets new keys without them, and can never be given to them.

    Raises:
        AccessRefusedError: they are walled off already, or nobody else could open the case.
        CaseChangedError, UntrustedKeyError: as `rekey_case`.
    """
    access = read_access(case)
    require_whole(access)
    if staff_id in access.walled_ids:
        raise AccessRefusedError("This person is walled off already.")
    with read(caseworker.engine) as connection:
        colleagues = find_colleagues(connection, caseworker.config)
        openers = [each for each in colleagues if can_open(connection, each, case.holder_ids)]
    if staff_id not in colleagues:
        raise AccessRefusedError("Nobody like that works on cases.")
    name = colleagues[staff_id].name
    before = access.people if access.is_restricted else openers
    wall = Wall(staff_id, name, reason, caseworker.session.name, caseworker.today.isoformat())
    people = tuple(each for each in before if each != staff_id)
    wanted = Access(is_restricted=True, people=people, walls=(*access.walls, wall))
    plan = make_plan(case, wanted, Change.WALLED, person=(staff_id, name), reason=reason)
    put_change(caseworker, prepare_change(caseworker, granter, case, plan))


def lift_wall(caseworker: Caseworker, case: OpenedCase, staff_id: str, reason: str) -> None:
    """Lift a wall: the person may be given the case again, and is not given it yet.

    Raises:
        AccessRefusedError: there is no such wall.
        CaseChangedError, UntrustedKeyError: as `record_item`.
    """
    access = read_access(case)
    require_whole(access)
    wall = next((each for each in access.walls if each.staff_id == staff_id), None)
    if wall is None:
        raise AccessRefusedError("There is no such wall any more.")
    wanted = replace(access, walls=tuple(each for each in access.walls if each is not wall))
    item = make_item(wanted, Change.WALL_LIFTED, person=(staff_id, wall.name), reason=reason)
    # The card goes along so that of two who change access at the same moment one is told so.
    record_item(caseworker, case, item, card=keep_card(case))


def grant_case(caseworker: Caseworker, case: OpenedCase, staff_id: str, reason: str) -> None:
    """Give a restricted case to one more person: today's keys, and with them everything of before.

    Raises:
        AccessRefusedError: the case is open to the office, or the person is walled off or may not be given cases.
        CaseChangedError, UntrustedKeyError: as `record_item`.
    """
    access = read_access(case)
    if not access.is_restricted:
        raise AccessRefusedError("This case is open to the office: everybody who works on cases can open it already.")
    wanted, name = _add_person(caseworker, access, staff_id)
    item = make_item(wanted, Change.GRANTED, person=(staff_id, name), reason=reason)
    give_keys(caseworker, case, Plan(wanted, (item,), case.row.assignee_id), given_to=staff_id)


def take_away(caseworker: Caseworker, granter: Granter, case: OpenedCase, staff_id: str, reason: str) -> None:
    """Take a restricted case away from a person, by new keys without them. It may be given to them again.

    Raises:
        AccessRefusedError: they do not hold it, or nobody else does.
        CaseChangedError, UntrustedKeyError: as `rekey_case`.
    """
    access = read_access(case)
    require_whole(access)
    if not access.is_restricted or staff_id not in access.people:
        raise AccessRefusedError("This person does not hold this case.")
    with read(caseworker.engine) as connection:
        name = next(
            (each.name for each in find_colleagues(connection, caseworker.config).values() if each.id == staff_id), ""
        )
    wanted = access.take_from(staff_id)
    plan = make_plan(case, wanted, Change.TAKEN, person=(staff_id, name), reason=reason)
    put_change(caseworker, prepare_change(caseworker, granter, case, plan))


def hand_over(
    caseworker: Caseworker, granter: Granter | None, case: OpenedCase, staff_id: str, *, is_own_given_up: bool
) -> None:
    """Hand a case over in one step: assign it, give it if it is restricted, and give up one's own access if so wished.

    Giving up makes new keys where `granter` is given. Otherwise one's own key row goes at once, and the case is marked
    for new keys, which a supervising attorney makes.

    Raises:
        AccessRefusedError: the person is walled off or may not be given cases.
        CaseChangedError, UntrustedKeyError: as `rekey_case`.
    """
    access = read_access(case)
    me = caseworker.staff_id
    wanted, name = _add_person(caseworker, access, staff_id)
    gives_up = is_own_given_up and access.is_restricted and staff_id != me
    if gives_up:
        wanted = wanted.take_from(me)
    assignment = NewItem("assignment", "case:assigned", {"to": staff_id, "to_name": name})
    if not access.is_restricted:
        record_item(
            caseworker, case, assignment, change_row=lambda connection: set_assignee(connection, case.id, staff_id)
        )
        return
    plan = Plan(wanted, (make_item(wanted, Change.HANDED_OVER, person=(staff_id, name)), assignment), staff_id)
    if gives_up and granter is not None:
        put_change(caseworker, prepare_change(caseworker, granter, case, plan))
    else:
        is_new = staff_id not in access.people
        give_keys(caseworker, case, plan, given_to=staff_id if is_new else "", taken_from=me if gives_up else "")


def renew_keys(caseworker: Caseworker, granter: Granter, case: OpenedCase, reason: str) -> None:
    """Give a case new keys for whoever may open it today; who left the office is left out.

    Raises:
        AccessRefusedError, CaseChangedError, UntrustedKeyError: as `prepare_renewal` and `rekey_case`.
    """
    put_change(caseworker, prepare_renewal(caseworker, granter, case, reason))


def prepare_renewal(
    caseworker: Caseworker, granter: Granter, case: OpenedCase, reason: str, *, without: str = ""
) -> PreparedChange:
    """Make new keys for whoever may open a case today, to be laid down in a deed's own transaction.

    `without` is somebody who leaves in that deed.

    Raises:
        AccessRefusedError: nobody is left, or nobody can tell who is walled off.
        UntrustedKeyError: as `rekey_case`.
    """
    access = read_access(case)
    require_whole(access)
    with read(caseworker.engine) as connection:
        known = find_colleagues(connection, caseworker.config)
    people = tuple(each for each in access.people if each in known and each != without)
    plan = make_plan(case, replace(access, people=people), Change.RENEWED, reason=reason)
    return prepare_change(caseworker, granter, case, plan)


def _check_people(caseworker: Caseworker, access: Access, people: Collection[str]) -> None:
    with read(caseworker.engine) as connection:
        known = find_colleagues(connection, caseworker.config)
    if not set(people) <= set(known):
        raise AccessRefusedError("One of these people may not be given cases any more. Choose again.")
    if access.walled_ids & set(people):
        raise AccessRefusedError(WALLED)


def _add_person(caseworker: Caseworker, access: Access, staff_id: str) -> tuple[Access, str]:
    """Add a person to who may open a case, and tell their name."""
    require_whole(access)
    if staff_id in access.walled_ids:
        raise AccessRefusedError(WALLED)
    with read(caseworker.engine) as connection:
        found = find_colleagues(connection, caseworker.config).get(staff_id)
    if found is None or found.waits:
        raise AccessRefusedError("Nobody like that may be given cases now.")
    wanted = access.give_to(staff_id)
    if wanted.is_restricted:
        require_people(wanted.people)
    return wanted, found.name
