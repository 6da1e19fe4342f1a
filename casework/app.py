"""Makes the staff site. Its settings come from the environment, or from whoever calls."""

import os
from collections.abc import Callable

from flask import Flask, Response, after_this_request
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from casework.gate import UNTRUSTED_KEY, install_gate
from casework.ledger_writing import record_untrusted_key
from casework.office_key_page import find_office_fingerprint
from casework.refusals import RefusalLog
from casework.signing_in import SignInDesk
from casework.stepping_up import StepUpDesk
from casework.throttle import Throttle
from casework.views import (
    access,
    account,
    account_sessions,
    agencies,
    agency_imports,
    case,
    cases,
    colleague,
    confirm,
    document_key,
    emergency,
    export,
    exports,
    files,
    invite,
    join,
    ledger,
    notices,
    office_key,
    passkeys,
    passphrase,
    patterns,
    recovery,
    redaction,
    sign_in,
    staff,
    staff_changes,
    tables,
    verify,
    waiting,
    withdrawn,
)
from vault.keyslots import RFC_9106_LOW_MEMORY, Cost
from web.config import CaseworkConfig, read_config
from web.errors import log_failure
from web.key_alarm import KeyAlarm
from web.site import make_site


def create_app(config: CaseworkConfig | None = None, *, cost: Cost = RFC_9106_LOW_MEMORY) -> Flask:
    """Make the site. `cost` is what locking a new passphrase costs, and what an unknown account's sign-in spends.

    Raises:
        ConfigurationError: the environment does not make a configuration.
    """
    config = config or read_config(CaseworkConfig, os.environ)
    app = make_site("casework", config, cookie="desk")
    engine: Engine = app.extensions["engine"]
    refusals = RefusalLog(engine, config)

    def tell_refused(account_id: str) -> None:
        _do_after_answer(lambda: refusals.note(account_id))

    app.extensions["sign_in_desk"] = SignInDesk(engine, config, cost=cost, tell_refused=tell_refused)
    app.extensions["step_up_desk"] = StepUpDesk(engine, config, tell_refused=tell_refused)
    app.extensions["join_throttle"] = Throttle()
    app.extensions["keyslot_cost"] = cost
    app.extensions["untrusted_key_page"] = UNTRUSTED_KEY
    app.extensions["key_alarm"] = KeyAlarm(lambda: record_untrusted_key(engine, config))
    install_gate(app)
    app.jinja_env.globals["find_office_fingerprint"] = lambda: find_office_fingerprint(app.extensions["engine"], config)
    account_views = (sign_in, confirm, passkeys, account, account_sessions, passphrase)
    people_views = (join, waiting, staff, invite, colleague, staff_changes)
    case_views = (cases, case, access, files, export, redaction, exports, tables, emergency, notices, withdrawn)
    office_views = (office_key, document_key, verify, recovery, ledger, patterns)
    for view in (*account_views, *people_views, *case_views, *office_views):
        app.register_blueprint(view.blueprint)
    for directory_view in (agencies, agency_imports):
        app.register_blueprint(directory_view.blueprint)
    return app


def _do_after_answer(deed: Callable[[], None]) -> None:
    """Do something when the answer has been sent, so that nobody can measure whether it was done."""

    def do() -> None:
        try:
            deed()
        except SQLAlchemyError as error:
            log_failure(error)

    def plan(response: Response) -> Response:
        response.call_on_close(do)
        return response

    after_this_request(plan)
