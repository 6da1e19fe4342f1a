"""Does what the demo office has done so far through the staff site's own deeds, signed in as each person."""

from collections.abc import Mapping
from datetime import date, timedelta

import pyotp
from sqlalchemy import Engine

from casework.accounts import NewAccount
from casework.assignments import assign_case
from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.deadlines import sign_deadlines
from casework.dispositions import decide_disposition
from casework.marks import change_mark
from casework.notes import add_note
from casework.opening import OpenedCase, open_case, record_opening
from casework.sessions import end_session
from casework.signing_in import SignInDesk
from casework.translations import add_translation
from demo.people import PERSON_BY_KEY
from demo.reports.report import read_translation
from demo.work import Work
from web import clock
from web.config import CaseworkConfig

_SOURCE = "127.0.0.1"


class DemoDesk:
    """The desk at which the demo's staff work, each with their own account (by key of demo.people)."""

    def __init__(self, engine: Engine, config: CaseworkConfig, accounts: Mapping[str, NewAccount]) -> None:
        self._engine = engine
        self._config = config
        self._accounts = accounts
        self._desk = SignInDesk(engine, config)

    def do_work(self, work: Work, reference: str, first_start_on: date) -> None:
        """Sign in, open the case, do what there is to do at the moment that the clock shows, and sign out."""
        account = self._accounts[work.by]
        code = pyotp.TOTP(account.totp_secret).at(clock.now())
        desk = self._desk.sign_in(account.person.email, account.passphrase, code, source=_SOURCE)
        assert desk.session is not None
        assert desk.key is not None
        caseworker = Caseworker(self._engine, self._config, desk.session)
        record_opening(caseworker, open_case(caseworker, reference))
        self._check_names(caseworker, reference, work)
        case = open_case(caseworker, reference)
        self._write_down(caseworker, case, work)
        self._decide(caseworker, case, work, first_start_on)
        end_session(self._engine, desk.key, account.staff_id, self._config)

    def _check_names(self, caseworker: Caseworker, reference: str, work: Work) -> None:
        if work.conflict:
            decide_conflict(caseworker, open_case(caseworker, reference), work.conflict, work.conflict_reason)

    def _write_down(self, caseworker: Caseworker, case: OpenedCase, work: Work) -> None:
        if work.assign_to:
            assign_case(caseworker, case, self._accounts[work.assign_to].staff_id, PERSON_BY_KEY[work.assign_to].name)
        if work.types_translation:
            add_translation(caseworker, case, read_translation(work.report))
        if work.note:
            add_note(caseworker, case, work.note)
        if work.mark:
            change_mark(caseworker, case, work.mark, work.mark_reason, is_set=True)

    def _decide(self, caseworker: Caseworker, case: OpenedCase, work: Work, first_start_on: date) -> None:
        if work.deadlines:
            dates = {name: first_start_on + timedelta(days=days) for name, days in work.deadlines.items()}
            sign_deadlines(caseworker, case, dates, work.basis)
        if work.outcome:
            decide_disposition(caseworker, case, work.outcome, work.reason, decline_code=work.decline_code)
