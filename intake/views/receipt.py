"""The receipt: the code, until the reporter says that it is written down."""

from datetime import date

import segno
from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from intake import drafts
from intake.continuing import begin_another, forget_receipt
from intake.reader import find_reader_state, get_config
from intake.views.front import check_language
from vault.receipts import format_code
from web.cookies import get_box_cookie
from web.csrf import BoxForm
from web.database import get_engine
from web.files import get_store

blueprint = Blueprint("receipt", __name__)


@blueprint.get("/<lang>/report/receipt")
def show(lang: str) -> Response | str:
    """Show the code and the reference; after an hour, or once it is written down, there is nothing to show."""
    check_language(lang)
    state = find_reader_state()
    if state.receipt is None:
        return redirect(url_for("front.home", lang=lang), 303)
    return _render(lang, BoxForm())


def _render(lang: str, form: BoxForm) -> str:
    box = find_reader_state().receipt
    assert box is not None
    picture = segno.make_qr(box.code, error="m").svg_inline(scale=5, border=4, light="#fff", omitsize=False)
    return render_template(
        "intake/receipt.html",
        form=form,
        box=box,
        groups=format_code(box.code).split(" "),
        qr=picture,
        can_file_another=box.helper.get("reporter_role") not in {None, "affected"},
        received_on=date.fromisoformat(box.received_on),
        lang=lang,
    )


@blueprint.post("/<lang>/report/receipt")
def take(lang: str) -> Response | tuple[str, int] | str:
    """Take the code away once it is written down, and begin another report for a helper who asks for it."""
    check_language(lang)
    state = find_reader_state()
    if state.receipt is None:
        return redirect(url_for("front.home", lang=lang), 303)
    form = BoxForm(request.form)
    if not form.validate():
        return _render(lang, form), 400
    if request.form.get("go") == "another":
        draft = begin_another(
            get_engine(), get_config(), state.receipt, lang, share_place="share" in request.form.getlist("carry")
        )
        drafts.erase(get_engine(), get_store(), g.box_key)
        response = redirect(url_for("report.show_page", lang=lang, address="urgent"), 303)
        get_box_cookie(current_app).write(response, draft.key)
        return response
    forget_receipt(get_engine(), get_store(), g.box_key)
    response = current_app.make_response(render_template("intake/done.html", reference=state.receipt.reference))
    get_box_cookie(current_app).delete(response)
    return response
