"""Where to go on after signing in: only ever to a page of this site."""

import re
from urllib.parse import urlsplit

from flask import current_app
from werkzeug.exceptions import HTTPException

from casework.permissions import PUBLIC_ENDPOINTS

# Starts with one slash: "//host" and "/\host" lead browsers to another site.
_OWN_PATH = re.compile(r"/(?:[A-Za-z0-9_.~%-][A-Za-z0-9_.~%/-]*)?(?:\?[A-Za-z0-9_.~%/&=+,:-]*)?")
_LONGEST = 500


def find_page_above(path: str) -> str:
    """Return the nearest page of this site above an address, as a form's own address stands below its page's."""
    adapter = current_app.url_map.bind("")
    while path:
        path = path.rpartition("/")[0]
        if path and adapter.test(path, method="GET"):
            return path
    return "/"


def find_own_page(text: str | None, *, method: str = "GET") -> str:
    """Return the path when a page of this site that needs a session answers there, otherwise an empty text."""
    if not text or len(text) > _LONGEST or not _OWN_PATH.fullmatch(text):
        return ""
    try:
        endpoint, _values = current_app.url_map.bind("").match(urlsplit(text).path, method=method)
    except HTTPException:
        return ""
    return "" if endpoint in PUBLIC_ENDPOINTS else text
