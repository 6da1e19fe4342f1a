"""Files reports for tests of the staff site exactly as the public site stores them, without the public site's code."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine

from models import cases, ledger
from models.card import make_card
from models.engine import create_engine, read, write
from models.incident_dates import find_date_range
from models.office_keys import get_office_key
from models.questionnaire.pages import PAGES, list_asked_pages
from models.questionnaire.question import AnswerState, Question, find_state
from models.report import Answer, Report, Value
from vault.contexts import Context
from vault.recipients import Recipient
from vault.sealing import make_case_keys, seal_json
from vault.signing import SigningKey, sign_recipient
from web import clock
from web.config import IntakeConfig

STORY = "Me pararon por una luz. El oficial me pidió «papeles» y dijo: regrésate a tu país.\n\nMi hijo lloraba."
PLAIN_VALUES: dict[str, Value] = {
    "urgent": ["none"],
    "goal": "lawyer",
    "reporter_role": "affected",
    "state": "NE",
    "county": "Meadowlark County",
    "place_kind": "road",
    "when": "yesterday",
    "time_of_day": "night",
    "agency": "Meadowlark County Sheriff",
    "encounter_type": "vehicle",
    "what_happened": STORY,
    "story_language": "es",
    "reason_believed": ["language", "not_sure"],
    "how_it_ended": ["citation"],
    "name_to_use": "Rosa Nombre-Inventado",
    "officer_names": "Badge 4471",
    "has_lawyer": ["no"],
    "reach": "contact",
    "contact_ways": ["text"],
    "contact_details": "402-555-0134",
    "contact_times": "después de las seis",
    "voicemail": "no",
    "say_who_calls": "prefer_not_to_say",
    "safe_word": "girasol",
}
# What the questions and choices look like in the reporter's language, where a test wants to see it.
SPANISH = {"goal": ("¿Qué quiere usted?", "Quiero que un abogado vea esto")}


@dataclass(frozen=True)
class FiledCase:
    """A case as filed: how to find it, and its report."""

    id: str
    reference: str
    report_item: str
    report: Report


def make_report(values: Mapping[str, Value], *, language: str = "es", answered_on: date | None = None) -> Report:
    """Make a report of these values; pages that they do not call for, and all details, are not asked."""
    asked = {page.stem for page in list_asked_pages(values)}
    answers = tuple(
        _make_answer(question, values.get(question.id, ""), language, was_asked=page.stem in asked)
        for page in PAGES
        for question in page.questions
    )
    today = clock.now().date()
    digits = f"{secrets.randbelow(10**8):08}"
    return Report(
        reference=f"R-{digits[:4]}-{digits[4:]}",
        language=language,
        received_at=clock.now().isoformat(timespec="minutes"),
        answered_on=(answered_on or today).isoformat(),
        answers=answers,
        consent_statistics=False,
    )


def _make_answer(question: Question, value: Value, language: str, *, was_asked: bool) -> Answer:
    state = find_state(question, value) if was_asked else AnswerState.NOT_ASKED
    asked, shown = question.text, value if isinstance(value, str) else ""
    if question.vocabulary:
        words = {term.code: term.text for term in question.vocabulary}
        shown = "\n".join(words[code] for code in ([value] if isinstance(value, str) else value) if code in words)
    if language == "es" and question.id in SPANISH:
        asked, shown = SPANISH[question.id]
    return Answer(question.id, asked, language, state.value, value if was_asked else "", shown if was_asked else "")


class Filing:
    """Files reports into an office's database with the public site's rights; `engine` has the staff site's."""

    def __init__(self, engine: Engine, config: IntakeConfig) -> None:
        self.engine = engine
        self.intake_engine = create_engine(config.engine_url)
        self.signer = SigningKey.from_bytes(config.signing_key)
        with read(self.intake_engine) as connection:
            office = get_office_key(connection)
        assert office is not None
        self.office_key_id: str = office.id
        self.office = Recipient.from_bytes(office.recipient)

    def file(
        self, values: Mapping[str, Value] | None = None, *, days_ago: int = 0, language: str = "es", **changes: Value
    ) -> FiledCase:
        """File a report of `values` (the plain ones without) with changes, received some days ago."""
        answered_on = clock.now().date() - timedelta(days=days_ago)
        report = make_report({**(values or PLAIN_VALUES), **changes}, language=language, answered_on=answered_on)
        with write(self.intake_engine) as connection:
            return self.put(connection, report, answered_on)

    def put(self, connection: Connection, report: Report, received_on: date) -> FiledCase:
        """Store a report with everything that belongs to it."""
        case_id, item_id = str(uuid4()), str(uuid4())
        keys = make_case_keys(case_id, holders={self.office_key_id: self.office})
        days = find_date_range(report.values, received_on)
        card = make_card(
            report,
            earliest_on=days.earliest.isoformat() if days.earliest else "",
            latest_on=days.latest.isoformat() if days.latest else "",
        )
        sealed = seal_json(report.to_json(), recipients=[keys.report], context=Context("report", (case_id, item_id)))
        cases.put_case(
            connection,
            id=case_id,
            reference=report.reference,
            received_on=received_on,
            status="undecided",
            **self._sign_keys(case_id, keys.report.raw, keys.work.raw),
        )
        cases.put_case_key(
            connection,
            case_id=case_id,
            holder_id=self.office_key_id,
            sealed_report_identity=keys.sealed[0].report_identity,
            sealed_work_identity=keys.sealed[0].work_identity,
        )
        sealed_card = seal_json(card.to_json(), recipients=[self.office], context=Context("card", (case_id,)))
        cases.put_card(connection, case_id, sealed_card)
        cases.put_sealed_item(
            connection, id=item_id, case_id=case_id, kind="report", added_on=received_on, sealed=sealed
        )
        for event in (
            ledger.Event("report:received", case_id, hashlib.sha256(sealed).hexdigest(), item=item_id),
            ledger.Event("card:changed", case_id, hashlib.sha256(sealed_card).hexdigest(), item=case_id),
        ):
            ledger.append(
                connection, "intake", event, received_on, lambda entry: self.signer.sign(entry, purpose="ledger-entry")
            )
        return FiledCase(case_id, report.reference, item_id, report)

    def _sign_keys(self, case_id: str, report: bytes, work: bytes) -> dict[str, Any]:
        return {
            "report_recipient": report,
            "report_recipient_signature": sign_recipient(
                report, context=Context("case_report_recipient", (case_id,)), key=self.signer
            ),
            "work_recipient": work,
            "work_recipient_signature": sign_recipient(
                work, context=Context("case_work_recipient", (case_id,)), key=self.signer
            ),
        }


def replace_values(report: Report, **values: Value) -> Report:
    """A report with other values for some answers, all else the same."""
    answers = tuple(
        replace(answer, value=values[answer.question], shown=str(values[answer.question]))
        if answer.question in values
        else answer
        for answer in report.answers
    )
    return replace(report, answers=answers)
