"""The first page, the privacy page, and the way out."""

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from intake import drafts, waiting
from intake.forms import FORMS
from intake.reader import find_reader_state, get_config
from models.engine import read
from web.cookies import get_box_cookie
from web.database import get_engine
from web.files import get_store
from web.languages import LANGUAGES, choose_language

blueprint = Blueprint("front", __name__)


def check_language(lang: str) -> None:
    """Refuse a language that the site does not have (404)."""
    if lang not in get_config().languages or lang not in LANGUAGES:
        abort(404)


@blueprint.get("/")
def choose() -> Response:
    """Lead to the first page in the language that the browser asks for."""
    response = redirect(url_for("front.home", lang=choose_language(get_config().languages)))
    response.headers["Vary"] = "Accept-Language"
    return response


@blueprint.get("/<lang>/")
def home(lang: str) -> str:
    """Say what this is, who reads it, what is never asked; the button there begins a report."""
    check_language(lang)
    state = find_reader_state()
    with read(get_engine()) as connection:
        drafts.find_office_recipient(connection, get_config())
    return render_template(
        "intake/start.html",
        form=FORMS["start"](values={}, hidden=frozenset()),
        has_draft=state.draft is not None,
        has_receipt=state.receipt is not None,
    )


@blueprint.get("/<lang>/privacy")
def privacy(lang: str) -> str:
    """Say what is kept, who can open it, and what nobody can promise."""
    check_language(lang)
    return render_template("intake/privacy.html")


@blueprint.route("/exit", methods=["GET", "POST"])
def leave() -> Response | str:
    """Take this browser's draft or receipt away and lead to a neutral page. Only a post does: a prefetch must not.

    A draft with a code waits for that code; everything else is destroyed.
    """
    if request.method == "GET":
        return render_template("intake/exit.html")
    if g.box_key is not None:
        waiting.leave(get_engine(), get_store(), get_config(), g.box_key)
    response: Response = redirect(get_config().exit_url, 303)
    response.headers["Clear-Site-Data"] = '"cookies", "storage"'
    get_box_cookie(current_app).delete(response)
    return response
