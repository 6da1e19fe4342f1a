"""What agreements say about a day: pure functions over rows that somebody else fetched. Never asks a database.

An agreement under section 287(g) (8 U.S.C. 1357(g)) is in force from its signing; when that day is not known, from the
first of ICE's lists that has it. It is in force up to the day of its end, that day included; when no end is known, up
to the last list that had it, and from the first list that no longer has it it is not. Between the two nobody knows.
What is not known is never called "no": most of all not for an agency that the directory does not have.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from operator import itemgetter

_DECEMBER = 12
_DAY = timedelta(days=1)


class SupportType(StrEnum):
    """The models of a 287(g) agreement, as ICE's list of participating agencies calls them."""

    JAIL_ENFORCEMENT_MODEL = "jail_enforcement_model"
    WARRANT_SERVICE_OFFICER = "warrant_service_officer"
    TASK_FORCE_MODEL = "task_force_model"


class Precision(StrEnum):
    """How exactly a source gives a day; for month and year the date kept is their first day."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class EventKind(StrEnum):
    """What kind of thing happened around an agency's agreements."""

    APPLIED = "applied"
    APPROVED = "approved"
    SIGNED = "signed"
    TRAINING = "training"
    STARTED = "started"
    RENEWED = "renewed"
    OPPOSED = "opposed"
    LISTED = "listed"
    CORRECTED = "corrected"
    UNLISTED = "unlisted"
    ENDED = "ended"
    OTHER = "other"


class Standing(StrEnum):
    """Whether an agency had an agreement on the days of an incident."""

    YES = "yes"
    NO = "no"
    CHANGED_WITHIN = "changed_within"
    PARTLY_UNCLEAR = "partly_unclear"
    UNKNOWN = "unknown"


class UnknownReason(StrEnum):
    """Why it is not known whether there was an agreement."""

    NO_AGENCY = "no_agency"
    NOT_IN_DIRECTORY = "not_in_directory"
    NEVER_CHECKED = "never_checked"
    DATES_UNCLEAR = "dates_unclear"


class Sureness(IntEnum):
    """What is known of one day."""

    NO = 0
    UNCLEAR = 1
    YES = 2


@dataclass(frozen=True)
class Agreement:
    """One source's word that an agency has a model of agreement; its fields are columns of the table `agreements`."""

    support_type: SupportType
    signed_on: date | None = None
    signed_precision: Precision = Precision.DAY
    ended_on: date | None = None
    ended_precision: Precision = Precision.DAY
    absent_before_on: date | None = None
    first_seen_on: date | None = None
    last_seen_on: date | None = None
    missing_on: date | None = None
    moa_url: str = ""
    addendum_url: str = ""
    source: str = ""
    source_url: str = ""
    cited_on: date | None = None
    id: str = ""


@dataclass(frozen=True)
class ListsRead:
    """The dates of the oldest and the newest list on which an agency was looked for."""

    first_on: date
    newest_on: date


@dataclass(frozen=True)
class Span:
    """Days on which the same is known: the models surely in force, and those of which it is unclear.

    `first_on` and `last_on` are None where the span has no bound.
    """

    first_on: date | None
    last_on: date | None
    sureness: Sureness
    models: tuple[SupportType, ...]
    unclear_models: tuple[SupportType, ...]


@dataclass(frozen=True)
class AgreementStatus:
    """Whether there was an agreement on a day or within a range of days, and which.

    `models` were surely in force on some of the days, `unclear_models` perhaps. `is_outside_lists`: some of the days
    lie before the oldest or after the newest list that was read, so that the answer is only as good as those lists.
    `is_past_lists`: an agreement of which no source tells an end counts as going on after the newest list.
    """

    standing: Standing
    spans: tuple[Span, ...] = ()
    models: tuple[SupportType, ...] = ()
    unclear_models: tuple[SupportType, ...] = ()
    reason: UnknownReason | None = None
    lists_read: ListsRead | None = None
    is_outside_lists: bool = False
    is_past_lists: bool = False


def find_last_day(first_on: date, precision: Precision) -> date:
    """Return the last day of the day, month or year that begins on `first_on`."""
    if precision is Precision.MONTH:
        return first_on.replace(day=calendar.monthrange(first_on.year, first_on.month)[1])
    return date(first_on.year, _DECEMBER, 31) if precision is Precision.YEAR else first_on


def find_status(
    agreements: Sequence[Agreement] | None,
    earliest: date | None,
    latest: date | None,
    lists_read: ListsRead | None = None,
) -> AgreementStatus:
    """Tell whether an agency had an agreement between two days, both included; None where there is no bound.

    `agreements` are all that the directory has of the agency, and None when it does not have the agency. With no
    agreement and no list ever read for its state, nothing is known either.
    """
    if agreements is None:
        return AgreementStatus(Standing.UNKNOWN, reason=UnknownReason.NOT_IN_DIRECTORY)
    if not agreements and lists_read is None:
        return AgreementStatus(Standing.UNKNOWN, reason=UnknownReason.NEVER_CHECKED)
    spans = list_spans(agreements, earliest, latest)
    standing = _judge_spans({span.sureness for span in spans})
    models = tuple(model for model in SupportType if any(model in span.models for span in spans))
    unclear = {model for span in spans for model in span.unclear_models}
    return AgreementStatus(
        standing,
        spans=spans,
        models=models,
        unclear_models=tuple(model for model in SupportType if model in unclear and model not in models),
        reason=UnknownReason.DATES_UNCLEAR if standing is Standing.UNKNOWN else None,
        lists_read=lists_read,
        is_outside_lists=_is_outside(lists_read, earliest, latest),
        is_past_lists=_is_past(agreements, latest or date.max, lists_read),
    )


def list_spans(agreements: Sequence[Agreement], earliest: date | None, latest: date | None) -> tuple[Span, ...]:
    """Cut the days from `earliest` to `latest` into spans in which the same is known, oldest first."""
    first, last = earliest or date.min, latest or date.max
    rows = [_inherit_end(row, agreements) for row in agreements]
    edges = {first, *(edge for row in rows for edge in _list_edges(row) if first < edge <= last)}
    spans: list[Span] = []
    for edge in sorted(edges):
        span = _make_span(rows, edge)
        if not spans or (spans[-1].models, spans[-1].unclear_models) != (span.models, span.unclear_models):
            spans.append(span)
    ends = [*(span.first_on - _DAY for span in spans[1:] if span.first_on), latest]
    return tuple(
        Span(span.first_on if span.first_on != date.min else None, end, span.sureness, span.models, span.unclear_models)
        for span, end in zip(spans, ends, strict=True)
    )


def judge_day(row: Agreement, day: date) -> Sureness:
    """Tell what one row says of one day."""
    begun = _judge_beginning(row, day)
    return min(begun, _judge_end(row, day))


def _judge_beginning(row: Agreement, day: date) -> Sureness:
    if row.first_seen_on and day >= row.first_seen_on:
        return Sureness.YES  # also where ICE's own date of signing is later than its list
    if row.signed_on:
        if day < row.signed_on:
            return Sureness.NO
        return Sureness.YES if day >= find_last_day(row.signed_on, row.signed_precision) else Sureness.UNCLEAR
    if row.absent_before_on and day <= row.absent_before_on:
        return Sureness.NO
    return Sureness.UNCLEAR


def _judge_end(row: Agreement, day: date) -> Sureness:
    if row.ended_on:
        last = find_last_day(row.ended_on, row.ended_precision)
        if day > last:
            # One source says that it is over, ICE's list still had it.
            return Sureness.UNCLEAR if row.last_seen_on and day <= row.last_seen_on else Sureness.NO
        return Sureness.YES if day < row.ended_on or row.ended_precision is Precision.DAY else Sureness.UNCLEAR
    if row.missing_on and day >= row.missing_on:
        return Sureness.NO
    if row.missing_on and row.last_seen_on and day > row.last_seen_on:
        return Sureness.UNCLEAR
    return Sureness.YES


def _inherit_end(row: Agreement, rows: Sequence[Agreement]) -> Agreement:
    """Give a row of which no source tells the end the end of the same model that another row tells.

    A newspaper's "signed in January" has no end; the list's row for the same agreement has one when it goes from it.
    """
    begin = row.signed_on or row.first_seen_on
    if row.ended_on or row.last_seen_on or row.missing_on or begin is None:
        return row
    ended = [
        (end, other)
        for other in rows
        if other.support_type is row.support_type and (end := other.ended_on or other.missing_on) and end > begin
    ]
    if not ended:
        return row
    _, teller = min(ended, key=itemgetter(0))
    return replace(
        row,
        ended_on=teller.ended_on,
        ended_precision=teller.ended_precision,
        last_seen_on=teller.last_seen_on,
        missing_on=teller.missing_on,
    )


def _list_edges(row: Agreement) -> list[date]:
    """The days on which what a row says may change."""
    edges = [row.signed_on, row.first_seen_on, row.ended_on, row.missing_on]
    if row.signed_on:
        edges.append(find_last_day(row.signed_on, row.signed_precision))
    afters = [row.absent_before_on, row.last_seen_on]
    if row.ended_on:
        afters.append(find_last_day(row.ended_on, row.ended_precision))
    return [edge for edge in edges if edge] + [day + _DAY for day in afters if day and day < date.max]


def _make_span(rows: Sequence[Agreement], day: date) -> Span:
    judged = {model: _judge_model([row for row in rows if row.support_type is model], day) for model in SupportType}
    return Span(
        day,
        None,
        max(judged.values()),
        tuple(model for model, sureness in judged.items() if sureness is Sureness.YES),
        tuple(model for model, sureness in judged.items() if sureness is Sureness.UNCLEAR),
    )


def _judge_model(rows: Sequence[Agreement], day: date) -> Sureness:
    in_force = [row for row in rows if judge_day(row, day) is Sureness.YES]
    if not in_force:
        return max((judge_day(row, day) for row in rows), default=Sureness.NO)
    # Gone from the list and back on it under the old date of signing: the list and the date contradict each other.
    gone = [row for row in rows if row.missing_on and row.last_seen_on and row.last_seen_on < day]
    if gone and all(any(_came_back(row, old, day) for old in gone) for row in in_force):
        return Sureness.UNCLEAR
    return Sureness.YES


def _came_back(row: Agreement, old: Agreement, day: date) -> bool:
    """Whether a row is only later on the list again, with a date of signing from the time of an older row."""
    assert old.last_seen_on is not None
    return bool(row.first_seen_on and day < row.first_seen_on and row.signed_on and row.signed_on <= old.last_seen_on)


def _judge_spans(known: set[Sureness]) -> Standing:
    """Days that are not clear are no change: it changed only where some days surely have one, and others surely not."""
    if Sureness.YES not in known:
        return Standing.NO if known == {Sureness.NO} else Standing.UNKNOWN
    if Sureness.NO in known:
        return Standing.CHANGED_WITHIN
    return Standing.YES if known == {Sureness.YES} else Standing.PARTLY_UNCLEAR


def _is_past(agreements: Sequence[Agreement], latest: date, lists_read: ListsRead | None) -> bool:
    """Whether the last day lies after the newest list, and what counts as in force on it has no end in any source."""
    if lists_read is not None and latest <= lists_read.newest_on:
        return False
    in_force = [row for row in agreements if judge_day(row, latest) is Sureness.YES]
    return bool(in_force) and not any(row.ended_on for row in in_force)


def _is_outside(lists_read: ListsRead | None, earliest: date | None, latest: date | None) -> bool:
    if lists_read is None:
        return True
    return (earliest or date.min) < lists_read.first_on or (latest or date.max) > lists_read.newest_on
