"""Error pages: one table from what went wrong to a status and plain words, in the reader's language.

The log gets the type of an exception and the place where it was raised, never its message: messages carry values.
"""

import logging
import traceback
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, render_template
from werkzeug.exceptions import HTTPException

from vault.errors import UntrustedKeyError
from web.csrf import N_

log = logging.getLogger("testimonio")
_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class ErrorPage:
    """What a reader sees: heading and one or two plain sentences."""

    heading: str
    words: str


ERROR_PAGES: dict[int, ErrorPage] = {
    400: ErrorPage(N_("That did not work"), N_("Please go back and try again. What you saved before is still there.")),
    403: ErrorPage(
        N_("That did not come from this site"),
        N_("Please go to the first page and try again. What you saved before is still there."),
    ),
    404: ErrorPage(N_("This page is not here"), N_("Please go to the first page.")),
    405: ErrorPage(N_("That did not work"), N_("Please go to the first page.")),
    408: ErrorPage(N_("That was cut off"), N_("Please go back and try again. What you saved before is still there.")),
    413: ErrorPage(
        N_("That was too much at once"),
        N_("Please go back and send less. What you saved before is still there."),
    ),
    429: ErrorPage(N_("Too many at once"), N_("Please wait a little and try again.")),
    500: ErrorPage(
        N_("Something is broken on our side"),
        N_("Please try again in a few minutes. What you saved before is still there."),
    ),
    503: ErrorPage(
        N_("This site is closed right now"),
        N_("We would rather keep it closed than not keep your words safe. Please come back later."),
    ),
}


class ClosedError(Exception):
    """The site may not take reports now: nobody could open them, or the office has not said how it can be reached."""


def _is_ours(path: Path) -> bool:
    """Tell our own files from libraries, which may lie in a folder of ours."""
    return path.is_relative_to(_ROOT) and "site-packages" not in path.parts


def log_failure(error: BaseException) -> None:
    """Log where something failed and of which type, and nothing that it carried."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _is_ours(Path(frame.filename))] or frames[-1:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(ours[-4:]))
    log.error("%s at %s", type(error).__name__, places)


def render_error(status: int) -> tuple[str, int]:
    """Make the error page for a status."""
    page = ERROR_PAGES.get(status, ERROR_PAGES[400 if status < 500 else 500])  # noqa: PLR2004  # the HTTP classes
    return render_template("shared/error.html", page=page), status


def install_error_pages(app: Flask) -> None:
    """Answer every failure with a page of our own."""

    @app.errorhandler(HTTPException)
    def show_http_error(error: HTTPException) -> tuple[str, int]:
        return render_error(error.code or 500)

    @app.errorhandler(ClosedError)
    def show_closed(error: ClosedError) -> tuple[str, int]:
        del error
        return render_error(503)

    @app.errorhandler(UntrustedKeyError)
    def show_untrusted_key(error: UntrustedKeyError) -> tuple[str, int]:
        log.critical("a stored public key is not signed by whom it should be: refusing to seal")
        log_failure(error)
        if "key_alarm" in app.extensions:
            app.extensions["key_alarm"].ring()
        page = app.extensions.get("untrusted_key_page", ERROR_PAGES[503])
        return render_template("shared/error.html", page=page), 503

    @app.errorhandler(Exception)
    def show_failure(error: Exception) -> tuple[str, int]:
        log_failure(error)
        return render_error(500)
