"""A reader over real connections, where one request can be held back, cut off, or sent at a chosen moment."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode

from vault.boxes import BoxKey

HOST = "127.0.0.1"
TIMEOUT_SECONDS = 60.0
STORY = "Me pararon por una luz. ¿Por qué? 🙏"
# What a report needs before its story; the story's page then offers "Send what I have".
BEFORE_STORY: dict[str, dict[str, str]] = {
    "urgent": {"urgent": "none"},
    "you": {"goal": "lawyer", "reporter_role": "affected"},
    "where": {"state": "NE", "county": "Meadowlark"},
    "when": {"when": "not_sure"},
    "police": {"agency": "Platte Fork PD"},
}
_SPAN = re.compile(r"<span>(\d{5})</span>")
_REFERENCE = re.compile(r"R-\d{4}-\d{4}")

Fields = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Answer:
    """One answer of the site."""

    status: int
    location: str
    text: str

    @property
    def code(self) -> str:
        """The receipt code that this page shows; empty when it shows none, or not all of it."""
        digits = "".join(_SPAN.findall(self.text))
        return digits if len(digits) == 25 and self.text.rstrip().endswith("</html>") else ""

    @property
    def reference(self) -> str:
        """The reference that this page shows."""
        found = _REFERENCE.search(self.text)
        return found.group() if found else ""


@dataclass
class RawReader:
    """A browser without script, down to its connection. `cookie` is the value of its one cookie."""

    port: int
    lang: str = "es"
    cookie: str = ""
    timeout: float = TIMEOUT_SECONDS
    _connection: HTTPConnection | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """The site's origin."""
        return f"http://{HOST}:{self.port}"

    def write_headers(self) -> dict[str, str]:
        """Write what a browser sends with every form of this site."""
        headers = {"Origin": self.address, "Content-Type": "application/x-www-form-urlencoded"}
        return headers | ({"Cookie": f"form={self.cookie}"} if self.cookie else {})

    def write_body(self, fields: Fields, go: str) -> bytes:
        """Write a form's body as a browser would, with the token of the page."""
        token = {"csrf_token": BoxKey.from_cookie(self.cookie).csrf_token()} if self.cookie else {}
        return urlencode({**token, **fields, "go": go}, doseq=True).encode()

    def connect(self) -> HTTPConnection:
        """Return this reader's connection, opened."""
        if self._connection is None:
            self._connection = HTTPConnection(HOST, self.port, timeout=self.timeout)
            self._connection.connect()
        return self._connection

    def close(self) -> None:
        """Close this reader's connection; the cookie stays."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def ask(
        self, method: str, path: str, body: bytes | Iterable[bytes] | None = None, *, chunked: bool = False
    ) -> Answer:
        """Send a request over this reader's connection and read the whole answer. Raises OSError, HTTPException."""
        connection = self.connect()
        headers = self.write_headers() if method == "POST" else {"Cookie": f"form={self.cookie}"} if self.cookie else {}
        try:
            connection.request(method, path, body, headers, encode_chunked=chunked)
            response = connection.getresponse()
            text = response.read().decode()
        except BaseException:
            self.close()
            raise
        set_cookie = response.getheader("Set-Cookie") or ""
        if set_cookie.startswith("form="):
            self.cookie = set_cookie.removeprefix("form=").split(";")[0]
        if response.will_close:
            self.close()
        return Answer(response.status, response.getheader("Location") or "", text)

    def get(self, page: str) -> Answer:
        """Open a page of the form, or the receipt."""
        return self.ask("GET", f"/{self.lang}/report/{page}")

    def post(self, page: str, fields: Fields, go: str = "next") -> Answer:
        """Send a page of the form."""
        return self.ask("POST", f"/{self.lang}/report/{page}", self.write_body(fields, go))

    def walk_to_story(self) -> None:
        """Begin a report and answer everything before the story."""
        assert self.post("start", {}).status == 303
        for page, fields in BEFORE_STORY.items():
            answer = self.post(page, fields)
            assert answer.status == 303, (page, answer.status)

    def send_story(self, story: str = STORY) -> Answer:
        """Press "Send what I have" under the story."""
        return self.post("what-happened", {"what_happened": story}, go="send")

    @contextlib.contextmanager
    def send_and_drop(self, page: str, fields: Fields, go: str) -> Iterator[None]:
        """Send a page of the form; on leaving, cut the connection without having read a byte of the answer."""
        body = self.write_body(fields, go)
        headers = {**self.write_headers(), "Host": f"{HOST}:{self.port}", "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        with socket.create_connection((HOST, self.port), timeout=self.timeout) as cut:
            # Lingering for no time at all makes close() a reset, not a polite end.
            cut.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            cut.sendall(f"POST /{self.lang}/report/{page} HTTP/1.1\r\n{head}\r\n".encode() + body)
            yield
