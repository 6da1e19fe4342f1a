"""Asks for the second factor again, and then goes on: to the page that was asked for, or with what was posted.

What was posted stays in the page, stored nowhere, and travels with the code to where it was going; the gate checks the
code and lets the post on. A file cannot be kept like this, and the page says so.
"""

from dataclasses import dataclass, field
from urllib.parse import quote

from flask import current_app, g, redirect, render_template, request
from werkzeug.wrappers import Response

from casework.errors import CopiedPasskeyError, SignInDelayedError, SignInRefusedError
from casework.factors import FactorAnswer
from casework.forms import COPIED_PASSKEY, ConfirmForm
from casework.kept_fields import KeptFields, read_kept_fields
from casework.paths import find_page_above
from casework.sessions import Desk
from casework.stepping_up import StepUpDesk
from web.csrf import N_
from web.languages import gettext as _

Answer = Response | tuple[str, int] | tuple[str, int, dict[str, str]]

REFUSED = N_("That did not match. Try again with a new code or a passkey.")
DELAYED_ONE = N_("Too many tries. Please wait 1 second, then try again.")
DELAYED = N_("Too many tries. Please wait {seconds} seconds, then try again.")


@dataclass(frozen=True)
class ConfirmPage:
    """Where the page's form goes, and what it carries there."""

    path: str
    next: str = ""
    kept: KeptFields = field(default_factory=KeptFields)


def confirm_or_ask() -> Answer | None:
    """Return None when the request carries a right second factor, so that it goes on; otherwise the page that asks."""
    if request.method in {"GET", "HEAD"}:
        return redirect(f"/confirm?next={quote(request.full_path.removesuffix('?'))}", code=303)
    own = frozenset(field.name for field in ConfirmForm())
    kept = read_kept_fields(without=own)
    if not kept.fields and not kept.is_whole:
        return render_confirm(ConfirmForm(), ConfirmPage("/confirm", find_page_above(request.path), kept), 401)
    page = ConfirmPage(request.path, kept=kept)
    if not own & set(request.form) - {"csrf_token"}:
        return render_confirm(ConfirmForm(), page, 401)
    return try_factor(ConfirmForm(request.form), page)


def try_factor(form: ConfirmForm, page: ConfirmPage) -> Answer | None:
    """Check what was typed; None when it was right, and the session of this request is fresh then."""
    if not form.validate():
        return render_confirm(form, page, 400)
    desk: StepUpDesk = current_app.extensions["step_up_desk"]
    try:
        answer = FactorAnswer(form.confirm_code.data or "", form.confirm_assertion.data or "")
        session = desk.confirm(g.desk.key, g.staff_session, answer)
    except CopiedPasskeyError:
        return render_confirm(form, page, 401, _(COPIED_PASSKEY))
    except SignInRefusedError:
        return render_confirm(form, page, 401, _(REFUSED))
    except SignInDelayedError as delay:
        words = _(DELAYED_ONE) if delay.seconds == 1 else _(DELAYED).format(seconds=delay.seconds)
        return render_confirm(form, page, 429, words, wait=delay.seconds)
    g.desk = Desk(g.desk.key, session=session)
    g.staff_session = session
    return None


def render_confirm(form: ConfirmForm, page: ConfirmPage, status: int, message: str = "", *, wait: int = 0) -> Answer:
    """Make the page that asks; the second factor that was sent is not in it."""
    form.forget_factor()
    if message:
        form.form_errors.append(message)
    text = render_template("casework/confirm.html", form=form, page=page)
    return text, status, {"Retry-After": str(wait)} if wait else {}
