"""Sending: the draft becomes, in one transaction, a case that only the office can open, and a receipt.

Safe to repeat: the draft turns once, by compare-and-swap, into a receipt box under the same cookie; whoever sends
again, because the answer was lost on a bad network, gets the same code and makes no second case.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from intake.drafts import Draft, DraftBusyError, find_office_recipient, load_draft, make_draft_keys
from intake.waiting import end_code
from models import blobs, boxes, cases, drafts, ledger, receipts, tables
from models.card import make_card
from models.engine import look_up, read, write
from models.evidence import EvidenceFile
from models.incident_dates import DateRange, ImpossibleDateError, find_date_range
from models.questionnaire.pages import PAGES, list_asked_pages
from models.questionnaire.question import NOT_SURE, AnswerState, Question, find_state
from models.report import Answer, Report, Value
from vault.boxes import BoxKey, close_box, open_box
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.identities import Identity
from vault.receipt_proofs import CASE, MADE, derive_proof_key, make_proof
from vault.receipts import Receipt, derive_receipt, new_code
from vault.recipients import Recipient
from vault.sealing import seal_json
from vault.signing import SigningKey, sign_recipient
from web import clock
from web.config import IntakeConfig
from web.csrf import N_
from web.key_alarm import EVENT
from web.languages import gettext

LEDGER_SITE = "intake"
LEDGER_PURPOSE = "ledger-entry"
_RECEIPT_CONTEXT = "receipt"
_RECEIPT_SECONDS = 3_600
_TRIES = 8
_HELPER_ANSWERS = (
    *("goal", "reporter_role", "name_to_use", "reach"),
    *("contact_ways", "contact_details", "contact_times", "voicemail", "say_who_calls", "safe_word"),
)
_SHARED_ANSWERS = (
    *("state", "county", "place_kind", "agency", "encounter_type"),
    *("when", "when_day", "when_month", "when_season", "when_year", "time_of_day"),
)


@dataclass(frozen=True)
class ReceiptBox:
    """What the receipt page shows until the code is written down, and what another report may carry over."""

    code: str
    reference: str
    received_on: str
    sent_at: int
    helper: dict[str, Value]
    shared: dict[str, Value]


SPOKEN = N_("Told by voice. Please listen to the recording.")


class NothingToSendError(Exception):
    """There is neither a draft nor a receipt under this key."""


def load_receipt_box(engine: Engine, key: BoxKey) -> ReceiptBox | None:
    """Open this browser's receipt box; None when there is none or its hour is over."""
    with look_up(engine) as connection:
        row = boxes.get_box(connection, tables.boxes, key.lookup_id, clock.hour())
    if row is None:
        return None
    try:
        box = ReceiptBox(**json.loads(open_box(row.record, key=key, context=_RECEIPT_CONTEXT)))
    except CannotOpenError:
        return None
    return box if clock.now().timestamp() - box.sent_at <= _RECEIPT_SECONDS else None


def _compose_answers(draft: Draft, language: str) -> tuple[Answer, ...]:
    asked = {page.stem for is_detail in (False, True) for page in list_asked_pages(draft.values, details=is_detail)}
    answers = []
    for page in PAGES:
        was_shown = page.stem in draft.seen and page.stem in asked
        for question in page.questions:
            saved = draft.answers.get(question.id, {"value": "", "language": language})
            answers.append(_compose_answer(question, saved, was_shown=was_shown))
            if question.id == "what_happened" and draft.has_spoken_story and not answers[-1].value:
                spoken = gettext(SPOKEN, language)
                answers[-1] = replace(answers[-1], state=AnswerState.ANSWERED.value, shown=spoken)
    return tuple(answers)


def _compose_answer(question: Question, saved: dict[str, Any], *, was_shown: bool) -> Answer:
    value: Value = saved["value"] if was_shown else ""
    language: str = saved["language"]
    state = find_state(question, value) if was_shown else AnswerState.NOT_ASKED
    shown = value if isinstance(value, str) else ""
    if state is AnswerState.NOT_SURE:
        shown = gettext(NOT_SURE.text, language)
    if question.vocabulary:
        codes = [value] if isinstance(value, str) else value
        words = {term.code: gettext(term.text, language) for term in question.vocabulary if term.code in codes}
        shown = "\n".join(words[code] for code in codes if code in words)
    return Answer(question.id, gettext(question.text, language), language, state.value, value, shown)


def _describe_file(file: EvidenceFile, draft: Draft) -> EvidenceFile:
    """Give a spoken account the language that was chosen last."""
    language = str(draft.values.get("story_language") or "")
    return replace(file, language=language) if file.is_story and language else file


def _compose_report(draft: Draft, config: IntakeConfig, reference: str, language: str) -> Report:
    today = clock.today(config.time_zone).isoformat()
    return Report(
        reference=reference,
        language=language,
        received_at=clock.now().isoformat(timespec="minutes"),
        answered_on=draft.answers.get("when", {}).get("on", today),
        answers=_compose_answers(draft, language),
        consent_statistics=draft.values.get("consent_statistics") == ["yes"],
        files=tuple(_describe_file(file, draft) for file in draft.files),
        agency_id=draft.agency_id if "police" in draft.seen else "",
    )


def _find_days(report: Report) -> DateRange:
    try:
        return find_date_range(report.values, date.fromisoformat(report.answered_on))
    except ImpossibleDateError:
        return DateRange(None, None)


def _make_reference() -> str:
    """Make the reference to say aloud: eight digits, because digits are the same in every language."""
    digits = "".join(secrets.choice("0123456789") for _ in range(8))
    return f"R-{digits[:4]}-{digits[4:]}"


@dataclass(frozen=True)
class _Sealed:
    """Everything of one report that goes to the database, sealed and signed before the transaction begins."""

    box: ReceiptBox
    receipt_row: dict[str, Any]
    report_item: dict[str, Any]
    card: bytes
    box_record: bytes


def prove_case(identity: Identity, case_id: str, report_recipient: bytes) -> bytes:
    """Prove with a receipt's identity which report key is the case's, for whoever comes back with its code."""
    return make_proof(derive_proof_key(identity, CASE), case_id.encode(), report_recipient)


def _make_receipt(draft: Draft, receipt: Receipt, signer: SigningKey) -> tuple[dict[str, Any], dict[str, str]]:
    """Make the row of a receipt, and what the report says of it: so nobody can put another reader in its place."""
    case_id, receipt_id = draft.keys.case_id, str(uuid4())
    recipient = receipt.identity.recipient.raw
    row = {
        "id": receipt_id,
        "case_id": case_id,
        "lookup_id": receipt.lookup_id,
        "case_proof": prove_case(receipt.identity, case_id, draft.keys.report_recipient),
        "holder": "person" if draft.values.get("reporter_role") == "affected" else "helper",
        "recipient": recipient,
        "recipient_signature": sign_recipient(
            recipient, context=Context("reporter_recipient", (case_id, receipt_id)), key=signer
        ),
    }
    proof_key = derive_proof_key(receipt.identity, MADE)
    return row, {"id": receipt_id, "digest": hashlib.sha256(recipient).hexdigest(), "key": proof_key.hex()}


def _seal_report(draft: Draft, config: IntakeConfig, office: Recipient, signer: SigningKey, language: str) -> _Sealed:
    case_id, item_id = draft.keys.case_id, str(uuid4())
    code = new_code()
    receipt_row, named = _make_receipt(draft, derive_receipt(code, salt=config.receipt_salt), signer)
    report = replace(_compose_report(draft, config, _make_reference(), language), receipt=named)
    days = _find_days(report)
    card = make_card(
        report,
        earliest_on=days.earliest.isoformat() if days.earliest else "",
        latest_on=days.latest.isoformat() if days.latest else "",
    )
    received_on = clock.today(config.time_zone)
    values = draft.values
    box = ReceiptBox(
        code=code,
        reference=report.reference,
        received_on=received_on.isoformat(),
        sent_at=int(clock.now().timestamp()),
        helper={question: values[question] for question in _HELPER_ANSWERS if question in values},
        shared={question: values[question] for question in _SHARED_ANSWERS if question in values},
    )
    return _Sealed(
        box=box,
        receipt_row=receipt_row,
        report_item={
            "id": item_id,
            "case_id": case_id,
            "kind": "report",
            "added_on": received_on,
            "sealed": seal_json(
                report.to_json(),
                recipients=[Recipient.from_bytes(draft.keys.report_recipient)],
                context=Context("report", (case_id, item_id)),
            ),
        },
        card=seal_json(card.to_json(), recipients=[office], context=Context("card", (case_id,))),
        box_record=close_box(
            json.dumps(vars(box), ensure_ascii=False).encode(), key=draft.key, context=_RECEIPT_CONTEXT
        ),
    )


def _make_case_row(draft: Draft, sealed: _Sealed, signer: SigningKey) -> dict[str, Any]:
    keys = draft.keys
    return {
        "id": keys.case_id,
        "reference": sealed.box.reference,
        "received_on": date.fromisoformat(sealed.box.received_on),
        "status": cases.Status.UNDECIDED.value,
        "report_recipient": keys.report_recipient,
        "report_recipient_signature": sign_recipient(
            keys.report_recipient, context=Context("case_report_recipient", (keys.case_id,)), key=signer
        ),
        "work_recipient": keys.work_recipient,
        "work_recipient_signature": sign_recipient(
            keys.work_recipient, context=Context("case_work_recipient", (keys.case_id,)), key=signer
        ),
    }


def _store(engine: Engine, draft: Draft, sealed: _Sealed, case_row: dict[str, Any], signer: SigningKey) -> bool:
    """Turn the draft into a case; False when this revision of the draft is gone. Raises IntegrityError."""
    keys = draft.keys
    with write(engine) as connection:
        if not drafts.delete_draft(connection, draft.key.lookup_id, revision=draft.revision):
            return False
        if draft.waiting:
            end_code(connection, draft.waiting)
        # An inbox that was opened beside the draft, under the same key, gives way.
        boxes.delete_box(connection, tables.boxes, draft.key.lookup_id)
        boxes.put_box(
            connection,
            tables.boxes,
            box_id=draft.key.lookup_id,
            kind="receipt",
            record=sealed.box_record,
            expires_hour=clock.hour() + 2,
        )
        # A file that came whole with a form that did not is in no report; its bytes are the sweep's.
        blobs.delete_other_blob_rows(connection, keys.case_id, keep=[file.id for file in draft.files])
        cases.put_case(connection, **case_row)
        cases.put_case_key(
            connection,
            case_id=keys.case_id,
            holder_id=keys.holder_id,
            sealed_report_identity=keys.sealed_report_identity,
            sealed_work_identity=keys.sealed_work_identity,
        )
        cases.put_card(connection, keys.case_id, sealed.card)
        cases.put_sealed_item(connection, **sealed.report_item)
        receipts.put_receipt(connection, **sealed.receipt_row)
        for event in _list_events(keys.case_id, sealed):
            ledger.append(
                connection,
                LEDGER_SITE,
                event,
                sealed.report_item["added_on"],
                lambda entry: signer.sign(entry, purpose=LEDGER_PURPOSE),
            )
    return True


def _list_events(case_id: str, sealed: _Sealed) -> tuple[ledger.Event, ...]:
    """What the ledger records of a report: the report itself, and the card, so that neither can be put in its place."""
    item_id, report = sealed.report_item["id"], sealed.report_item["sealed"]
    return (
        ledger.Event("report:received", case_id, digest=hashlib.sha256(report).hexdigest(), item=item_id),
        ledger.Event("card:changed", case_id, digest=hashlib.sha256(sealed.card).hexdigest(), item=case_id),
    )


def _find_office(connection: Connection, config: IntakeConfig, draft: Draft) -> tuple[Draft, Recipient]:
    """Find whom a draft's case is for: the office of today, with new keys where it has another since the draft began.

    A draft with files keeps the keys that its files are sealed to; the office opens them through its newer key.
    Raises as `find_office_recipient`.
    """
    holder_id, office = find_office_recipient(connection, config)
    if draft.keys.holder_id == holder_id:
        return draft, office
    if draft.files:
        return draft, find_office_recipient(connection, config, draft.keys.holder_id)[1]
    return replace(draft, keys=make_draft_keys(draft.keys.case_id, holder_id, office)), office


def record_untrusted_key(engine: Engine, config: IntakeConfig) -> None:
    """Record that a stored public key was not its owner's, and that nothing was sealed to it."""
    signer = SigningKey.from_bytes(config.signing_key)
    with write(engine) as connection:
        on = clock.today(config.time_zone)
        event = ledger.Event(EVENT, "")
        ledger.append(connection, LEDGER_SITE, event, on, lambda entry: signer.sign(entry, purpose=LEDGER_PURPOSE))


def send_report(engine: Engine, config: IntakeConfig, draft: Draft | None, key: BoxKey, language: str) -> ReceiptBox:
    """Send this browser's draft and return its receipt; the same receipt when it was sent before.

    Raises:
        NothingToSendError: there is neither a draft nor a receipt under this key.
        DraftBusyError: other requests of the same reporter kept changing the draft; it is kept.
        ClosedError, UntrustedKeyError: as `find_office_recipient`; nothing was sealed, the draft is kept.
    """
    signer = SigningKey.from_bytes(config.signing_key)
    for _try in range(_TRIES):
        if draft is None:
            break
        with read(engine) as connection:
            draft, office = _find_office(connection, config, draft)
        sealed = _seal_report(draft, config, office, signer, language)
        try:
            if _store(engine, draft, sealed, _make_case_row(draft, sealed, signer), signer):
                return sealed.box
        except IntegrityError:
            continue  # the reference is taken: make another
        with look_up(engine) as connection:
            draft = load_draft(connection, key, config)  # a second tap saved it anew, or has sent it
    if draft is not None:
        raise DraftBusyError
    box = load_receipt_box(engine, key)
    if box is None:
        raise NothingToSendError
    return box
