"""Where a post may come from. A post with a box also needs its token; a post without one has only this check."""

from urllib.parse import urlsplit

from flask import Flask, abort, request

from web.cookies import get_box_cookie

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def list_own_origins(origin: str) -> frozenset[str]:
    """List the names of this site: its configured origin, and on a loopback address the other names of loopback."""
    parts = urlsplit(origin)
    host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
    if host in {"127.0.0.1", "localhost", "::1"}:
        return frozenset(f"{parts.scheme}://{name}{port}" for name in _LOOPBACK)
    return frozenset({origin})


def _find_origin(url: str | None) -> str | None:
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""  # not an address, so nobody's origin
    return f"{parts.scheme}://{parts.netloc}"


def is_from_this_site() -> bool:
    """Whether the browser itself says that a page of this site sent the post, as far as `check_origin` let it in.

    For a post that changes a little and carries no token, because its page is the same for everybody.
    """
    return "Origin" in request.headers or request.headers.get("Sec-Fetch-Site") == "same-origin"


def install_origin_check(app: Flask, origin: str) -> None:
    """Refuse every post that another site sent (403). `origin` is the site's own, as `scheme://host[:port]`."""
    own = list_own_origins(origin)

    @app.before_request
    def check_origin() -> None:
        if request.method in _READING:
            return
        sent_from = request.headers.get("Origin") or _find_origin(request.headers.get("Referer"))
        fetch_site = request.headers.get("Sec-Fetch-Site")
        if sent_from is not None and sent_from not in own:
            abort(403)
        if fetch_site not in {None, "same-origin"}:
            abort(403)
        has_box = get_box_cookie(app).read() is not None
        if sent_from is None and fetch_site is None and not has_box:
            abort(403)
