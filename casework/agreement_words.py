"""What the staff site and its papers say of agreements. Facts with their sources, never a legal conclusion."""

from datetime import date, timedelta

from exports.environment import format_day
from models.agreements import (
    Agreement,
    AgreementStatus,
    EventKind,
    Precision,
    Span,
    Standing,
    SupportType,
    Sureness,
    UnknownReason,
)

MODEL: dict[str, str] = {
    SupportType.JAIL_ENFORCEMENT_MODEL: "Jail enforcement model",
    SupportType.WARRANT_SERVICE_OFFICER: "Warrant service officer",
    SupportType.TASK_FORCE_MODEL: "Task force model",
}
# Section 287(g) agreements by model, as their texts (Dakota, Freeborn and Itasca Counties) have it.
POWERS: dict[str, str] = {
    SupportType.JAIL_ENFORCEMENT_MODEL: (
        "in the jail, after an arrest on other grounds: named officers may question about status and arrest there"
    ),
    SupportType.WARRANT_SERVICE_OFFICER: (
        "in the jail, at release: named officers may serve ICE's own warrants; they may not question about status"
    ),
    SupportType.TASK_FORCE_MODEL: (
        "anywhere: named officers may question about status, and arrest without a warrant with reason to believe that "
        "somebody is here unlawfully and likely to escape"
    ),
}
EVENT_KIND: dict[str, str] = {
    EventKind.APPLIED: "Applied",
    EventKind.APPROVED: "Approved",
    EventKind.SIGNED: "Signed",
    EventKind.TRAINING: "Officers trained",
    EventKind.STARTED: "In effect",
    EventKind.RENEWED: "Renewed",
    EventKind.OPPOSED: "Opposed",
    EventKind.LISTED: "On ICE's list",
    EventKind.CORRECTED: "Date corrected",
    EventKind.UNLISTED: "Off ICE's list",
    EventKind.ENDED: "Ended",
    EventKind.OTHER: "Something else",
}
STANDING: dict[str, str] = {
    Standing.YES: "Yes",
    Standing.NO: "No, as far as is known",
    Standing.CHANGED_WITHIN: "Changed within these days",
    Standing.PARTLY_UNCLEAR: "Yes on some of these days, not clear on others",
    Standing.UNKNOWN: "Unknown",
}
YES_SO_FAR = "Yes, as far as is known"
_REASON: dict[str, str] = {
    UnknownReason.NO_AGENCY: "Which agency it was is not known yet.",
    UnknownReason.NOT_IN_DIRECTORY: "This agency is not in the directory.",
    UnknownReason.NEVER_CHECKED: "No list was ever read for this agency's state.",
    UnknownReason.DATES_UNCLEAR: "The sources leave these days open.",
}
_FEW_SPANS = 6


def write_day(day: date, precision: str = Precision.DAY) -> str:
    """Write a day as far as it is known: "June 9, 2020", "January 2018" or "2019"."""
    if precision == Precision.YEAR:
        return f"{day:%Y}"
    return f"{day:%B %Y}" if precision == Precision.MONTH else format_day(day)


def join_models(models: tuple[SupportType, ...]) -> str:
    """Name models, one after the other."""
    return ", ".join(MODEL[model] for model in models)


def answer_status(status: AgreementStatus) -> str:
    """Answer in a few words whether there was an agreement; a day that no list reaches has no plain "yes"."""
    if status.standing is Standing.YES and status.is_past_lists:
        return YES_SO_FAR
    return STANDING[status.standing]


def describe_status(status: AgreementStatus) -> list[str]:
    """Say what is known of the days that were asked about, in sentences, and how far that reaches."""
    if status.reason and status.reason is not UnknownReason.DATES_UNCLEAR:
        return [_REASON[status.reason]]
    sentences = [_REASON[status.reason]] if status.reason else []
    if len(status.spans) > 1 or status.standing is not Standing.NO:
        sentences += [describe_span(span) for span in status.spans[:_FEW_SPANS]]
    if len(status.spans) > _FEW_SPANS:
        sentences.append("More changes than are shown here: see the agency's page.")
    if status.is_outside_lists:
        sentences.append(_describe_reach(status))
    return sentences


def describe_span(span: Span) -> str:
    """Say what is known of days that follow each other."""
    days = _write_days(span)
    if span.sureness is Sureness.NO:
        return f"{days}: no agreement known."
    known = join_models(span.models)
    unclear = join_models(span.unclear_models)
    if not known:
        return f"{days}: not clear ({unclear})."
    return f"{days}: {known}" + (f"; not clear: {unclear}." if unclear else ".")


def _write_days(span: Span) -> str:
    if span.first_on and span.first_on == span.last_on:
        return write_day(span.first_on)
    if span.first_on and span.last_on:
        return f"{write_day(span.first_on)} to {write_day(span.last_on)}"
    if span.first_on:
        return f"From {write_day(span.first_on)} on"
    return f"Up to {write_day(span.last_on)}" if span.last_on else "At any time"


def _describe_reach(status: AgreementStatus) -> str:
    if status.lists_read is None:
        return "No list was ever read for this state: only what was added by hand is known."
    first, newest = write_day(status.lists_read.first_on), write_day(status.lists_read.newest_on)
    lists = f"ICE's list of {first}" if first == newest else f"ICE's lists of {first} to {newest}"
    days = {(span.first_on, span.last_on) for span in status.spans}
    is_one_day = len(days) == 1 and len(set(days.pop())) == 1
    which = "This day lies" if is_one_day else "Some of these days lie"
    return f"{which} outside {lists}, the only ones that were looked through."


def describe_agreement(row: Agreement) -> list[str]:
    """Say what one source says of one agreement: signed, ended, on which lists."""
    sentences = []
    if row.signed_on:
        sentences.append(f"Signed: {write_day(row.signed_on, row.signed_precision)}.")
    if row.first_seen_on and row.last_seen_on:
        first, last = write_day(row.first_seen_on), write_day(row.last_seen_on)
        sentences.append(f"On ICE's list of {first}." if first == last else f"On ICE's lists of {first} to {last}.")
    if row.missing_on:
        day_after = row.last_seen_on + timedelta(days=1) if row.last_seen_on else None
        is_between = day_after is not None and day_after < row.missing_on
        when = f" It went from it some day from {write_day(day_after)} on." if day_after and is_between else ""
        sentences.append(f"No longer on that of {write_day(row.missing_on)}.{when}")
    if row.ended_on:
        sentences.append(f"Ended: {write_day(row.ended_on, row.ended_precision)}.")
    return sentences or ["No dates are known."]
