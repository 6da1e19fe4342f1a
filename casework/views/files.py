"""The files of a case: pictures made anew, recordings to play, the original to download, and the proof that it is one.

What leaves here was handed in by somebody unknown. It never gets a type that a browser runs, and a policy that lets it
load and run nothing, whatever it is.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from time import monotonic
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from casework.caseworker import Caseworker
from casework.conversation_forms import ButtonForm
from casework.files import (
    FileEntry,
    FileNotListedError,
    find_file,
    list_files,
    open_source,
    record_file_opening,
    record_use,
    verify_file,
)
from casework.media_types import PLAIN, find_played_type, make_download_name
from casework.opening import OpenedCase
from casework.permissions import Permission, require
from casework.previews import PreviewBusyError, can_look, find_look, look_into, read_preview
from casework.recording import CaseChangedError
from casework.views.case import find_case
from casework.views.caseworker import get_caseworker
from models.blobs import BlobMissingError, BlobStoreError
from vault.errors import CannotOpenError
from web.csrf import N_
from web.errors import ErrorPage, log_failure
from web.files import get_store

Answer = BaseResponse | tuple[str, int]
blueprint = Blueprint("files", __name__)

_NOTHING = "default-src 'none'; sandbox; frame-ancestors 'none'"
# One answer holds a thread for as long as it is sent: a player gets a recording in pieces and asks for the next one.
_PIECE_BYTES = 4 * 1024 * 1024
# Looking into many files at once must end before a browser or a proxy gives up waiting.
_LOOK_SECONDS = 20.0

NOT_STORED = ErrorPage(
    N_("This file is not there"),
    N_("It was handed in, but the store does not have it any more. Tell whoever looks after the server."),
)
CHANGED = ErrorPage(
    N_("This file cannot be opened"),
    N_("What is stored is not what was handed in: it was changed, cut or put in another place. Keep the backups."),
)
NOT_NOW = ErrorPage(N_("Not now"), N_("The store of files does not answer. Please try again in a few minutes."))
STALE = ErrorPage(N_("That did not work"), N_("This page had been open for a while. Please go back and try again."))


def answer_failures(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Answer what can be wrong with a stored file with a page that says it."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> Answer:  # noqa: ANN401  # whatever the address holds
        try:
            return view(*args, **kwargs)
        except FileNotListedError:
            abort(404)
        except BlobMissingError as error:
            page, status = NOT_STORED, 404
            log_failure(error)
        except CannotOpenError as error:
            page, status = CHANGED, 409
            log_failure(error)
        except BlobStoreError as error:
            page, status = NOT_NOW, 503
            log_failure(error)
        return render_template("shared/error.html", page=page), status

    return answer


def _find(reference: str, file_id: str) -> tuple[Caseworker, OpenedCase, FileEntry]:
    caseworker = get_caseworker()
    case = find_case(caseworker, reference)
    return caseworker, case, find_file(case, file_id)


@blueprint.get("/cases/<reference>/files/<file_id>/preview/<int:number>")
@require(Permission.FILE_READ)
@answer_failures
def show_preview(reference: str, file_id: str, number: int) -> Answer:
    """Show one picture made of a file."""
    caseworker, case, entry = _find(reference, file_id)
    picture = read_preview(get_store(), case, file_id, number)
    if picture is None:
        abort(404)
    record_file_opening(caseworker, case, entry)
    return _shut_in(Response(picture, mimetype="image/jpeg"))


@blueprint.get("/cases/<reference>/files/<file_id>/play")
@require(Permission.FILE_READ)
@answer_failures
def play(reference: str, file_id: str) -> Answer:
    """Hand a recording to a player, from any place (RFC 9110, section 14); at most 4 MiB to one question."""
    caseworker, case, entry = _find(reference, file_id)
    played_type = find_played_type(entry.file)
    if played_type is None:
        abort(404)
    span = _find_span(entry.file.length)
    if span is None:
        refusal = Response(status=416)
        refusal.headers["Content-Range"] = f"bytes */{entry.file.length}"
        return refusal
    start, end, is_part = span
    response = _stream(case, entry, start, end)
    record_file_opening(caseworker, case, entry)
    response.mimetype = played_type
    response.headers["Accept-Ranges"] = "bytes"
    if is_part:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{entry.file.length}"
    return response


def _find_span(length: int) -> tuple[int, int, bool] | None:
    """Find which bytes are asked for: first, one after the last, and whether a part; None for what there is not.

    Several ranges at once, and units that are not bytes, are answered with the whole, as the standard allows.
    """
    wanted = request.range
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return 0, length, False
    found = wanted.range_for_length(length)
    if found is None:
        return None
    start, end = found
    return start, min(end, start + _PIECE_BYTES), True


@blueprint.get("/cases/<reference>/files/<file_id>/original")
@require(Permission.FILE_READ)
@answer_failures
def download(reference: str, file_id: str) -> Answer:
    """Hand over the original, bit for bit, as something to keep and not to show."""
    caseworker, case, entry = _find(reference, file_id)
    response = _stream(case, entry, 0, entry.file.length)
    record_use(caseworker, case, "file:downloaded", entry, entry.file.sha256)
    response.mimetype = PLAIN
    response.headers.set("Content-Disposition", "attachment", filename=make_download_name(case.reference, entry.file))
    return response


def _stream(case: OpenedCase, entry: FileEntry, start: int, end: int) -> Response:
    source, opener = open_source(get_store(), case, entry)
    portions: Iterator[bytes] = opener.iterate(start, end)
    response = Response(portions)
    response.call_on_close(source.close)
    response.content_length = end - start
    return _shut_in(response)


def _shut_in(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _NOTHING
    return response


@blueprint.post("/cases/<reference>/files/<file_id>/verify")
@require(Permission.FILE_READ)
@answer_failures
def verify(reference: str, file_id: str) -> Answer:
    """Compute a file's SHA-256 anew and go back to where the page shows the result."""
    caseworker, case, entry = _find(reference, file_id)
    if not ButtonForm(request.form).validate():
        return render_template("shared/error.html", page=STALE), 400
    try:
        verify_file(caseworker, get_store(), case, entry)
    except (CannotOpenError, BlobMissingError):
        # Gone or changed beyond opening is a finding too, and belongs to the file's history.
        record_use(caseworker, case, "file:differs", entry)
    return redirect(url_for("case.show_case", reference=case.reference) + f"#file-{file_id}", code=303)


@blueprint.post("/cases/<reference>/previews")
@require(Permission.FILE_READ)
@answer_failures
def make_previews(reference: str) -> Answer:
    """Look into the files that nobody looked into yet; what there was no time for is left for the next press."""
    caseworker = get_caseworker()
    case = find_case(caseworker, reference)
    if not ButtonForm(request.form).validate():
        return render_template("shared/error.html", page=STALE), 400
    until = monotonic() + _LOOK_SECONDS
    for entry in list_files(case):
        if not can_look(entry) or find_look(case, entry.file.id) is not None:
            continue
        if monotonic() > until:
            break
        try:
            look_into(caseworker, get_store(), case, entry)
        except (PreviewBusyError, CaseChangedError):
            break
        except (BlobMissingError, CannotOpenError) as error:
            log_failure(error)  # this one cannot be opened; the others may
    return redirect(url_for("case.show_case", reference=case.reference) + "#evidence", code=303)
