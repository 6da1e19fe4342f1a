"""Opening a restricted case in an emergency: one supervising attorney asks and lends a share, a second one agrees.

Neither opens anything alone, because neither holds the key: see casework/emergency_keys.py. It must never open a case
for somebody who is walled off, nor believe a request that the ledger does not name.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, Row

from casework.access import AccessRefusedError, Change, can_open, find_colleagues, read_access, require_whole
from casework.access_plans import make_plan, prepare_change
from casework.accounts import Granter
from casework.caseworker import Caseworker
from casework.emergency_keys import join_shares, list_lenders
from casework.holders import find_holder
from casework.ledger_writing import append_event
from casework.notices import ASKED, OPENED
from casework.opening import OpenedCase, open_case_with
from casework.recording import CaseChangedError
from casework.vouching import digest, read_case_ledger
from models.case_keys import mark_rekey_due
from models.cases import get_case, get_case_key, list_case_holders
from models.emergency_keys import (
    delete_request,
    get_case_emergency_key,
    get_emergency_key,
    list_requests,
    list_shares,
    put_request,
)
from models.engine import read, write
from models.ledger import Event
from models.notices import delete_case_notices, put_notices
from models.staff import get_staff
from models.withdrawals import get_withdrawal
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.opening import open_json, open_sealed
from vault.sealing import seal_json
from web import clock

_SECONDS: Final = 72 * 3600
_NO_SUCH = (
    "No restricted case with this reference can be opened in an emergency by you. The reference may be wrong, the case "
    "may be open to the office, or you hold no share of its key."
)
_GONE = "This request is not there any more: it was answered, it expired, or who may open the case was changed."
_BROKEN = "The two shares do not make the key of this case. Somebody may have changed the database. Nothing was opened."


@dataclass(frozen=True)
class EmergencyRequest:
    """What somebody asks. An empty reason: it does not open for this person or is not what the ledger names."""

    id: str
    case_id: str
    reference: str
    staff_id: str
    name: str
    reason: str = field(repr=False)
    share: str = field(repr=False)
    expires_at: datetime
    key_id: str
    is_own: bool
    is_vouched: bool


def ask_for_case(caseworker: Caseworker, reference: str, reason: str) -> None:
    """Ask for a restricted case: one's share goes, sealed, to the others who hold one; who holds the case is told.

    Raises:
        AccessRefusedError: there is no such case, one can open it, has asked already, or nobody else could agree.
        UntrustedKeyError: the key of somebody who is to read it is not signed by the office.
    """
    session, request_id = caseworker.session, str(uuid4())
    with read(caseworker.engine) as connection:
        case, key, share = _find_share(connection, caseworker, reference)
        lenders = list_lenders(find_colleagues(connection, caseworker.config).values())
        known = {each.id for each in lenders}
        if caseworker.staff_id not in known:
            raise AccessRefusedError(
                "Your key waits for a colleague to compare it. Until then nothing can be given to you."
            )
        readers = [row.staff_id for row in list_shares(connection, key.id) if row.staff_id in known]
        if set(readers) <= {caseworker.staff_id}:
            raise AccessRefusedError("Nobody else holds a share of this case's key, so nobody could agree.")
        recipients = [find_holder(connection, each, caseworker.config) for each in readers]
        told = [each for each in list_case_holders(connection, case.id) if get_staff(connection, each) is not None]
    sealed = seal_json(
        {"share": share, "reason": reason, "by_name": session.name, "at": clock.now().isoformat()},
        recipients=recipients,
        context=Context("emergency_request", (request_id, key.id)),
    )
    with write(caseworker.engine) as connection:
        put_request(
            connection,
            id=request_id,
            emergency_key_id=key.id,
            staff_id=caseworker.staff_id,
            expires_at=_now() + _SECONDS,
            sealed=sealed,
        )
        put_notices(connection, told, case_id=case.id, kind=ASKED, added_on=caseworker.today)
        event = Event("emergency:asked", case.id, digest(sealed), caseworker.staff_id, request_id)
        append_event(connection, event, caseworker.config)


def _find_share(connection: Connection, caseworker: Caseworker, reference: str) -> tuple[Row[Any], Row[Any], str]:
    """Find a case that this person may ask for, its emergency key, and their share, opened."""
    case = get_case(connection, reference)
    if case is None or get_withdrawal(connection, case.id) is not None:
        raise AccessRefusedError(_NO_SUCH)
    if can_open(connection, caseworker.staff_id, list_case_holders(connection, case.id)):
        raise AccessRefusedError("You can open this case already.")
    key = get_case_emergency_key(connection, case.id)
    share = _open_share(connection, caseworker, key.id) if key is not None else None
    if key is None or share is None:
        raise AccessRefusedError(_NO_SUCH)
    asked = list_requests(connection, caseworker.staff_id, _now())
    if any((row.emergency_key_id, row.staff_id) == (key.id, caseworker.staff_id) for row in asked):
        raise AccessRefusedError("You have asked for this case already. A colleague must agree now.")
    return case, key, share


def _open_share(connection: Connection, caseworker: Caseworker, key_id: str) -> str | None:
    for row in list_shares(connection, key_id):
        if row.staff_id == caseworker.staff_id:
            context = Context("emergency_share", (key_id, row.staff_id))
            try:
                return open_sealed(row.sealed_share, identity=caseworker.session.identity, context=context).decode()
            except (CannotOpenError, UnicodeDecodeError):
                return None
    return None


def list_emergency_requests(caseworker: Caseworker) -> list[EmergencyRequest]:
    """List the requests that this person may answer, and their own."""
    with read(caseworker.engine) as connection:
        rows = list_requests(connection, caseworker.staff_id, _now())
        return [_read_request(connection, caseworker, row) for row in rows]


def count_waiting(caseworker: Caseworker) -> int:
    """Count the requests of others that wait for this person's answer."""
    with read(caseworker.engine) as connection:
        rows = list_requests(connection, caseworker.staff_id, _now())
    return sum(row.staff_id != caseworker.staff_id for row in rows)


def _read_request(connection: Connection, caseworker: Caseworker, row: Row[Any]) -> EmergencyRequest:
    person = get_staff(connection, row.staff_id)
    named = ("emergency:asked", row.id, row.staff_id, digest(row.sealed))
    entries = read_case_ledger(connection, row.case_id, caseworker.config).entries
    is_vouched = any((each.kind, each.item, each.actor, each.digest) == named for each in entries)
    values: dict[str, Any] = {}
    if is_vouched:
        context = Context("emergency_request", (row.id, row.emergency_key_id))
        try:
            values = open_json(row.sealed, identity=caseworker.session.identity, context=context)
        except CannotOpenError:
            values = {}
    return EmergencyRequest(
        id=row.id,
        case_id=row.case_id,
        reference=row.reference,
        staff_id=row.staff_id,
        name=person.name if person is not None else "",
        reason=str(values.get("reason", "")),
        share=str(values.get("share", "")),
        expires_at=datetime.fromtimestamp(row.expires_at, UTC),
        key_id=row.emergency_key_id,
        is_own=row.staff_id == caseworker.staff_id,
        is_vouched=is_vouched,
    )


def _find_request(caseworker: Caseworker, request_id: str) -> EmergencyRequest:
    for request in list_emergency_requests(caseworker):
        if request.id == request_id:
            return request
    raise AccessRefusedError(_GONE)


def refuse_request(caseworker: Caseworker, request_id: str) -> None:
    """Refuse what somebody asks, or take back what one asked oneself; the case is marked for new keys.

    Who could read the share that was lent may have kept it, and has one of their own.

    Raises:
        AccessRefusedError: the request is not there any more.
    """
    request = _find_request(caseworker, request_id)
    with write(caseworker.engine) as connection:
        if not delete_request(connection, request.id):
            raise AccessRefusedError(_GONE)
        mark_rekey_due(connection, [request.case_id])
        event = Event("emergency:refused", request.case_id, actor=caseworker.staff_id, item=request.id)
        append_event(connection, event, caseworker.config)


def approve_request(caseworker: Caseworker, granter: Granter, request_id: str, reason: str) -> str:
    """Agree that somebody opens a case in an emergency, and return its reference.

    Their share and one's own open the emergency key for a moment; the case gets new keys and a new emergency key, held
    by who held it before and by who asked. Everybody who held it is told.

    Raises:
        AccessRefusedError: it is one's own request, it is gone, the shares do not fit, or who asked is walled off or
            supervises no more.
        CaseChangedError, UntrustedKeyError: as `rekey_case`.
    """
    request = _find_request(caseworker, request_id)
    if request.is_own:
        raise AccessRefusedError("You asked for this yourself. Another supervising attorney must agree.")
    with read(caseworker.engine) as connection:
        case = _open_with_shares(connection, caseworker, request)
        lenders = {each.id for each in list_lenders(find_colleagues(connection, caseworker.config).values())}
    access = read_access(case)
    require_whole(access)
    if request.staff_id in access.walled_ids or request.staff_id not in lenders:
        raise AccessRefusedError("Who asks is walled off from this case, or is no supervising attorney any more.")
    told = access.people
    wanted = access.give_to(request.staff_id)
    person = (request.staff_id, request.name)
    words = f"{request.reason}\n\nAgreed: {reason}"
    plan = make_plan(case, wanted, Change.EMERGENCY, person=person, reason=words)
    change = prepare_change(caseworker, granter, case, plan)
    with write(caseworker.engine) as connection:
        if not delete_request(connection, request.id):
            raise CaseChangedError
        delete_case_notices(connection, case.id, ASKED)
        put_notices(connection, told, case_id=case.id, kind=OPENED, added_on=caseworker.today)
        change.put(connection, caseworker)
        event = Event("emergency:opened", case.id, actor=caseworker.staff_id, item=request.id)
        append_event(connection, event, caseworker.config)
    return case.reference


def _open_with_shares(connection: Connection, caseworker: Caseworker, request: EmergencyRequest) -> OpenedCase:
    key = get_emergency_key(connection, request.key_id)
    own = _open_share(connection, caseworker, request.key_id)
    row = get_case(connection, request.reference)
    if key is None or row is None or own is None or not request.share:
        raise AccessRefusedError(_BROKEN)
    key_row = get_case_key(connection, request.case_id, [request.key_id])
    try:
        identity = join_shares([request.share, own], key.recipient)
    except CannotOpenError:
        raise AccessRefusedError(_BROKEN) from None
    if key_row is None or (row.id, key.case_id) != (request.case_id, request.case_id):
        raise AccessRefusedError(_BROKEN)
    if get_withdrawal(connection, row.id) is not None:
        raise AccessRefusedError(_GONE)
    return open_case_with(connection, caseworker, row, key_row, identity)


def _now() -> int:
    return int(clock.now().timestamp())
