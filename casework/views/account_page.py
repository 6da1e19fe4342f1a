"""The page "Your account": made of sections, each a template and what it shows.

A section shows what is its reader's own and nothing else. A view that refuses a form of one section shows the whole
page again, with that form in the section's place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from flask import g, render_template

from casework.account_forms import PasskeyForm
from casework.errors import FactorsChangedError
from casework.gate import get_config
from casework.own_factors import list_own_factors
from casework.own_sessions import list_own_sessions, list_refusals
from casework.sessions import get_session
from casework.staff_listing import find_person
from casework.views.caseworker import get_caseworker
from web.csrf import N_, BoxForm
from web.database import get_engine
from web.languages import gettext as _

#: What the page says after something was done, by the word in its address.
DONE: Final[Mapping[str, str]] = {
    "passkey-added": N_("The passkey is added. From now on you can sign in with it."),
    "passkey-removed": N_("The passkey is removed. Delete it on your device as well."),
    "passphrase-changed": N_(
        "Your passphrase is changed, and your other sessions have ended. Your key is a new one: let a supervising "
        "attorney compare its fingerprint with you."
    ),
    "app-added": N_("The app is set up. Its codes count from now on."),
    "app-removed": N_("The app is switched off. Its codes count no more."),
    "session-ended": N_("That browser is signed out."),
    "sessions-ended": N_("Every other browser is signed out."),
}


@dataclass(frozen=True)
class Section:
    """One part of the page: its template, and the function that gathers what the template shows."""

    template: str
    gather: Callable[[], Mapping[str, object]]


def _gather_factors() -> Mapping[str, object]:
    try:
        own = list_own_factors(get_caseworker())
    except FactorsChangedError:
        own = None
    return {"own": own, "passkey_form": PasskeyForm()}


def _gather_sessions() -> Mapping[str, object]:
    caseworker = get_caseworker()
    return {"own_sessions": list_own_sessions(caseworker, g.desk.key), "refusals": list_refusals(caseworker)}


def _gather_passphrase() -> Mapping[str, object]:
    session = get_session()
    person = find_person(get_engine(), get_config(), session.staff_id)
    return {"own_fingerprint": session.identity.recipient.fingerprint, "own_person": person}


SECTIONS: Final = (
    Section("casework/_account_factors.html", _gather_factors),
    Section("casework/_account_sessions.html", _gather_sessions),
    Section("casework/_account_passphrase.html", _gather_passphrase),
)


def render_account(
    status: int = 200, *, form: BoxForm | None = None, message: str = "", done: str = "", **changes: object
) -> tuple[str, int]:
    """Make the page; `form` is one that was refused, `changes` are what sections show in the place of what is gathered.

    `message` is shown as an error that belongs to no field, `done` as what was done.
    """
    shown: dict[str, object] = {}
    for section in SECTIONS:
        shown |= section.gather()
    form = form or BoxForm()
    if message:
        form.form_errors.append(message)
    shown |= {"form": form, "done": _(DONE[done]) if done in DONE else "", "sections": SECTIONS} | changes
    return render_template("casework/account.html", **shown), status
