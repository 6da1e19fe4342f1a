"""Cases as stored: what is readable of them, their keys, their card and their sealed items."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, insert, or_, select, true, update

from models.tables import (
    cards,
    case_keys,
    case_openings,
    cases,
    former_case_keys,
    ledger_entries,
    sealed_items,
    withdrawals,
)


class Status(StrEnum):
    """Where a case stands; the only part of a decision that is readable. `undecided` comes before screening ends."""

    UNDECIDED = "undecided"
    ACCEPTED = "accepted"
    REFERRED = "referred"
    DECLINED = "declined"
    ADVISED = "advised"
    RECORDED = "recorded"


def put_case(connection: Connection, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Lay down a case. Raises IntegrityError when its reference is taken."""
    connection.execute(insert(cases), columns)


def put_case_key(connection: Connection, **columns: str | bytes) -> None:
    """Lay down one holder's sealed copies of a case's two private keys."""
    connection.execute(insert(case_keys), columns)


def put_card(connection: Connection, case_id: str, sealed: bytes) -> None:
    """Lay down the card of a new case."""
    connection.execute(insert(cards), {"case_id": case_id, "sealed": sealed})


def replace_card(connection: Connection, case_id: str, sealed: bytes, *, previous: bytes) -> bool:
    """Replace the card of a case after a change, if it still is the one that was read; tells whether it was."""
    result = connection.execute(
        update(cards).where(cards.c.case_id == case_id, cards.c.sealed == previous).values(sealed=sealed)
    )
    return result.rowcount == 1


def put_sealed_item(connection: Connection, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Lay down one sealed item of a case: id, case_id, kind, added_on, sealed."""
    connection.execute(insert(sealed_items), columns)


def get_case(connection: Connection, reference: str) -> Row[Any] | None:
    """Return a case by its reference, with its card, or None."""
    return connection.execute(
        select(cases, cards.c.sealed.label("sealed_card"))
        .join(cards, cards.c.case_id == cases.c.id)
        .where(cases.c.reference == reference)
    ).one_or_none()


def list_references(connection: Connection, case_ids: Collection[str]) -> dict[str, str]:
    """Return the references of those of these ids that are cases."""
    return {
        row.id: row.reference
        for row in connection.execute(select(cases.c.id, cases.c.reference).where(cases.c.id.in_(case_ids)))
    }


def find_case_id(connection: Connection, reference: str) -> str | None:
    """Return the id of the case with this reference, also of one that was destroyed, or None."""
    return connection.scalar(select(cases.c.id).where(cases.c.reference == reference))


def get_case_key(connection: Connection, case_id: str, holder_ids: Sequence[str]) -> Row[Any] | None:
    """Return the sealed private keys of a case that one of these holders can open, or None."""
    return connection.execute(
        select(case_keys).where(case_keys.c.case_id == case_id, case_keys.c.holder_id.in_(holder_ids)).limit(1)
    ).one_or_none()


def list_former_keys(connection: Connection, case_id: str) -> list[Row[Any]]:
    """List the sealed private keys that a case had before, newest generation first."""
    return list(
        connection.execute(
            select(former_case_keys)
            .where(former_case_keys.c.case_id == case_id)
            .order_by(former_case_keys.c.generation.desc())
        )
    )


def list_case_holders(connection: Connection, case_id: str) -> list[str]:
    """List the ids of a case's holders: office keys, and in a restricted case persons."""
    return list(
        connection.execute(
            select(case_keys.c.holder_id).where(case_keys.c.case_id == case_id).order_by(case_keys.c.holder_id)
        ).scalars()
    )


def list_sealed_items(connection: Connection, case_id: str) -> list[Row[Any]]:
    """List the sealed items of a case; order and time are sealed inside each."""
    return list(connection.execute(select(sealed_items).where(sealed_items.c.case_id == case_id)))


def iterate_case_cards(connection: Connection) -> Iterator[Row[Any]]:
    """Return the row and sealed card of every case, oldest first; the card is None where there is none."""
    statement = (
        select(cases, cards.c.sealed.label("sealed_card"))
        .outerjoin(cards, cards.c.case_id == cases.c.id)
        .order_by(cases.c.received_on, cases.c.id)
    )
    return iter(connection.execute(statement.execution_options(yield_per=100)))


_ARRIVAL = and_(
    ledger_entries.c.site == "intake",
    ledger_entries.c.subject == cases.c.id,
    ledger_entries.c.kind == "report:received",
)


_messages = ledger_entries.alias("messages")
# The newest message of a case by its place in intake's chain, to compare with what somebody has seen; 0 without any.
_NEWEST_MESSAGE = (
    select(func.coalesce(func.max(_messages.c.sequence), 0))
    .where(
        _messages.c.site == "intake",
        _messages.c.subject == cases.c.id,
        _messages.c.kind == "message:received",
    )
    .correlate(cases)
    .scalar_subquery()
)
_SEEN = func.coalesce(case_openings.c.seen_sequence, 0)


@dataclass(frozen=True)
class CaseFilter:
    """Which cases of the queue: those that one of `holder_ids` holds a key of, and of these the ones asked for.

    `is_unread` keeps those that `staff_id` never opened or that brought a message since; `assignee_id` empty means
    anybody's. Those that were taken back are in no list: they are closed.
    """

    staff_id: str
    holder_ids: Sequence[str]
    statuses: Sequence[str] = ()
    assignee_id: str = ""
    is_unowned: bool = False
    is_unread: bool = False

    def apply(self, statement: Select[Any]) -> Select[Any]:
        """Narrow a statement over cases to the ones asked for."""
        statement = (
            statement.join(cards, cards.c.case_id == cases.c.id)
            .join(ledger_entries, _ARRIVAL)
            .outerjoin(
                case_openings,
                and_(case_openings.c.case_id == cases.c.id, case_openings.c.staff_id == self.staff_id),
            )
            .where(
                cases.c.id.in_(select(case_keys.c.case_id).where(case_keys.c.holder_id.in_(self.holder_ids))),
                cases.c.id.not_in(select(withdrawals.c.case_id)),
            )
        )
        if self.statuses:
            statement = statement.where(cases.c.status.in_(self.statuses))
        if self.assignee_id:
            statement = statement.where(cases.c.assignee_id == self.assignee_id)
        if self.is_unowned:
            statement = statement.where(cases.c.assignee_id.is_(None))
        if self.is_unread:
            statement = statement.where(or_(case_openings.c.staff_id.is_(None), _NEWEST_MESSAGE > _SEEN))
        return statement


def list_cards(
    connection: Connection, wanted: CaseFilter, *, limit: int | None = None, offset: int = 0
) -> list[Row[Any]]:
    """List cases with their sealed cards and arrival order (ledger sequence): unowned first, then oldest first."""
    statement = wanted.apply(
        select(
            cases.c.id,
            cases.c.reference,
            cases.c.received_on,
            cases.c.status,
            cases.c.assignee_id,
            cards.c.sealed,
            case_openings.c.staff_id.label("opened_by"),
            (_NEWEST_MESSAGE > _SEEN).label("has_new_message"),
            ledger_entries.c.sequence,
        ).select_from(cases)
    ).order_by(case((cases.c.assignee_id.is_(None), 0), else_=1), ledger_entries.c.sequence)
    return list(connection.execute(statement.limit(limit).offset(offset)))


def count_cases(connection: Connection, wanted: CaseFilter) -> int:
    """Count the cases that a list of cards with this filter would have."""
    statement = wanted.apply(select(func.count(cases.c.id)).select_from(cases))
    return int(connection.execute(statement).scalar_one())


def get_standing(connection: Connection, case_id: str) -> tuple[date, str] | None:
    """Return the day a case was received and its status: all that the public site may read of it."""
    row = connection.execute(select(cases.c.received_on, cases.c.status).where(cases.c.id == case_id)).one_or_none()
    return (row.received_on, row.status) if row else None


_PUBLIC_COLUMNS = (
    *("id", "received_on", "status", "is_held"),
    *("report_recipient", "report_recipient_signature", "work_recipient", "work_recipient_signature"),
)


def get_public_case(connection: Connection, case_id: str) -> Row[Any] | None:
    """Return what the public site may read of a case: standing, hold, and the public keys with their signatures."""
    wanted = select(*(cases.c[name] for name in _PUBLIC_COLUMNS))
    return connection.execute(wanted.where(cases.c.id == case_id)).one_or_none()


def list_item_dates(connection: Connection, case_id: str, kind: str) -> list[Row[Any]]:
    """List the ids and days of a case's items of one kind, oldest day first; nothing of what they say."""
    return list(
        connection.execute(
            select(sealed_items.c.id, sealed_items.c.added_on)
            .where(sealed_items.c.case_id == case_id, sealed_items.c.kind == kind)
            .order_by(sealed_items.c.added_on)
        )
    )


def _make_countable(holder_ids: Sequence[str] | None) -> ColumnElement[bool]:
    """All cases; or, for whoever holds keys, those that they hold and those that are destroyed, which nobody holds."""
    if holder_ids is None:
        return true()
    held = select(case_keys.c.case_id).where(case_keys.c.holder_id.in_(holder_ids))
    return or_(cases.c.id.in_(held), cases.c.id.not_in(select(case_keys.c.case_id)))


def count_by_status(connection: Connection, holder_ids: Sequence[str] | None = None) -> dict[str, int]:
    """Count the cases of each status; with holders, only those that one of them holds, and destroyed ones."""
    wanted = select(cases.c.status, func.count(cases.c.id).label("number")).where(_make_countable(holder_ids))
    return {row.status: row.number for row in connection.execute(wanted.group_by(cases.c.status))}


def count_by_day(connection: Connection, holder_ids: Sequence[str] | None = None) -> list[tuple[date, int]]:
    """Count the cases of each day on which any came in, oldest first; with holders as `count_by_status`."""
    wanted = select(cases.c.received_on, func.count(cases.c.id).label("number")).where(_make_countable(holder_ids))
    rows = connection.execute(wanted.group_by(cases.c.received_on).order_by(cases.c.received_on))
    return [(row.received_on, row.number) for row in rows]


def set_status(connection: Connection, case_id: str, status: Status) -> None:
    """Set where a case stands."""
    connection.execute(update(cases).where(cases.c.id == case_id).values(status=status.value))


def set_assignee(connection: Connection, case_id: str, staff_id: str | None) -> None:
    """Give a case to a person, or to nobody."""
    connection.execute(update(cases).where(cases.c.id == case_id).values(assignee_id=staff_id))


def set_held(connection: Connection, case_id: str, *, is_held: bool) -> None:
    """Put a legal hold on a case, or lift it."""
    connection.execute(update(cases).where(cases.c.id == case_id).values(is_held=is_held))


def count_withdrawn(connection: Connection, holder_ids: Sequence[str]) -> int:
    """Count the cases of these holders that were taken back and are not destroyed yet."""
    held = select(case_keys.c.case_id).where(case_keys.c.holder_id.in_(holder_ids))
    statement = select(func.count(withdrawals.c.case_id)).where(withdrawals.c.case_id.in_(held))
    return int(connection.execute(statement).scalar_one())


def get_seen_sequence(connection: Connection, case_id: str, staff_id: str) -> int:
    """Return up to which entry of intake's chain this person has seen what came in; 0 before they opened the case."""
    found = connection.execute(
        select(case_openings.c.seen_sequence).where(
            case_openings.c.case_id == case_id, case_openings.c.staff_id == staff_id
        )
    ).scalar_one_or_none()
    return found or 0


def mark_opened(connection: Connection, case_id: str, staff_id: str, *, seen_sequence: int = 0) -> None:
    """Remember that this person opened this case, and up to where they saw what came in, for their unread marks."""
    mine = and_(case_openings.c.case_id == case_id, case_openings.c.staff_id == staff_id)
    known = connection.execute(select(case_openings.c.seen_sequence).where(mine)).scalar_one_or_none()
    if known is None:
        values = {"case_id": case_id, "staff_id": staff_id, "seen_sequence": seen_sequence}
        connection.execute(insert(case_openings).values(values))
    elif seen_sequence > known:
        connection.execute(update(case_openings).where(mine).values(seen_sequence=seen_sequence))
