"""What else a code can do: change how to be reached, take the report back, make and use the person's own code."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from intake import two_codes, withdrawing
from intake.forms import FORMS, PageForm
from intake.inbox import Conversation, Inbox, load_conversation, load_inbox
from intake.messages import CaseGoneError, NewMessage, ReportWithdrawnError, send_message
from intake.reader import get_config
from intake.views.front import check_language
from intake.views.inbox import refuse_without_inbox
from intake.withdrawing import Way, find_way
from vault.boxes import BoxKey
from vault.receipts import format_code
from web.csrf import BoxForm
from web.database import get_engine

blueprint = Blueprint("inbox_choices", __name__)


class _NoInboxError(Exception):
    """No inbox is open in this browser, or there is nothing left in it."""


@blueprint.errorhandler(_NoInboxError)
@blueprint.errorhandler(CaseGoneError)
@blueprint.errorhandler(ReportWithdrawnError)
def show_entry(error: Exception) -> Response:
    """Lead to the inbox, which asks for the code, or shows that the report was taken back."""
    del error
    return refuse_without_inbox((request.view_args or {}).get("lang", ""))


def _open(lang: str) -> tuple[Inbox, Conversation, BoxKey]:
    check_language(lang)
    key: BoxKey | None = g.box_key
    inbox = load_inbox(get_engine(), key)
    conversation = load_conversation(get_engine(), get_config(), inbox) if inbox else None
    if key is None or inbox is None or conversation is None:
        raise _NoInboxError
    return inbox, conversation, key


def _return(lang: str) -> Response:
    return redirect(url_for("inbox.show", lang=lang), 303)


@blueprint.get("/<lang>/inbox/contact")
def show_contact(lang: str) -> str:
    """Ask anew how to reach the reporter safely. What was answered before is not shown, and stays."""
    _open(lang)
    return _render_contact(FORMS["contact"](values={}, hidden=frozenset()))


def _render_contact(form: PageForm) -> str:
    return render_template("intake/inbox_contact.html", form=form)


@blueprint.post("/<lang>/inbox/contact")
def take_contact(lang: str) -> Response | tuple[str, int]:
    """Send new wishes beside the old ones: staff see that whoever held the code changed them."""
    inbox, _conversation, _key = _open(lang)
    form = FORMS["contact"](request.form, values={}, hidden=frozenset())
    if not form.validate():
        return _render_contact(form), 400
    wishes = {question: value for question, value in form.values.items() if value}
    send_message(get_engine(), get_config(), inbox, NewMessage("contact", lang, contact=wishes))
    return _return(lang)


@blueprint.get("/<lang>/inbox/withdraw")
def show_withdraw(lang: str) -> str:
    """Explain what taking the report back does, before anything is done."""
    inbox, conversation, _key = _open(lang)
    return _render_withdraw(inbox, conversation, BoxForm())


def _render_withdraw(inbox: Inbox, conversation: Conversation, form: BoxForm) -> str:
    return render_template(
        "intake/inbox_withdraw.html",
        form=form,
        way=find_way(inbox, conversation),
        withdrawal=conversation.withdrawal,
        days=get_config().withdrawal_days,
    )


@blueprint.post("/<lang>/inbox/withdraw")
def take_withdraw(lang: str) -> Response | tuple[str, int]:
    """Take the report back, or call it back."""
    inbox, conversation, _key = _open(lang)
    form = BoxForm(request.form)
    if not form.validate():
        return _render_withdraw(inbox, conversation, form), 400
    if request.form.get("go") == "call_back":
        withdrawing.call_back(get_engine(), get_config(), inbox, lang)
    elif find_way(inbox, conversation) is not Way.NOT_YOURS:
        withdrawing.withdraw(get_engine(), get_config(), inbox, lang)
    return _return(lang)


@blueprint.get("/<lang>/inbox/person-code")
def show_person_code(lang: str) -> Response | str:
    """Show a helper the code that was made for the person, until it is written down; or offer to make it."""
    inbox, _conversation, _key = _open(lang)
    if inbox.holder != "helper":
        return _return(lang)
    return _render_person_code(inbox, BoxForm())


def _render_person_code(inbox: Inbox, form: BoxForm, *, are_too_many: bool = False) -> str:
    return render_template(
        "intake/inbox_person_code.html",
        form=form,
        groups=format_code(inbox.person_code).split(" ") if inbox.person_code else [],
        are_too_many=are_too_many,
    )


@blueprint.post("/<lang>/inbox/person-code")
def take_person_code(lang: str) -> Response | tuple[str, int]:
    """Make the person's own code, or take it away once it is written down."""
    inbox, conversation, key = _open(lang)
    form = BoxForm(request.form)
    if not form.validate():
        return _render_person_code(inbox, form), 400
    if request.form.get("go") == "done":
        two_codes.forget_person_code(get_engine(), inbox, key)
        return _return(lang)
    if inbox.holder != "helper" or conversation.withdrawal:
        return _return(lang)
    try:
        two_codes.make_person_code(get_engine(), get_config(), inbox, key, lang)
    except two_codes.TooManyCodesError:
        return _render_person_code(inbox, form, are_too_many=True), 409
    return redirect(url_for("inbox_choices.show_person_code", lang=lang), 303)


@blueprint.post("/<lang>/inbox/helper")
def take_helper(lang: str) -> Response:
    """Let the person confirm what a helper filed for them, or take the report over and end the helper's code."""
    inbox, conversation, _key = _open(lang)
    if inbox.holder != "person" or conversation.withdrawal or not BoxForm(request.form).validate():
        return _return(lang)
    if request.form.get("go") == "take_over":
        two_codes.take_over(get_engine(), get_config(), inbox, lang)
    elif not conversation.has_sent("confirmation"):
        send_message(get_engine(), get_config(), inbox, NewMessage("confirmation", lang))
    return _return(lang)
