"""Continue later: the code of an unfinished report, shown once, and what can be done with a report that waits."""

from datetime import UTC, datetime

import segno
from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from intake import waiting
from intake.drafts import Draft
from intake.reader import find_reader_state, get_config
from intake.views.front import check_language
from models.questionnaire.pages import list_asked_pages
from vault.receipts import format_code
from web.cookies import get_box_cookie
from web.csrf import BoxForm
from web.database import get_engine
from web.files import get_store

blueprint = Blueprint("later", __name__)
_SECONDS_AN_HOUR = 3_600


def find_next_stop(draft: Draft) -> str:
    """Find the page at which a reporter goes on: the first that was never sent in, or the check page."""
    stem = next(
        (page.stem for page in list_asked_pages(draft.values) if page.stem not in {*draft.seen, "start"}), "check"
    )
    return stem.replace("_", "-")


@blueprint.get("/<lang>/report/later")
def show(lang: str) -> Response | str:
    """Show the code until it is written down; after that, only that there is one."""
    check_language(lang)
    draft = find_reader_state().draft
    if draft is None or draft.waiting is None:
        return redirect(url_for("front.home", lang=lang), 303)
    return _render(draft, BoxForm())


def _render(draft: Draft, form: BoxForm) -> str:
    assert draft.waiting is not None
    code = draft.waiting.code
    ends_at = datetime.fromtimestamp(draft.waiting.until_hour * _SECONDS_AN_HOUR, UTC)
    picture = segno.make_qr(code, error="m").svg_inline(scale=5, border=4, light="#fff", omitsize=False) if code else ""
    return render_template(
        "intake/later.html",
        form=form,
        groups=format_code(code).split(" ") if code else [],
        qr=picture,
        until=ends_at.astimezone(get_config().time_zone).date(),
        next_stop=find_next_stop(draft),
    )


@blueprint.post("/<lang>/report/later")
def take(lang: str) -> Response | tuple[str, int]:
    """Take the report off this phone, make another code, or erase everything."""
    check_language(lang)
    draft = find_reader_state().draft
    if draft is None or draft.waiting is None:
        return redirect(url_for("front.home", lang=lang), 303)
    form = BoxForm(request.form)
    if not form.validate():
        return _render(draft, form), 400
    go = request.form.get("go")
    if go == "new":
        waiting.take_code(get_engine(), get_config(), draft)
        return redirect(url_for("later.show", lang=lang), 303)
    if go == "erase":
        waiting.erase_waiting(get_engine(), get_store(), draft)
    else:
        waiting.leave(get_engine(), get_store(), get_config(), g.box_key)
    page = render_template("intake/later_done.html", was_erased=go == "erase")
    response = current_app.make_response(page)
    get_box_cookie(current_app).delete(response)
    return response
