"""Makes the staff site. Its settings come from the environment, or from whoever calls."""

import os

from flask import Flask

from casework.gate import install_gate
from casework.signing_in import SignInDesk
from casework.stepping_up import StepUpDesk
from casework.throttle import Throttle
from casework.views import (
    access,
    account,
    case,
    cases,
    colleague,
    confirm,
    emergency,
    export,
    files,
    invite,
    join,
    ledger,
    notices,
    passkeys,
    patterns,
    sign_in,
    staff,
    waiting,
)
from vault.keyslots import RFC_9106_LOW_MEMORY, Cost
from web.config import CaseworkConfig, read_config
from web.site import make_site


def create_app(config: CaseworkConfig | None = None, *, cost: Cost = RFC_9106_LOW_MEMORY) -> Flask:
    """Make the site. `cost` is what locking a new passphrase costs, and what an unknown account's sign-in spends.

    Raises:
        ConfigurationError: the environment does not make a configuration.
    """
    config = config or read_config(CaseworkConfig, os.environ)
    app = make_site("casework", config, cookie="desk")
    app.extensions["sign_in_desk"] = SignInDesk(app.extensions["engine"], config, cost=cost)
    app.extensions["step_up_desk"] = StepUpDesk(app.extensions["engine"], config)
    app.extensions["join_throttle"] = Throttle()
    app.extensions["keyslot_cost"] = cost
    install_gate(app)
    account_views = (sign_in, confirm, passkeys, account, join, waiting, staff, invite, colleague)
    case_views = (cases, case, access, files, export, emergency, notices)
    for view in (*account_views, *case_views, ledger, patterns):
        app.register_blueprint(view.blueprint)
    return app
