"""The page where staff check a PDF that somebody brings. The file is looked at and kept nowhere."""

from flask import Blueprint, Response, render_template

from casework.document_checking import LARGEST_PDF, DocumentCheck, check_document
from casework.document_forms import VerifyForm
from casework.list_upload import read_upload
from casework.permissions import Permission, require
from casework.views.caseworker import get_caseworker
from casework.words import write_moment
from web.body_limit import takes_files
from web.csrf import N_
from web.languages import gettext as _

Answer = Response | tuple[str, int]
blueprint = Blueprint("verify", __name__)

CHOOSE_FILE = N_("Choose the PDF that you want to check")


@blueprint.get("/verify")
@require(Permission.DOCUMENT_VERIFY)
def show_verify() -> Answer:
    """Ask for the file."""
    return _render(VerifyForm(), None)


@blueprint.post("/verify")
@takes_files
@require(Permission.DOCUMENT_VERIFY)
def send_verify() -> Answer:
    """Say what the file's signature and the ledger tell."""
    upload = read_upload("document", largest=LARGEST_PDF)
    form = VerifyForm(upload.form)
    form.validate()
    if upload.content is None:
        form.document.errors = [_(CHOOSE_FILE)]
    if form.errors or upload.content is None:
        return _render(form, None)
    return _render(form, check_document(get_caseworker(), upload.content))


def _render(form: VerifyForm, check: DocumentCheck | None) -> tuple[str, int]:
    time_zone = get_caseworker().config.time_zone
    page = render_template(
        "casework/verify.html", form=form, check=check, moment=lambda at: write_moment(at, time_zone)
    )
    return page, 400 if form.errors else 200
