"""What staff mark in a case's text for copies that leave the office: passages that go, and files that are fit.

A mark is never changed: taking it away is one more record. Where a mark is missing or does not open, nobody can say
what a copy must not hold, and none may be made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from casework.case_files import CannotExportError, check_exportable
from casework.caseworker import Caseworker
from casework.errors import CaseworkError
from casework.opening import OpenedCase, WorkItem
from casework.recording import NewItem, record_item
from exports.case_file import Variant
from exports.redaction.marks import FitExhibit, Ground, Mark

KIND = "redaction_mark"
MARKED = "redaction:marked"
BROKEN = (
    "A mark on this case is missing or cannot be opened, so nobody can say what a copy must not hold. "
    "Nothing can be made until whoever looks after the server has found out why. Keep the backups."
)


class NoSuchMarkError(CaseworkError):
    """There is no such mark on the case, or it was taken away."""


@dataclass(frozen=True)
class StandingMark:
    """A mark that stands, and what was recorded of it."""

    item: WorkItem = field(repr=False)
    mark: Mark | FitExhibit


def list_marks(case: OpenedCase) -> tuple[StandingMark, ...]:
    """List the marks that stand, oldest first: of a file, the newest word on it.

    Raises:
        CannotExportError: the marks are not whole.
    """
    items = [item for item in reversed(case.list_items(KIND)) if item.is_vouched]
    if any(entry.kind == MARKED for entry in case.missing) or not all(item.has_opened for item in items):
        raise CannotExportError(BROKEN)
    standing: dict[str, StandingMark] = {}
    for item in items:
        mark = _read_mark(item)
        if mark is None:
            standing.pop(item.text("removes"), None)
        else:
            # An earlier word on the same file counts no more.
            standing[item.text("exhibit_id") or item.id] = StandingMark(item, mark)
    return tuple(standing.values())


def _read_mark(item: WorkItem) -> Mark | FitExhibit | None:
    """The mark that a record holds; None where it takes one away."""
    if item.text("removes"):
        return None
    variants = frozenset(Variant(each) for each in item.values["variants"])
    if item.text("exhibit_id"):
        return FitExhibit(item.text("exhibit_id"), variants)
    return Mark(item.text("text"), Ground(item.text("ground")), variants, item.text("replacement"))


def mark_passage(caseworker: Caseworker, case: OpenedCase, mark: Mark) -> str:
    """Record that a passage goes from copies of some variants; return the record's id.

    Raises:
        CannotExportError: the story may not be read now.
        CaseChangedError: the case got new keys since it was opened.
        UntrustedKeyError: a stored public key is not signed by whom it should be.
    """
    values = {
        "text": mark.text,
        "ground": mark.ground.value,
        "replacement": mark.replacement,
        "variants": _list_values(mark.variants),
    }
    return _record(caseworker, case, values)


def mark_exhibit(caseworker: Caseworker, case: OpenedCase, exhibit_id: str, variants: Sequence[Variant]) -> str:
    """Record for which copies a file is fit, in place of what was said of it before: none takes all back.

    Raises:
        CannotExportError, CaseChangedError, UntrustedKeyError: as `mark_passage`.
    """
    return _record(caseworker, case, {"exhibit_id": exhibit_id, "variants": _list_values(frozenset(variants))})


def remove_mark(caseworker: Caseworker, case: OpenedCase, mark_id: str) -> str:
    """Take the mark of a passage away; return the id of the record that does so.

    Raises:
        NoSuchMarkError: there is none.
        CannotExportError, CaseChangedError, UntrustedKeyError: as `mark_passage`.
    """
    passages = [each.item.id for each in list_marks(case) if isinstance(each.mark, Mark)]
    if mark_id not in passages:
        raise NoSuchMarkError
    return _record(caseworker, case, {"removes": mark_id})


def _record(caseworker: Caseworker, case: OpenedCase, values: Mapping[str, object]) -> str:
    check_exportable(case)
    return record_item(caseworker, case, NewItem(KIND, MARKED, values))


def _list_values(variants: frozenset[Variant]) -> list[str]:
    return [variant.value for variant in Variant if variant in variants]
