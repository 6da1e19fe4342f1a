"""One table of several cases: choosing fields, and handing it over."""

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from casework.permissions import Permission, require
from casework.table_forms import TableForm
from casework.tabling import MOST_CASES, TableRefusedError, make_table
from casework.views.caseworker import get_caseworker
from web.csrf import N_
from web.errors import ErrorPage

blueprint = Blueprint("tables", __name__)


@blueprint.get("/exports/table")
@require(Permission.CASE_EXPORT)
def show_table() -> tuple[str, int]:
    """Ask which fields of the chosen cases, and why."""
    form = TableForm(data={"references": " ".join(request.args.getlist("case"))})
    if not 0 < len(form.list_references()) <= MOST_CASES:
        return _render(form, 400, f"Choose cases in the list first: at least one, and at most {MOST_CASES}.")
    return _render(form, 200)


@blueprint.post("/exports/table")
@require(Permission.CASE_EXPORT, fresh=True)
def send_table() -> BaseResponse | tuple[str, int]:
    """Make the table, and hand it over."""
    form = TableForm(request.form)
    if not form.validate():
        return _render(form, 400)
    try:
        table = make_table(get_caseworker(), form.list_references(), form.make_order())
    except TableRefusedError as refusal:
        return _render(form, 409, refusal.words)
    response = Response(table.content, mimetype=table.media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    response.headers.set("Content-Disposition", "attachment", filename=table.file_name)
    return response


def _render(form: TableForm, status: int, refusal: str = "") -> tuple[str, int]:
    page = ErrorPage(N_("This cannot be made"), refusal) if refusal else None
    return render_template("casework/export_table.html", form=form, refusal=page), status
