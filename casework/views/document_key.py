"""The key that the office signs documents with: shown, made anew, brought in; and its certificates to take along."""

from flask import Blueprint, redirect, render_template, request
from flask import Response as FileResponse
from werkzeug.wrappers import Response

from casework.accounts import open_granter
from casework.document_forms import NewDocumentKeyForm, OwnDocumentKeyForm
from casework.document_keys import DocumentKeyChangedError, OfficeCertificate, list_certificates, replace_document_key
from casework.errors import MayNotGrantError
from casework.gate import get_config
from casework.list_upload import read_upload
from casework.permissions import Permission, require
from casework.views.caseworker import get_caseworker
from exports.signatures.certificates import write_pem
from exports.signatures.keys import DocumentKey, KeyFault, UnreadableKeyError, read_document_key
from models.engine import read
from models.office_keys import get_office_key
from web import clock
from web.body_limit import takes_files
from web.csrf import N_
from web.database import get_engine
from web.languages import gettext as _

Answer = Response | tuple[str, int]
blueprint = Blueprint("document_key", __name__)

_LARGEST_KEY_FILE = 200_000
CHANGED = N_("Somebody else has replaced the key since you opened this page. Look at it again before you go on.")
MAY_NOT = N_("Your account does not hold what is needed to sign a certificate in the office's name.")
CHOOSE_FILE = N_("Choose the key file")
OPENS_NOT = N_("This passphrase does not open the file. Type it again; capitals and spaces count.")
FAULTS: dict[KeyFault, str] = {
    KeyFault.NOT_A_KEY_FILE: N_("This is not a key file of the kind PKCS#12. Its name ends in .p12 or .pfx."),
    KeyFault.INCOMPLETE: N_("This file lacks the private key, or its certificate, or the two do not belong together."),
    KeyFault.WRONG_KIND: N_(
        "A key of this kind cannot sign here. It must be RSA, 2048 bits or more, or on the curve P-256, P-384 or P-521."
    ),
    KeyFault.NOT_FOR_SIGNING: N_("The certificate says that its key is not for signing."),
    KeyFault.EXPIRED: N_("The certificate has expired, or is not valid yet."),
}


@blueprint.get("/document-key")
@require(Permission.KEY_READ)
def show_document_key() -> Answer:
    """Show with what the office signs, and what it signed with before."""
    return _render(NewDocumentKeyForm(), 200)


@blueprint.post("/document-key")
@require(Permission.KEY_ROTATE, fresh=True)
def send_document_key() -> Answer:
    """Make a new key in the place of the one that the page showed."""
    form = NewDocumentKeyForm(request.form)
    if not form.validate():
        return _render(form, 400)
    refusal = _replace(None, form.known.data or "")
    if refusal:
        form.form_errors.append(_(refusal))
        return _render(form, 409)
    return redirect("/document-key?made=yes", code=303)


@blueprint.get("/document-key/certificate")
@require(Permission.KEY_READ)
def show_certificate() -> Answer:
    """Hand out every certificate that the office ever had, today's first: for whoever checks its documents."""
    certificates = list_certificates(get_engine(), get_config())
    response = FileResponse(write_pem(each.certificate for each in certificates), mimetype="application/x-pem-file")
    response.headers.set("Content-Disposition", "attachment", filename="office-certificates.pem")
    return response


@blueprint.get("/document-key/own")
@require(Permission.KEY_ROTATE, fresh=True)
def show_own_key() -> Answer:
    """Ask for a key that the office has from elsewhere."""
    return _render_own(OwnDocumentKeyForm(), 200)


@blueprint.post("/document-key/own")
@takes_files
@require(Permission.KEY_ROTATE, fresh=True)
def send_own_key() -> Answer:
    """Read the key and sign with it from now on."""
    upload = read_upload("key_file", largest=_LARGEST_KEY_FILE)
    form = OwnDocumentKeyForm(upload.form)
    form.validate()
    key = _read_key(form, upload.content)
    if key is None or form.errors:
        return _render_own(form, 400)
    refusal = _replace(key, form.known.data or "")
    if refusal:
        form.form_errors.append(_(refusal))
        return _render_own(form, 409)
    return redirect("/document-key?made=yes", code=303)


def _read_key(form: OwnDocumentKeyForm, content: bytes | None) -> DocumentKey | None:
    """Read the key; where that fails, the fault stands at its field."""
    if content is None:
        form.key_file.errors = [_(CHOOSE_FILE)]
        return None
    passphrase = (form.passphrase.data or "").encode() or None
    try:
        return read_document_key(content, passphrase, clock.now())
    except UnreadableKeyError as fault:
        if fault.fault is KeyFault.DOES_NOT_OPEN:
            form.passphrase.errors = [_(OPENS_NOT)]
        else:
            form.key_file.errors = [_(FAULTS[fault.fault])]
        return None


def _replace(key: DocumentKey | None, known: str) -> str:
    """Replace the key; return why it was refused, or nothing."""
    caseworker = get_caseworker()
    try:
        granter = open_granter(caseworker.engine, caseworker.session)
        replace_document_key(caseworker, granter, key, replaces=known or None)
    except DocumentKeyChangedError:
        return CHANGED
    except MayNotGrantError:
        return MAY_NOT
    return ""


def _list() -> tuple[OfficeCertificate | None, tuple[OfficeCertificate, ...]]:
    certificates = list_certificates(get_engine(), get_config())
    todays = next((each for each in certificates if each.retired_on is None), None)
    return todays, tuple(each for each in certificates if each is not todays)


def _render(form: NewDocumentKeyForm, status: int) -> tuple[str, int]:
    todays, former = _list()
    with read(get_engine()) as connection:
        office_key = get_office_key(connection)
    page = render_template(
        "casework/document_key.html",
        form=form,
        todays=todays,
        former=former,
        is_made=request.args.get("made") == "yes",
        is_older=bool(todays and office_key and todays.office_key_id != office_key.id),
    )
    return page, status


def _render_own(form: OwnDocumentKeyForm, status: int) -> tuple[str, int]:
    todays, _former = _list()
    return render_template("casework/document_key_own.html", form=form, todays=todays), status
