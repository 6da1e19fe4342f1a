"""The card of a case: what the queue shows, sealed straight to the case's holders. No names, no story."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.likeness import Sketch, make_sketch
from models.report import Report, Value

URGENT_FIRST = ("held_now", "child_alone", "hurt", "court_date")


@dataclass(frozen=True)
class Card:
    """What a row of the queue needs. Codes as in the questionnaire; dates ISO; empty where not known.

    `conflict` is one of "", "clear", "conflict", "needs_review", "cannot_be_checked". `marks` holds "doubtful" and
    "duplicate". `received_at` is to the minute. `sketch` tells nearly equal stories, see models/likeness.py.
    """

    reference: str
    received_at: str
    language: str
    story_language: str
    urgent: tuple[str, ...]
    goal: str
    reporter_role: str
    for_someone: str
    state: str
    county: str
    agency: str
    encounter_type: str
    how_it_ended: tuple[str, ...]
    reach: tuple[str, ...]
    represented: tuple[str, ...]
    earliest_on: str
    latest_on: str
    consent_statistics: bool
    conflict: str = ""
    marks: tuple[str, ...] = ()
    sketch: Sketch = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain values for sealing."""
        return dict(vars(self))

    @property
    def urgency(self) -> int:
        """How urgent: 0 is most, len(URGENT_FIRST) is not at all."""
        return min(
            (URGENT_FIRST.index(code) for code in self.urgent if code in URGENT_FIRST), default=len(URGENT_FIRST)
        )


def read_card(plain: Mapping[str, Any]) -> Card:
    """Make a card of opened plain values."""
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()}
    return Card(**values)


def _codes(value: Value | None) -> tuple[str, ...]:
    if not value:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def make_card(report: Report, *, earliest_on: str, latest_on: str) -> Card:
    """Make the card of a new report."""
    values = report.values

    def word(question: str) -> str:
        value = values.get(question, "")
        return value if isinstance(value, str) else ""

    return Card(
        reference=report.reference,
        received_at=report.received_at[:16],
        language=report.language,
        story_language=word("story_language") or report.language,
        urgent=tuple(code for code in _codes(values.get("urgent")) if code != "none"),
        goal=word("goal"),
        reporter_role=word("reporter_role"),
        for_someone=word("for_someone"),
        state=word("state"),
        county=word("county"),
        agency=word("agency"),
        encounter_type=word("encounter_type"),
        how_it_ended=_codes(values.get("how_it_ended")),
        reach=_codes(values.get("contact_ways")) if word("reach") == "contact" else ("code",),
        represented=_codes(values.get("has_lawyer")),
        earliest_on=earliest_on,
        latest_on=latest_on,
        consent_statistics=report.consent_statistics,
        sketch=make_sketch(word("what_happened")),
    )
