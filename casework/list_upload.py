"""Reads a posted form with one file into memory: a list, a key or a document is larger than other forms may be.

Nothing of it is written to the disk, and nothing beyond the limit is kept.
"""

from dataclasses import dataclass
from io import BytesIO

from flask import abort, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from casework.ice_list import LARGEST_FILE
from web.body_limit import BODY_LIMIT, discard

_PARTS = 20


@dataclass(frozen=True)
class Upload:
    """What was posted: the words of the form, and the file, or None where none was chosen."""

    form: MultiDict[str, str]
    file_name: str
    content: bytes | None


def read_upload(field: str, *, largest: int = LARGEST_FILE) -> Upload:
    """Read the form that is being posted, with a file of so many bytes at most; answers 400, 408, 411 or 413 else.

    The view must be marked with `takes_files`, and must not look at `request.form`.
    """
    length = request.content_length
    if request.mimetype != "multipart/form-data":
        return Upload(MultiDict(request.form), "", None)
    if length is None:
        abort(411)
    if length > largest + BODY_LIMIT:
        discard(request.environ["wsgi.input"])
        abort(413)
    body = request.environ["wsgi.input"].read(length)
    if len(body) < length:
        abort(408)
    parser = FormDataParser(
        stream_factory=lambda *_sizes, **_names: BytesIO(), max_form_memory_size=BODY_LIMIT, max_form_parts=_PARTS
    )
    try:
        _stream, form, files = parser.parse(BytesIO(body), "multipart/form-data", length, dict(request.mimetype_params))
    except RequestEntityTooLarge:
        abort(413)
    except ValueError:
        abort(400)
    file = files.get(field)
    if file is None or not file.filename:
        return Upload(form, "", None)
    return Upload(form, file.filename, file.read())
