"""The page that makes a PDF case summary."""

from flask import Blueprint, Response, render_template, request

from casework.case_files import CannotExportError, check_exportable
from casework.case_forms import ExportForm
from casework.exporting import export_summary
from casework.opening import OpenedCase
from casework.permissions import Permission, require
from casework.views.case import find_case
from casework.views.caseworker import get_caseworker
from exports.case_file import Variant

Answer = Response | tuple[str, int]
blueprint = Blueprint("export", __name__)


@blueprint.get("/cases/<reference>/export")
@require(Permission.CASE_EXPORT, fresh=True)
def show_export(reference: str) -> Answer:
    """Ask which copy to make."""
    case = find_case(get_caseworker(), reference)
    try:
        check_exportable(case)
    except CannotExportError as refusal:
        return _render(case, None, 409, refusal.words)
    return _render(case, ExportForm(), 200)


@blueprint.post("/cases/<reference>/export")
@require(Permission.CASE_EXPORT, fresh=True)
def send_export(reference: str) -> Answer:
    """Make the copy and hand it over."""
    caseworker = get_caseworker()
    case = find_case(caseworker, reference)
    form = ExportForm(request.form)
    try:
        check_exportable(case)
        if not form.validate():
            return _render(case, form, 400)
        summary = export_summary(caseworker, case, Variant(form.variant.code))
    except CannotExportError as refusal:
        return _render(case, None, 409, refusal.words)
    response = Response(summary.content, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=summary.file_name)
    return response


def _render(case: OpenedCase, form: ExportForm | None, status: int, refusal: str = "") -> tuple[str, int]:
    return render_template("casework/export.html", case=case, form=form, refusal=refusal), status
