"""GET /cases: the queue."""

from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from casework.assignments import list_colleagues, list_names
from casework.case_forms import QueueForm, list_wrong_fields
from casework.caseworker import Caseworker
from casework.conversation_forms import ButtonForm
from casework.emergencies import count_waiting
from casework.notices import list_own_notices
from casework.permissions import Permission, require
from casework.queue import MINE, NOBODY, NoSuchPageError, QueueFilter, QueuePage, view_queue
from casework.views.caseworker import get_caseworker
from casework.words import (
    CONFLICT,
    CONSENT,
    ENCOUNTER,
    ENDED,
    GOAL,
    LAWYER,
    MARK,
    REACH,
    ROLE,
    STATUS,
    URGENCY,
    describe_age,
    describe_days_since,
    describe_place,
    find_language,
    join_words,
    read_date,
)
from models.questionnaire.vocabularies import STORY_LANGUAGE

blueprint = Blueprint("cases", __name__)

_FILTERS = ("status", "owner", "language", "unread", "marked")
_WORDS = {
    "conflict": CONFLICT,
    "consent": CONSENT,
    "encounter": ENCOUNTER,
    "ended": ENDED,
    "goal": GOAL,
    "lawyer": LAWYER,
    "mark": MARK,
    "reach": REACH,
    "role": ROLE,
    "status": STATUS,
    "urgency": URGENCY,
}


@blueprint.get("/cases")
@require(Permission.CASE_LIST)
def list_cases() -> Response | tuple[str, int]:
    """Show a page of the queue; wrong filters are named and left out."""
    caseworker = get_caseworker()
    if caseworker.session.waits_for_key:
        return redirect("/waiting", code=303)
    form = read_queue_form(caseworker)
    wanted = read_queue_filter(form)
    try:
        page = view_queue(caseworker, wanted, _read_number())
    except NoSuchPageError:
        abort(404)
    content = render_template(
        "casework/cases.html",
        form=form,
        page=page,
        links=_list_links(page),
        kept=_list_filters(wanted),
        is_given_up=request.args.get("done") == "given-up",
        names=list_names(caseworker),
        notices=list_own_notices(caseworker),
        emergencies=count_waiting(caseworker) if caseworker.session.may(Permission.EMERGENCY_OPEN) else 0,
        button_form=ButtonForm(),
        today=caseworker.today,
        words=_WORDS,
        join_words=join_words,
        describe_age=describe_age,
        describe_days_since=describe_days_since,
        describe_place=describe_place,
        find_language=find_language,
        read_date=read_date,
    )
    return content, 400 if form.errors else 200


def read_queue_form(caseworker: Caseworker) -> QueueForm:
    """Read and check what somebody wants to see of the queue, from the address of this request."""
    form = QueueForm(request.args)
    form.offer(
        status=STATUS,
        owner={MINE: "Me", NOBODY: "Nobody", **list_colleagues(caseworker)},
        language={term.code: term.text for term in STORY_LANGUAGE},
    )
    form.validate()
    return form


def read_queue_filter(form: QueueForm) -> QueueFilter:
    """Make the filter out of a form that was checked; what is wrong in it is left out."""
    wrong = list_wrong_fields(form)

    def word(name: str) -> str:
        return "" if name in wrong else form[name].data or ""

    return QueueFilter(
        status=word("status"),
        owner=word("owner"),
        language=word("language"),
        is_unread=bool(form.unread.data),
        is_marked=bool(form.marked.data),
    )


def _read_number() -> int:
    text = request.args.get("page", "1")
    # Not isdecimal alone: other scripts' digits and endless numbers are no pages.
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):  # noqa: PLR2004  # 50 million cases
        abort(404)
    return int(text)


def _list_links(page: QueuePage) -> dict[str, str]:
    """Where the pages before and after this one are, with the same filters."""
    kept = {name: request.args[name] for name in _FILTERS if request.args.get(name)}

    def link(number: int) -> str:
        return f"{url_for('cases.list_cases')}?{urlencode({**kept, 'page': number})}"

    links = {}
    if page.number > 1:
        links["previous"] = link(page.number - 1)
    if page.number < page.pages:
        links["next"] = link(page.number + 1)
    return links


def _list_filters(wanted: QueueFilter) -> dict[str, str]:
    """The filters that are set, as an address writes them."""
    words = (wanted.status, wanted.owner, wanted.language, "y" * wanted.is_unread, "y" * wanted.is_marked)
    return {name: word for name, word in zip(_FILTERS, words, strict=True) if word}
