"""A reader who knows only the pages: follows forms and links, and checks what every page must have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from web.headers import make_policy

Field = tuple[str, str]
# Name of the field, name of the file, content.
ChosenFile = tuple[str, str, bytes]
LAST_FIELD = "complete"
BOUNDARY = "----WebKitFormBoundaryNnGG3QwBzF5MZV2T"
KEPT = "public, max-age=300"
SUCCESS = 200
EXIT_URL = "https://weather.example/"
_HTML = "{http://www.w3.org/1999/xhtml}"


@dataclass
class Page:
    """One answer of a site, parsed."""

    status: int
    path: str
    text: str
    root: Element
    headers: Mapping[str, str]

    def find_all(self, tag: str) -> list[Element]:
        """All elements of a kind, in order."""
        return list(self.root.iter(_HTML + tag))

    @property
    def heading(self) -> str:
        """The words of the one h1."""
        return " ".join("".join(self.find_all("h1")[0].itertext()).split())

    @property
    def words(self) -> str:
        """The words of `<main>`, white space folded."""
        main = self.find_all("main")[0]
        return " ".join(" ".join(main.itertext()).split())

    def find_form(self, action: str = "") -> Element:
        """The form whose address ends so; without one, the last form of the page."""
        forms = [form for form in self.find_all("form") if form.get("action", "").endswith(action)]
        assert forms, f"no form to {action} on {self.path}"
        return forms[-1]

    def list_errors(self) -> list[str]:
        """The messages in the error summary."""
        boxes = [box for box in self.find_all("div") if "error-summary" in box.get("class", "")]
        return [" ".join("".join(item.itertext()).split()) for box in boxes for item in box.iter(_HTML + "li")]


def read_fields(form: Element) -> list[Field]:
    """What a browser would send of a form as it stands, without its buttons."""
    fields: list[Field] = []
    for element in form.iter():
        name = element.get("name")
        if not name:
            continue
        if element.tag == _HTML + "textarea":
            fields.append((name, (element.text or "").removeprefix("\n")))
        elif element.tag == _HTML + "select":
            chosen = [option for option in element.iter(_HTML + "option") if option.get("selected") is not None]
            fields.append((name, chosen[0].get("value", "") if chosen else ""))
        elif element.tag == _HTML + "input":
            kind = element.get("type", "text")
            if kind == "file" or (kind in {"checkbox", "radio"} and element.get("checked") is None):
                continue
            fields.append((name, element.get("value", "")))
    return fields


def write_multipart(fields: Sequence[Field], files: Sequence[ChosenFile]) -> bytes:
    """Write a form's body as a browser does, with the files before the last field of the form."""
    parts: list[tuple[str, str, bytes]] = [
        (f'name="{name}"', "", value.encode()) for name, value in fields if name != LAST_FIELD
    ]
    parts += [
        (f'name="{field}"; filename="{name}"', "\r\nContent-Type: application/octet-stream", content)
        for field, name, content in files
    ]
    parts += [(f'name="{name}"', "", value.encode()) for name, value in fields if name == LAST_FIELD]
    body = b"".join(
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {names}{kind}\r\n\r\n".encode() + content + b"\r\n"
        for names, kind, content in parts
    )
    return body + f"--{BOUNDARY}--\r\n".encode()


class PageClient:
    """Reads pages as a browser without script would."""

    def __init__(self, client: FlaskClient, origin: str = "http://localhost") -> None:
        self.client = client
        self.origin = origin

    def get(self, path: str, *, check: bool = True) -> Page:
        """Open an address, following redirects."""
        return self._read(self.client.get(path, follow_redirects=True), check=check)

    def post(
        self,
        path: str,
        fields: Sequence[Field],
        *,
        files: Sequence[ChosenFile] | None = None,
        follow: bool = True,
        check: bool = True,
    ) -> Page:
        """Send fields to an address as this site's own page would; with `files`, even none, as a multipart form."""
        is_multipart = files is not None
        body = (
            write_multipart(fields, files or ()) if is_multipart else urlencode(fields, errors="surrogatepass").encode()
        )
        content_type = (
            f"multipart/form-data; boundary={BOUNDARY}" if is_multipart else "application/x-www-form-urlencoded"
        )
        response = self.client.post(
            path, data=body, content_type=content_type, headers={"Origin": self.origin}, follow_redirects=follow
        )
        return self._read(response, check=check and follow)

    def submit(
        self,
        page: Page,
        values: Mapping[str, str | Sequence[str]],
        *,
        action: str = "",
        go: str = "next",
        files: Sequence[ChosenFile] = (),
    ) -> Page:
        """Fill in a form of a page and press a button; fields that the form does not have fail the test."""
        form = page.find_form(action)
        fields = read_fields(form)
        known = {element.get("name") for element in form.iter() if element.get("name")}
        for name, value in values.items():
            assert name in known, f"{page.path} asks nothing called {name}"
            fields = [(other, data) for other, data in fields if other != name]
            fields += [(name, value)] if isinstance(value, str) else [(name, one) for one in value]
        buttons = {button.get("value") for button in form.iter(_HTML + "button") if button.get("name") == "go"}
        if buttons:
            assert go in buttons, f"{page.path} has no button {go}"
            fields.append(("go", go))
        assert {field for field, _name, _content in files} <= known, f"{page.path} takes no such files"
        is_multipart = form.get("enctype") == "multipart/form-data"
        return self.post(form.get("action") or page.path, fields, files=files if is_multipart else None)

    def _read(self, response: TestResponse, *, check: bool) -> Page:
        text = response.get_data(as_text=True)
        # As a server does when the answer is sent: what is left for then is done.
        response.close()
        page = Page(response.status_code, response.request.path, text, Element("none"), dict(response.headers))
        if response.mimetype == "text/html" and text:
            page.root = html5lib.HTMLParser(strict=True).parse(text) if check else html5lib.parse(text)
            if check:
                check_page(page)
        return page


def check_page(page: Page) -> None:
    """Check what every page of both sites must have."""
    assert len(page.find_all("h1")) == 1, page.path
    assert len(page.find_all("main")) == 1, page.path
    html = page.root
    assert html.get("lang"), page.path
    assert html.get("dir") in {"ltr", "rtl"}, page.path
    ids = [identifier for element in page.root.iter() if (identifier := element.get("id"))]
    assert len(ids) == len(set(ids)), f"{page.path}: an id stands twice"
    _check_labels(page, set(ids))
    # The public site's policy also names where its way out leads.
    policy = re.sub(
        r"form-action 'self' https://[^ ;/]+;", "form-action 'self';", page.headers["Content-Security-Policy"]
    )
    # A page that holds its pictures itself, because they must not have an address, may say so; no other may.
    holds_pictures = any(str(image.get("src")).startswith("data:image/jpeg;") for image in page.find_all("img"))
    assert policy == make_policy(with_pictures_in_page=holds_pictures)
    kept = KEPT if "/agencies" in page.path and page.status == SUCCESS else "no-store"
    assert page.headers["Cache-Control"] in {kept, "no-store"}, page.path
    # Nothing of another host but links that a reader follows or not, which tell it nothing of where they stood.
    text = re.sub(r'<a href="https?://[^"]+" rel="noreferrer nofollow">', "", page.text)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text), f"{page.path} leads to another host"
    assert " style=" not in page.text, f"{page.path}: inline style, which the policy forbids"


def _check_labels(page: Page, ids: set[str]) -> None:
    labelled = {label.get("for") for label in page.find_all("label")}
    assert labelled <= ids, f"{page.path}: a label for nothing: {labelled - ids}"
    for tag in ("input", "select", "textarea"):
        for element in page.find_all(tag):
            if element.get("type") != "hidden":
                assert element.get("id") in labelled, f"{page.path}: {element.get('name')} has no label"
    for element in page.root.iter():
        for reference in (element.get("aria-describedby") or "").split():
            assert reference in ids, f"{page.path}: described by nothing: {reference}"
    for link in page.find_all("a"):
        target = link.get("href", "")
        if target.startswith("#"):
            assert target[1:] in ids, f"{page.path}: a link to nothing: {target}"
