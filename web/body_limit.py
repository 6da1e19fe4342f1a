"""How large a posted form may be, and that a reader whose form is too large gets to see the page that says so.

Must never hand a part of a body on as if it were the whole: half a story would be saved over the whole one.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar

from flask import Flask, abort, request

# The largest page of the form holds 10,000 characters of at most 4 bytes, percent-encoded: 120 kB and the rest.
BODY_LIMIT = 512_000
# A browser reads no answer before it has sent everything: this much is taken in and thrown away before we refuse.
_DISCARD_LIMIT = 32_000_000
_PIECE = 65_536
_MARK = "takes_files"

ViewType = TypeVar("ViewType", bound=Callable[..., Any])


def takes_files(view: ViewType) -> ViewType:
    """Mark a view that reads multipart forms itself, portion by portion, with limits of its own."""
    setattr(view, _MARK, True)
    return view


def reads_files(view: Callable[..., Any] | None) -> bool:
    """Whether a view is marked with `takes_files`, so that nothing else may touch its body."""
    return hasattr(view, _MARK)


def discard(stream: Any) -> None:  # noqa: ANN401  # a server's own kind of stream
    """Take what is left of a body in and throw it away, so that the reader gets to see the answer."""
    left = _DISCARD_LIMIT
    while left > 0 and (piece := stream.read(_PIECE)):
        left -= len(piece)


def install_body_limit(app: Flask) -> None:
    """Take bodies in whole before any view runs, or refuse them; but for forms with files, where a view takes them.

    Too large is 413, cut off on the way is 408, and of unannounced length is 411, because nobody could tell whether it
    was cut off; browsers announce the length of every form. The framework checks none of these three under a server
    that ends the stream itself: it hands on the beginning.
    """
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.config["MAX_FORM_MEMORY_SIZE"] = BODY_LIMIT
    app.config["MAX_FORM_PARTS"] = 500

    @app.before_request
    def take_body() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if request.mimetype == "multipart/form-data" and reads_files(view):
            return
        environ = request.environ
        is_announced = "HTTP_TRANSFER_ENCODING" not in environ
        length = request.content_length or 0
        if is_announced and length == 0:
            return
        stream = environ["wsgi.input"]
        body = b"" if length > BODY_LIMIT else stream.read(length if is_announced else BODY_LIMIT + 1)
        if max(length, len(body)) > BODY_LIMIT:
            discard(stream)
            abort(413)
        if not is_announced:
            abort(411)
        if len(body) < length:
            abort(408)
        environ["wsgi.input"] = BytesIO(body)
