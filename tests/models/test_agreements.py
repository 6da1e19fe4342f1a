"""What agreements say about a day: worked examples, by hand, of agencies as lists and newspapers tell of them."""

from __future__ import annotations

from datetime import date

import pytest

from models.agreements import (
    Agreement,
    ListsRead,
    Precision,
    Standing,
    SupportType,
    Sureness,
    UnknownReason,
    find_last_day,
    find_status,
)

JEM = SupportType.JAIL_ENFORCEMENT_MODEL
WSO = SupportType.WARRANT_SERVICE_OFFICER
TFM = SupportType.TASK_FORCE_MODEL

LISTS = ListsRead(date(2021, 1, 13), date(2026, 5, 18))

# Dakota County, Nebraska: the state's ACLU tells of January 2018 and of renewals; ICE's list gives 2020-06-09.
DAKOTA = (
    Agreement(JEM, signed_on=date(2018, 1, 1), signed_precision=Precision.MONTH, source="ACLU of Nebraska"),
    Agreement(
        JEM,
        signed_on=date(2020, 6, 9),
        first_seen_on=date(2021, 1, 13),
        last_seen_on=date(2026, 5, 18),
        source="ICE's list",
    ),
)
# Jackson County, Minnesota: on the list of 26 September 2025, gone on that of 14 January 2026.
JACKSON = (
    Agreement(
        WSO, absent_before_on=date(2025, 1, 19), first_seen_on=date(2025, 9, 26), last_seen_on=date(2025, 9, 26),
        missing_on=date(2026, 1, 14),
    ),
)  # fmt: skip
CROW_WING = (
    Agreement(TFM, signed_on=date(2025, 3, 25), first_seen_on=date(2025, 9, 26), last_seen_on=date(2026, 5, 18)),
    Agreement(WSO, signed_on=date(2025, 3, 26), first_seen_on=date(2025, 9, 26), last_seen_on=date(2026, 5, 18)),
)
# Red Willow County, Nebraska: all three models on one day.
RED_WILLOW = tuple(
    Agreement(model, signed_on=date(2026, 4, 5), first_seen_on=date(2026, 5, 18), last_seen_on=date(2026, 5, 18))
    for model in (JEM, WSO, TFM)
)
# One model gives way to another on a day, as at the demo's Birchwater.
CHANGED_MODEL = (
    Agreement(WSO, signed_on=date(2024, 3, 4), ended_on=date(2025, 4, 1)),
    Agreement(TFM, signed_on=date(2025, 4, 1)),
)
# A newspaper tells the month of the end.
ENDED_IN_MONTH = (
    Agreement(TFM, signed_on=date(2025, 2, 10), ended_on=date(2025, 8, 1), ended_precision=Precision.MONTH),
)
# A newspaper tells the end, and ICE's list went on showing it.
ENDED_BUT_LISTED = (
    Agreement(TFM, signed_on=date(2025, 2, 10), ended_on=date(2025, 8, 15), first_seen_on=date(2025, 3, 3),
              last_seen_on=date(2025, 9, 11), missing_on=date(2026, 1, 14)),
)  # fmt: skip
# Gone from one list and back on the next under the old date of signing.
CAME_BACK = (
    Agreement(WSO, signed_on=date(2020, 6, 1), first_seen_on=date(2021, 1, 13), last_seen_on=date(2025, 1, 19),
              missing_on=date(2025, 3, 3)),
    Agreement(WSO, signed_on=date(2020, 6, 1), absent_before_on=date(2025, 3, 3), first_seen_on=date(2025, 6, 11),
              last_seen_on=date(2026, 5, 18)),
)  # fmt: skip
# Gone, and signed anew.
SIGNED_ANEW = (
    Agreement(WSO, signed_on=date(2020, 6, 1), first_seen_on=date(2021, 1, 13), last_seen_on=date(2025, 1, 19),
              missing_on=date(2025, 3, 3)),
    Agreement(WSO, signed_on=date(2025, 5, 5), absent_before_on=date(2025, 3, 3), first_seen_on=date(2025, 6, 11),
              last_seen_on=date(2026, 5, 18)),
)  # fmt: skip
# A newspaper's beginning, and the list's end, of one agreement.
TOLD_TWICE = (
    Agreement(TFM, signed_on=date(2025, 3, 28), source="a newspaper"),
    Agreement(TFM, signed_on=date(2025, 3, 26), first_seen_on=date(2025, 6, 11), last_seen_on=date(2025, 9, 11),
              missing_on=date(2026, 1, 14)),
)  # fmt: skip
# ICE's date of signing is later than the first list that has it: a slip of the pen for 2025.
DATED_LATE = (
    Agreement(TFM, signed_on=date(2026, 6, 11), first_seen_on=date(2025, 9, 11), last_seen_on=date(2026, 5, 18)),
)
# The list does not say when it was signed, and the list before did not have it.
UNDATED = (
    Agreement(JEM, absent_before_on=date(2025, 3, 3), first_seen_on=date(2025, 6, 11), last_seen_on=date(2026, 5, 18)),
)
NOTHING_KNOWN = (Agreement(JEM),)
IN_A_YEAR = (Agreement(JEM, signed_on=date(2019, 1, 1), signed_precision=Precision.YEAR),)

YES, NO, CHANGED, UNKNOWN = Standing.YES, Standing.NO, Standing.CHANGED_WITHIN, Standing.UNKNOWN
PARTLY = Standing.PARTLY_UNCLEAR

EXAMPLES = [
    # name, agreements, earliest, latest, standing, models surely in force
    ("dakota applies", DAKOTA, "2017-08-15", "2017-08-15", NO, ()),
    ("dakota the day before the month of signing", DAKOTA, "2017-12-31", "2017-12-31", NO, ()),
    ("dakota in the month of signing", DAKOTA, "2018-01-15", "2018-01-15", UNKNOWN, ()),
    ("dakota on the last day of that month", DAKOTA, "2018-01-31", "2018-01-31", YES, (JEM,)),
    ("dakota the day after that month", DAKOTA, "2018-02-01", "2018-02-01", YES, (JEM,)),
    ("dakota officers trained", DAKOTA, "2018-05-01", "2018-05-31", YES, (JEM,)),
    ("dakota renewed in June 2019", DAKOTA, "2019-06-01", "2019-06-30", YES, (JEM,)),
    ("dakota between renewal and the list's date", DAKOTA, "2020-04-01", "2020-06-08", YES, (JEM,)),
    ("dakota on the list's date", DAKOTA, "2020-06-09", "2020-06-09", YES, (JEM,)),
    ("dakota on the newest list", DAKOTA, "2026-05-18", "2026-05-18", YES, (JEM,)),
    ("dakota after the newest list", DAKOTA, "2026-11-20", "2026-11-20", YES, (JEM,)),
    ("dakota over the beginning", DAKOTA, "2017-12-01", "2018-02-28", CHANGED, (JEM,)),
    ("dakota by the list alone, before its date", DAKOTA[1:], "2020-06-08", "2020-06-08", NO, ()),
    ("dakota in winter of 2018, as people say it", DAKOTA, "2017-12-01", "2018-12-31", CHANGED, (JEM,)),
    ("dakota still going on, since nobody knows when", DAKOTA, None, "2026-11-20", CHANGED, (JEM,)),
    ("dakota, no day told at all", DAKOTA, None, None, CHANGED, (JEM,)),
    ("jackson on the list", JACKSON, "2025-09-26", "2025-09-26", YES, (WSO,)),
    ("jackson the day after the last list that had it", JACKSON, "2025-09-27", "2025-09-27", UNKNOWN, ()),
    ("jackson at Christmas", JACKSON, "2025-12-25", "2025-12-25", UNKNOWN, ()),
    ("jackson the day before it was missing", JACKSON, "2026-01-13", "2026-01-13", UNKNOWN, ()),
    ("jackson gone", JACKSON, "2026-01-14", "2026-01-14", NO, ()),
    ("jackson long gone", JACKSON, "2026-10-01", "2026-10-01", NO, ()),
    ("jackson in autumn, and it may have ended in December", JACKSON, "2025-09-01", "2025-11-30", PARTLY, (WSO,)),
    ("jackson from autumn to spring", JACKSON, "2025-09-01", "2026-03-31", CHANGED, (WSO,)),
    ("dakota in the month of signing and after", DAKOTA, "2018-01-01", "2018-02-28", PARTLY, (JEM,)),
    ("jackson in January", JACKSON, "2026-01-01", "2026-01-31", UNKNOWN, ()),
    ("jackson before any list that had it", JACKSON, "2025-08-01", "2025-08-01", UNKNOWN, ()),
    ("jackson on the list that had it not yet", JACKSON, "2025-01-19", "2025-01-19", NO, ()),
    ("crow wing before both", CROW_WING, "2025-03-24", "2025-03-24", NO, ()),
    ("crow wing with the first of two", CROW_WING, "2025-03-25", "2025-03-25", YES, (TFM,)),
    ("crow wing with both", CROW_WING, "2025-03-26", "2025-03-26", YES, (WSO, TFM)),
    ("crow wing in March", CROW_WING, "2025-03-01", "2025-03-31", CHANGED, (WSO, TFM)),
    ("red willow the day before", RED_WILLOW, "2026-04-04", "2026-04-04", NO, ()),
    ("red willow with three at once", RED_WILLOW, "2026-04-05", "2026-04-05", YES, (JEM, WSO, TFM)),
    ("model changed: before", CHANGED_MODEL, "2025-03-31", "2025-03-31", YES, (WSO,)),
    ("model changed: both on the day", CHANGED_MODEL, "2025-04-01", "2025-04-01", YES, (WSO, TFM)),
    ("model changed: after", CHANGED_MODEL, "2025-04-02", "2025-04-02", YES, (TFM,)),
    ("model changed: an agreement all along", CHANGED_MODEL, "2025-03-01", "2025-04-30", YES, (WSO, TFM)),
    ("month of the end: before", ENDED_IN_MONTH, "2025-07-31", "2025-07-31", YES, (TFM,)),
    ("month of the end: within", ENDED_IN_MONTH, "2025-08-10", "2025-08-10", UNKNOWN, ()),
    ("month of the end: after", ENDED_IN_MONTH, "2025-09-01", "2025-09-01", NO, ()),
    ("ended but listed: the day of the end", ENDED_BUT_LISTED, "2025-08-15", "2025-08-15", YES, (TFM,)),
    ("ended but listed: sources disagree", ENDED_BUT_LISTED, "2025-08-20", "2025-08-20", UNKNOWN, ()),
    ("ended but listed: off the list as well", ENDED_BUT_LISTED, "2025-10-01", "2025-10-01", NO, ()),
    ("came back: on the old list", CAME_BACK, "2025-01-19", "2025-01-19", YES, (WSO,)),
    ("came back: between lists", CAME_BACK, "2025-02-01", "2025-02-01", UNKNOWN, ()),
    ("came back: on no list", CAME_BACK, "2025-04-01", "2025-04-01", UNKNOWN, ()),
    ("came back: on the new list", CAME_BACK, "2025-06-11", "2025-06-11", YES, (WSO,)),
    ("signed anew: gone", SIGNED_ANEW, "2025-04-01", "2025-04-01", NO, ()),
    ("signed anew: from its day, before any list", SIGNED_ANEW, "2025-05-05", "2025-05-05", YES, (WSO,)),
    ("told twice: on the list", TOLD_TWICE, "2025-09-01", "2025-09-01", YES, (TFM,)),
    ("told twice: the list's end holds for both", TOLD_TWICE, "2026-02-01", "2026-02-01", NO, ()),
    ("dated late: listed before its date", DATED_LATE, "2025-10-01", "2025-10-01", YES, (TFM,)),
    ("undated: the list before had it not", UNDATED, "2025-03-03", "2025-03-03", NO, ()),
    ("undated: between the lists", UNDATED, "2025-04-01", "2025-04-01", UNKNOWN, ()),
    ("undated: on the list", UNDATED, "2025-06-11", "2025-06-11", YES, (JEM,)),
    ("nothing known but that there is one", NOTHING_KNOWN, "2025-06-11", "2025-06-11", UNKNOWN, ()),
    ("signed in a year: within", IN_A_YEAR, "2019-07-01", "2019-07-01", UNKNOWN, ()),
    ("signed in a year: after", IN_A_YEAR, "2020-01-01", "2020-01-01", YES, (JEM,)),
    ("on the lists, and never an agreement", (), "2025-06-11", "2025-06-11", NO, ()),
]


def read_day(text: str | None) -> date | None:
    """A day as the table of examples has it."""
    return date.fromisoformat(text) if text else None


def test_there_are_enough_examples() -> None:
    """More than forty examples are worked by hand."""
    assert len(EXAMPLES) >= 40
    assert len({name for name, *_ in EXAMPLES}) == len(EXAMPLES)


@pytest.mark.parametrize(
    ("agreements", "earliest", "latest", "standing", "models"),
    [example[1:] for example in EXAMPLES],
    ids=[example[0] for example in EXAMPLES],
)
def test_standing_on_a_day(
    agreements: tuple[Agreement, ...],
    earliest: str | None,
    latest: str | None,
    standing: Standing,
    models: tuple[SupportType, ...],
) -> None:
    """The example's days have the standing and the models that a person worked out, whatever the order of the rows."""
    for rows in (agreements, agreements[::-1]):
        status = find_status(rows, read_day(earliest), read_day(latest), LISTS)
        assert (status.standing, status.models) == (standing, models)


def test_agency_outside_the_directory_is_unknown_never_no() -> None:
    """Of an agency that the directory does not have, nothing is known, and the answer says why."""
    status = find_status(None, date(2025, 6, 1), date(2025, 6, 1), LISTS)
    assert (status.standing, status.reason) == (Standing.UNKNOWN, UnknownReason.NOT_IN_DIRECTORY)


def test_agency_that_no_list_was_read_for_is_unknown() -> None:
    """An agency without agreements is a "no" only where somebody has looked."""
    status = find_status((), date(2025, 6, 1), date(2025, 6, 1))
    assert (status.standing, status.reason) == (Standing.UNKNOWN, UnknownReason.NEVER_CHECKED)


def test_unclear_days_say_that_their_dates_are_unclear() -> None:
    """Between the last list that had it and the first that had not, the model is named as unclear."""
    status = find_status(JACKSON, date(2025, 12, 1), date(2025, 12, 1), LISTS)
    assert status.reason is UnknownReason.DATES_UNCLEAR
    assert (status.models, status.unclear_models) == ((), (WSO,))


@pytest.mark.parametrize(
    ("agreements", "day", "lists", "is_past"),
    [
        (DAKOTA, "2026-05-18", LISTS, False),
        (DAKOTA, "2026-05-19", LISTS, True),
        (DAKOTA, "2018-05-01", LISTS, False),
        (DAKOTA, "2020-07-01", None, True),
        (JACKSON, "2026-06-01", LISTS, False),
        ((Agreement(TFM, signed_on=date(2025, 4, 1), ended_on=date(2026, 12, 31)),), "2026-06-01", LISTS, False),
        ((), "2026-06-01", LISTS, False),
    ],
)
def test_agreement_that_goes_on_after_the_newest_list_is_told_apart(
    agreements: tuple[Agreement, ...], day: str, lists: ListsRead | None, *, is_past: bool
) -> None:
    """A "yes" for a day that no list reaches is marked, unless a source tells a later end; a "no" never is."""
    assert find_status(agreements, read_day(day), read_day(day), lists).is_past_lists is is_past


def test_spans_cover_the_range_without_gap() -> None:
    """A range is cut where what is known changes: first and last day stand, each day is in one span."""
    status = find_status(JACKSON, date(2025, 9, 1), date(2026, 2, 1), LISTS)
    assert [(span.first_on, span.last_on, span.sureness) for span in status.spans] == [
        (date(2025, 9, 1), date(2025, 9, 25), Sureness.UNCLEAR),
        (date(2025, 9, 26), date(2025, 9, 26), Sureness.YES),
        (date(2025, 9, 27), date(2026, 1, 13), Sureness.UNCLEAR),
        (date(2026, 1, 14), date(2026, 2, 1), Sureness.NO),
    ]


def test_spans_without_bounds_stay_without() -> None:
    """Where the reporter sets no bound the first and the last span have none."""
    spans = find_status(CHANGED_MODEL, None, None, LISTS).spans
    assert [(span.first_on, span.last_on, span.models) for span in spans] == [
        (None, date(2024, 3, 3), ()),
        (date(2024, 3, 4), date(2025, 3, 31), (WSO,)),
        (date(2025, 4, 1), date(2025, 4, 1), (WSO, TFM)),
        (date(2025, 4, 2), None, (TFM,)),
    ]


@pytest.mark.parametrize(
    ("earliest", "latest", "is_outside"),
    [
        (date(2021, 1, 13), date(2026, 5, 18), False),
        (date(2021, 1, 12), date(2021, 1, 12), True),
        (date(2026, 5, 19), date(2026, 5, 19), True),
        (None, date(2025, 1, 1), True),
        (date(2025, 1, 1), None, True),
    ],
)
def test_days_that_no_list_covers_are_marked(earliest: date | None, latest: date | None, is_outside: bool) -> None:  # noqa: FBT001  # a parameter of the table
    """An answer for days before the oldest or after the newest list says that it reaches beyond them."""
    assert find_status(DAKOTA, earliest, latest, LISTS).is_outside_lists is is_outside


def test_last_day_of_a_leap_month() -> None:
    """A month that is known without its day ends on its own last day."""
    assert find_last_day(date(2024, 2, 1), Precision.MONTH) == date(2024, 2, 29)
    assert find_last_day(date(2024, 2, 1), Precision.DAY) == date(2024, 2, 1)
    assert find_last_day(date(2024, 1, 1), Precision.YEAR) == date(2024, 12, 31)
