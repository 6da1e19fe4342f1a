"""What browsers ask passkeys for, and whether passkeys work where the reader is."""

from urllib.parse import urlsplit

from flask import Blueprint, abort, jsonify, request
from werkzeug.wrappers import Response

from casework.errors import InvalidPasskeyError
from casework.gate import get_config
from casework.passkeys import find_relying_party, make_request_options
from web.languages import gettext as _

blueprint = Blueprint("passkeys", __name__)


@blueprint.get("/passkeys/options")
def show_options() -> Response:
    """Give a fresh challenge, for anybody: it names nobody, and nothing is stored."""
    try:
        return jsonify(make_request_options(get_config()))
    except InvalidPasskeyError:
        abort(404)


def _find_host() -> str:
    try:
        return urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return ""  # not an address, so not ours


@blueprint.app_context_processor
def describe_passkeys() -> dict[str, object]:
    """Say to every page why passkeys do not work at the address that the reader is at; empty where they do."""
    party = find_relying_party(get_config())
    note = ""
    if party is None:
        note = _("Passkeys need a site with a name, and https. This one has not got both.")
    elif _find_host() != party.id:
        note = _("Passkeys need a site with a name. They work at {address}.").format(address=party.origin)
    return {"passkey_note": note}
