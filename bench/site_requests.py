"""One request to a site inside this process, straight through its WSGI door, and the processor time that it took.

No server and no client library take part, so that nothing but the site is measured.
"""

import io
import sys
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Flask

from vault.boxes import BoxKey

Fields = dict[str, str | list[str]]
HOST = "localhost"
LANGUAGE = "es"
ANSWERS: dict[str, Fields] = {
    "urgent": {"urgent": ["none"]},
    "you": {"goal": "lawyer", "reporter_role": "affected"},
    "where": {"state": "NE", "county": "Meadowlark", "place_kind": "road"},
    "when": {"when": "season", "when_season": "summer", "when_year": "2024", "time_of_day": "night"},
    "police": {"agency": "Platte Fork PD", "encounter_type": "vehicle"},
    "what_happened": {
        "what_happened": "Me pararon por una luz y el oficial me pidió papeles, no la licencia. " * 30,
        "story_language": "es",
    },
    "why_and_how_it_ended": {"reason_believed": ["language", "ethnicity"], "how_it_ended": ["citation"]},
    "people": {"name_to_use": "Rosa", "has_lawyer": ["no"], "reach": "code"},
}


@dataclass(frozen=True)
class Done:
    """What came of a request: status, the box cookie if one was set, and processor seconds."""

    status: int
    cookie: str
    seconds: float


def make_body(fields: Fields, cookie: str) -> bytes:
    """Make the body of a form, with the token that its page would hold."""
    token = {"csrf_token": BoxKey.from_cookie(cookie).csrf_token()} if cookie else {}
    return urlencode({**token, **fields}, doseq=True).encode()


def request(
    app: Flask, method: str, stem: str, fields: Fields | None = None, *, cookie: str = "", path: str = ""
) -> Done:
    """Send one request for a page of the form, or for the page at `path`, as a browser would."""
    body = make_body(fields, cookie) if fields is not None else b""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path or f"/{LANGUAGE}/report/{stem.replace('_', '-')}",
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
        "SERVER_NAME": HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": HOST,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if cookie:
        environ["HTTP_COOKIE"] = f"form={cookie}"
    if method == "POST":
        environ |= {
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "HTTP_ORIGIN": f"http://{HOST}",
        }
    answer: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
        answer.update(status=int(status[:3]), headers=headers)

    before = time.process_time()
    for _piece in app(environ, start_response):  # type: ignore[arg-type]  # WSGI's write() is not used by anybody
        pass
    seconds = time.process_time() - before
    cookies = [value for name, value in answer["headers"] if name == "Set-Cookie" and value.startswith("form=")]
    return Done(answer["status"], cookies[0].removeprefix("form=").split(";")[0] if cookies else "", seconds)


def begin_report(app: Flask) -> str:
    """Begin a report, answer every page up to the last, and return the cookie."""
    begun = request(app, "POST", "start", {})
    for stem, fields in ANSWERS.items():
        expect(request(app, "POST", stem, fields | {"go": "next"}, cookie=begun.cookie), 303)
    return begun.cookie


def expect(done: Done, status: int) -> float:
    """Return the processor seconds of a request; raises RuntimeError when it did not come to what was expected."""
    if done.status != status:
        raise RuntimeError(f"{done.status} instead of {status}")
    return done.seconds
