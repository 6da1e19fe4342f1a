"""Taking a report back, and calling it back: whoever picks a phone up could press it, so nothing is destroyed at once.

This site only writes down what was asked. It never deletes a key: a worker of the staff site does, when the wait is
over.
"""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from intake.inbox import Conversation, Inbox
from intake.messages import CaseGoneError, NewMessage, put_message, seal_message
from models import cases, withdrawals
from models.engine import write
from models.ledger import Event
from web import clock
from web.config import IntakeConfig

ASKED = "withdrawal:asked"
CALLED_BACK = "withdrawal:called_back"


class Way(StrEnum):
    """What taking a report back does, by where the case stands."""

    CLOSES = "closes"
    TELLS_LAWYER = "tells_lawyer"
    IS_HELD = "is_held"
    NOT_YOURS = "not_yours"


def find_way(inbox: Inbox, conversation: Conversation) -> Way:
    """Tell what taking this report back would do now.

    Once the affected person has a code of their own, only that code takes the report back, not the helper's.
    """
    if inbox.holder == "helper" and conversation.has_other_person:
        return Way.NOT_YOURS
    return _choose_way(conversation.status, is_held=conversation.is_held)


def _choose_way(status: str, *, is_held: bool) -> Way:
    if is_held:
        return Way.IS_HELD
    return Way.TELLS_LAWYER if status == cases.Status.ACCEPTED.value else Way.CLOSES


def withdraw(engine: Engine, config: IntakeConfig, inbox: Inbox, language: str) -> Way:
    """Take a report back, or, where a lawyer works on it or a hold stops it, tell the office that this was asked.

    Asking twice is as asking once. Raises as `find_report_recipient`.
    """
    message = seal_message(engine, config, inbox, NewMessage("withdrawal", language))
    today = clock.today(config.time_zone)
    try:
        with write(engine) as connection:
            case = cases.get_public_case(connection, inbox.case_id)
            if case is None:
                raise CaseGoneError
            way = _choose_way(case.status, is_held=case.is_held)
            if way is not Way.CLOSES:
                put_message(connection, config, message)
            elif withdrawals.get_withdrawal(connection, inbox.case_id) is None:
                due_on = today + timedelta(days=config.withdrawal_days)
                withdrawals.put_withdrawal(connection, case_id=inbox.case_id, asked_on=today, due_on=due_on)
                put_message(connection, config, message, Event(ASKED, inbox.case_id))
    except IntegrityError:
        return Way.CLOSES  # another phone asked at the same moment
    return way


def call_back(engine: Engine, config: IntakeConfig, inbox: Inbox, language: str) -> bool:
    """Call a report back that was taken back; False when it was not. Raises as `find_report_recipient`."""
    message = seal_message(engine, config, inbox, NewMessage("called_back", language))
    with write(engine) as connection:
        if not withdrawals.delete_withdrawal(connection, inbox.case_id):
            return False
        put_message(connection, config, message, Event(CALLED_BACK, inbox.case_id))
    return True
