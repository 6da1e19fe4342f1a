"""Going through every text and every day of a case, whatever fields it has.

A field that is added to a dataclass is gone through without anybody thinking of it; what must stay as it is, is listed
here by name. A value of a kind that is not known is refused, so that nothing passes unseen.
"""

import dataclasses
import enum
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, TypeVar

from exports.case_file import (
    AgreementOnDay,
    AgreementSource,
    CaseFile,
    CustodyEntry,
    Digests,
    Exhibit,
    Fact,
    FactSection,
    Language,
    Party,
)
from exports.coarse_dates import MonthOfDay, MonthOfMoment

Value = TypeVar("Value")
Change = Callable[[str], str]

# Words of the office's own vocabulary, and what no reader can be told by: the rest is text that somebody typed.
LEFT_ALONE: frozenset[tuple[type, str]] = frozenset(
    {
        *((CaseFile, name) for name in ("reference", "office_name", "typed_by", "reporter_role")),
        *((Digests, name) for name in ("sealed_report", "opened_report")),
        *((Exhibit, name) for name in ("id", "kind", "sha256", "media_type")),
        *((CustodyEntry, name) for name in ("exhibit_id", "digest")),
        *((Language, name) for name in ("code", "name", "direction")),
        # Public facts, the same for every case. What is said of the agency on the day of the incident is none of them.
        (AgreementOnDay, "powers"),
        *((AgreementSource, name) for name in ("model", "words", "source", "addresses")),
        (Fact, "question"),
        (FactSection, "title"),
        (Party, "label"),
    }
)


def change_texts(value: Value, change: Change) -> Value:
    """The same value with every text in it changed, but for the fields that are left alone.

    Raises:
        TypeError: There is a value in it of a kind that this cannot go through.
    """
    changed: Any = _go_through(value, change, _keep)
    return changed  # type: ignore[no-any-return]  # the same type as what came in


def keep_months(value: Value) -> Value:
    """The same value with every day and every moment in it brought to its month.

    Raises:
        TypeError: As `change_texts`.
    """

    def coarsen(day: date) -> date:
        return MonthOfMoment.of(day) if isinstance(day, datetime) else MonthOfDay.of(day)

    changed: Any = _go_through(value, lambda text: text, coarsen)
    return changed  # type: ignore[no-any-return]  # the same type as what came in


def list_texts(value: object) -> Iterator[str]:
    """Every text in a value, but for the fields that are left alone.

    Raises:
        TypeError: As `change_texts`.
    """
    texts: list[str] = []

    def note(text: str) -> str:
        texts.append(text)
        return text

    change_texts(value, note)
    return iter(texts)


def _keep(day: date) -> date:
    return day


def _go_through(value: Any, change: Change, change_day: Callable[[date], date]) -> Any:  # noqa: ANN401  # any dataclass
    match value:
        case None | bool() | int() | enum.Enum():
            return value
        case str():
            return change(value)
        case date():
            return change_day(value)
        case tuple():
            return tuple(_go_through(each, change, change_day) for each in value)
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            changes = {
                field.name: _go_through(getattr(value, field.name), change, change_day)
                for field in dataclasses.fields(value)
                if (type(value), field.name) not in LEFT_ALONE
            }
            return dataclasses.replace(value, **changes)
        case _:
            raise TypeError(f"Redaction cannot go through a {type(value).__name__}.")
