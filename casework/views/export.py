"""The page where a case goes on paper: choose, look at it first, have it made."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from casework.case_files import CannotExportError, check_exportable
from casework.export_forms import ExportForm
from casework.export_runs import RunRefusedError, start_run
from casework.opening import OpenedCase
from casework.permissions import Permission, require
from casework.producing import Preview, is_long, preview, produce
from casework.views.case import find_case
from casework.views.caseworker import get_caseworker
from casework.views.exports import count_looks
from casework.views.files import answer_failures
from web.files import get_store
from web.headers import allow_pictures_in_page

Answer = BaseResponse | tuple[str, int]
blueprint = Blueprint("export", __name__)


@blueprint.get("/cases/<reference>/export")
@require(Permission.CASE_EXPORT, fresh=True)
def show_export(reference: str) -> Answer:
    """Ask what to make."""
    case = find_case(get_caseworker(), reference)
    try:
        check_exportable(case)
    except CannotExportError as refusal:
        return _render(case, None, 409, refusal.words)
    return _render(case, ExportForm(), 200)


@blueprint.post("/cases/<reference>/export")
@require(Permission.CASE_EXPORT, fresh=True)
@answer_failures
def send_export(reference: str) -> Answer:
    """Show what it would be, or make it and hand it over."""
    caseworker = get_caseworker()
    case = find_case(caseworker, reference)
    form = ExportForm(request.form)
    try:
        check_exportable(case)
        if not form.validate():
            return _render(case, form, 400)
        if "preview" in request.form:
            allow_pictures_in_page()
            return _render(case, form, 200, shown=preview(caseworker, get_store(), case, form.make_order()))
        order = form.make_order()
        if is_long(case, order):
            run_id = start_run(caseworker, [case.reference], order)
            return redirect(url_for("exports.show_run", run_id=run_id, looks=count_looks(caseworker)), code=303)
        product, content = produce(caseworker, get_store(), case, order)
    except (CannotExportError, RunRefusedError) as refusal:
        return _render(case, form, 409, refusal.words)
    response = Response(content, mimetype=product.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=product.file_name)
    return response


def _render(
    case: OpenedCase, form: ExportForm | None, status: int, refusal: str = "", shown: Preview | None = None
) -> tuple[str, int]:
    page = render_template("casework/export.html", case=case, form=form, refusal=refusal, shown=shown)
    return page, status
