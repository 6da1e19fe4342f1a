"""Coming back with a code: the inbox of a report that was sent, or a report that is not finished.

The code comes in the body of a post and is in no address, log or cookie. No page here shows what a reporter wrote.
"""

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField

from intake import inbox as inboxes
from intake import waiting
from intake.evidence import FILES
from intake.forms import TOO_LONG, clean_text
from intake.inbox import Conversation, Inbox, derive_slowly, find_receipt, load_conversation, load_inbox
from intake.incoming import Reception
from intake.messages import CaseGoneError, NewMessage, ReportWithdrawnError, find_report_recipient, send_message
from intake.reader import find_reader_state, get_config
from intake.uploads import Ending, get_arrival, let_files_pass, receive_files
from intake.views.evidence import describe_limits, find_status, list_file_errors, list_lost_files
from intake.views.front import check_language
from intake.views.later import find_next_stop
from intake.withdrawing import Way, find_way
from vault.boxes import BoxKey
from vault.errors import InvalidCodeError
from vault.receipts import CodeKeys, parse_code
from web.body_limit import takes_files
from web.cookies import get_box_cookie
from web.csrf import N_, BoxForm
from web.database import get_engine
from web.files import get_store
from web.languages import gettext

blueprint = Blueprint("inbox", __name__)

BAD_CODE = N_("A code has 25 digits. Please look at it again.")
UNKNOWN_CODE = N_(
    "There is nothing under this code. Please look at every digit again. "
    "A code to continue a report ends when the report is sent, and after some days."
)
ENDED_CODE = N_("This code was ended. Another code leads to the report now.")
OTHER_DRAFT = N_(
    "This phone holds another report that is not finished. Please send it, erase it, or take a code for it first."
)
HOUR_IS_OVER = N_(
    "For your safety this page closes after an hour. What you wrote is still here. Please type your code."
)
SENT_WITHOUT = N_("Your message was sent, but not everything in it:")
NOTHING_WRITTEN = N_("Please write something, or choose a file.")
STANDINGS = {
    "undecided": N_("We have it. Our people read reports in order, urgent ones first."),
    "accepted": N_("A lawyer is working on it."),
    "referred": N_("Somebody else can help you better than we can. Please look for our message about it."),
    "declined": N_("We cannot take it. That does not mean that it was right what happened to you."),
    "advised": N_("We gave advice. We do not go on with it."),
    "recorded": N_("We have put it on record."),
    "withdrawn": N_("It was taken back and is destroyed."),
}
BEING_READ = N_("We are reading it.")
LIMIT = 10_000
MESSAGE_ID = ("message",)


class CodeForm(BoxForm):
    """The code; and a message whose inbox closed while it was written."""

    code = StringField()
    text = TextAreaField()


class MessageForm(BoxForm):
    """A message. `message_id` is made with the page: a message sent twice is stored once."""

    text = TextAreaField()
    message_id = StringField()


def find_standing(conversation: Conversation) -> str:
    """Say in words that people use how a report stands."""
    if conversation.status == "undecided" and conversation.replies:
        return BEING_READ  # somebody wrote, so somebody read
    return STANDINGS.get(conversation.status, STANDINGS["undecided"])


def refuse_without_inbox(lang: str) -> Response:
    """Lead to where the code is typed."""
    return redirect(url_for("inbox.show", lang=lang), 303)


@blueprint.errorhandler(CaseGoneError)
@blueprint.errorhandler(ReportWithdrawnError)
def show_what_is_left(error: Exception) -> Response:
    """After the report was taken back, or destroyed, elsewhere: the inbox as it is now, or where codes are typed."""
    del error
    return refuse_without_inbox((request.view_args or {}).get("lang", ""))


@blueprint.get("/<lang>/inbox")
def show(lang: str) -> Response | str:
    """Show the inbox that is open in this browser, or ask for the code."""
    check_language(lang)
    inbox = load_inbox(get_engine(), g.box_key)
    if inbox is None:
        if find_reader_state().receipt is not None:
            return redirect(url_for("receipt.show", lang=lang), 303)
        return _render_entry(CodeForm())
    return render_inbox(inbox, MessageForm()) or _render_entry(CodeForm())


def _render_entry(form: CodeForm) -> str:
    form.code.label.text = gettext(N_("Your code"))
    form.code.description = gettext(N_("25 digits. Spaces do not matter."))
    form.text.label.text = gettext(N_("Your message"))
    return render_template("intake/inbox.html", form=form)


def render_inbox(inbox: Inbox, form: MessageForm) -> str:
    """Make the page of an open inbox; empty when its case is gone."""
    conversation = load_conversation(get_engine(), get_config(), inbox)
    if conversation is None:
        return ""
    form.text.label.text = gettext(N_("Your message"))
    if not inbox.own_ids.recognise(form.message_id.data or "", MESSAGE_ID):
        form.message_id.data = inbox.own_ids.make("message")
    return render_template(
        "intake/inbox_open.html",
        form=form,
        inbox=inbox,
        conversation=conversation,
        standing=find_standing(conversation),
        can_take_back=find_way(inbox, conversation) is not Way.NOT_YOURS,
        **describe_limits(),
    )


@blueprint.post("/<lang>/inbox")
def take(lang: str) -> Response | tuple[str, int] | str:
    """Open what the code leads to; 400 for what is no code, 404 where there is nothing."""
    check_language(lang)
    if find_reader_state().receipt is not None:
        # The one code that nobody could find again is shown here: until it is written down, no other comes before it.
        return redirect(url_for("receipt.show", lang=lang), 303)
    form = CodeForm(request.form)
    form.text.data = clean_text(form.text.data or "")[:LIMIT]
    try:
        keys = derive_slowly(get_config(), parse_code(clean_text(form.code.data or "")))
    except InvalidCodeError:
        form.code.errors = [gettext(BAD_CODE)]
        return _render_entry(form), 400
    receipt = find_receipt(get_engine(), keys)
    if receipt is None:
        return _continue_report(lang, form, keys)
    if receipt.is_revoked:
        form.code.errors = [gettext(ENDED_CODE)]
        return _render_entry(form), 404
    key = g.box_key or BoxKey.generate()
    inbox = inboxes.open_inbox(get_engine(), key, receipt, keys.receipt.identity)
    g.box_key = key
    response = redirect(url_for("inbox.show", lang=lang), 303)
    if form.text.data:
        message = MessageForm(text=form.text.data)
        response = current_app.make_response(render_inbox(inbox, message))
    get_box_cookie(current_app).write(response, key)
    return response


def _continue_report(lang: str, form: CodeForm, keys: CodeKeys) -> Response | tuple[str, int]:
    present = find_reader_state().draft
    is_same = present and present.waiting and present.waiting.key == keys.draft_key.to_cookie()
    if present and is_same:
        return redirect(url_for("report.show_page", lang=lang, address=find_next_stop(present)), 303)
    if present and waiting.is_waiting(get_engine(), keys.draft_key):
        form.code.errors = [gettext(OTHER_DRAFT)]
        return _render_entry(form), 409
    draft = waiting.open_waiting_draft(get_engine(), get_config(), keys.draft_key)
    if draft is None:
        form.code.errors = [gettext(UNKNOWN_CODE)]
        return _render_entry(form), 404
    if g.box_key is not None:
        inboxes.leave_inbox(get_engine(), g.box_key)
    response = redirect(url_for("report.show_page", lang=lang, address=find_next_stop(draft)), 303)
    get_box_cookie(current_app).write(response, draft.key)
    return response


@blueprint.post("/<lang>/inbox/message")
@takes_files
def take_message(lang: str) -> Response | tuple[str, int]:
    """Send a message, with the files that came with it. Words that could not be sent come back with the page."""
    check_language(lang)
    inbox = load_inbox(get_engine(), g.box_key)
    _begin_receiving(inbox)
    form = MessageForm(request.form)
    form.text.data = clean_text(form.text.data or "")
    if inbox is None:
        entry = CodeForm(text=form.text.data)
        entry.form_errors = [gettext(HOUR_IS_OVER), *list_lost_files()]
        return _render_entry(entry), 403
    _check_message(form)
    if form.errors:
        return _show_again(inbox, form), find_status()
    is_new = send_message(get_engine(), get_config(), inbox, _compose_message(inbox, form, lang))
    # A message that was sent before brought its files then: these go with the request.
    get_arrival().is_kept = is_new
    faults = list_file_errors()
    if faults:
        again = MessageForm()
        again.form_errors = [gettext(SENT_WITHOUT), *faults]
        return _show_again(inbox, again), 200
    return redirect(url_for("inbox.show", lang=lang), 303)


def _begin_receiving(inbox: Inbox | None) -> None:
    """Make ready for the files of this post; without an inbox there is nobody to seal them to."""
    config = get_config()
    if inbox is None:
        let_files_pass(config.file_limit)
        return
    recipient = find_report_recipient(get_engine(), config, inbox)
    receive_files(Reception(get_engine(), get_store(), config, inbox.case_id, recipient, room=config.report_limit))


def _compose_message(inbox: Inbox, form: MessageForm, lang: str) -> NewMessage:
    item_id = form.message_id.data or ""
    return NewMessage(
        "message",
        lang,
        form.text.data or "",
        files=tuple(get_arrival().list_stored(FILES)),
        item_id=item_id if inbox.own_ids.recognise(item_id, MESSAGE_ID) else "",
    )


def _show_again(inbox: Inbox, form: MessageForm) -> str:
    return render_inbox(inbox, form) or _render_entry(CodeForm())


def _check_message(form: MessageForm) -> None:
    """Check what can be sent. A post that was cut off is not sent; one of whose files some were refused is."""
    form.validate()
    arrival, text = get_arrival(), form.text.data or ""
    if arrival.ending is not Ending.WHOLE or "csrf_token" in form.errors:
        form.form_errors = [*list_file_errors(), *list_lost_files()]
    elif len(text) > LIMIT:
        form.text.errors = [gettext(TOO_LONG).format(limit=LIMIT, length=len(text))]
        form.form_errors = list_lost_files()
    elif not text and not arrival.list_stored(FILES):
        form.text.errors = [gettext(NOTHING_WRITTEN)]
        form.form_errors = list_file_errors()


@blueprint.post("/<lang>/inbox/reply")
def delete_reply(lang: str) -> Response:
    """Delete one message of the office."""
    check_language(lang)
    inbox = load_inbox(get_engine(), g.box_key)
    if inbox is not None and BoxForm(request.form).validate():
        inboxes.delete_reply(get_engine(), inbox, request.form.get("reply", ""))
    return refuse_without_inbox(lang)


@blueprint.post("/<lang>/inbox/leave")
def leave(lang: str) -> Response:
    """Close the inbox; a draft in this browser stays."""
    check_language(lang)
    if g.box_key is not None and load_inbox(get_engine(), g.box_key) is not None:
        has_draft = find_reader_state().draft is not None
        inboxes.leave_inbox(get_engine(), g.box_key)
        response = current_app.make_response(render_template("intake/inbox_left.html"))
        if not has_draft:
            get_box_cookie(current_app).delete(response)
        return response
    return refuse_without_inbox(lang)
