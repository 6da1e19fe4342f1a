"""Response headers: nothing is stored, nothing is loaded from elsewhere, nothing is told to other sites."""

from urllib.parse import urlsplit

from flask import Flask, Response, g, request

_STATIC_SECONDS = 31_536_000


def make_policy(leads_to: str = "", *, with_pictures_in_page: bool = False) -> str:
    """Make the content security policy. `leads_to` is the one other address that a form may end at.

    `with_pictures_in_page` lets a page hold pictures itself (data: addresses), which then need no address of their own.

    Chromium holds the policy against where a post is redirected to as well: without this the way out of the public
    site stays on the page, with everything on it.
    """
    parts = urlsplit(leads_to)
    pictures = " data:" if with_pictures_in_page else ""
    end = f" {parts.scheme}://{parts.netloc}" if leads_to else ""
    return (
        f"default-src 'none'; style-src 'self'; img-src 'self'{pictures}; media-src 'self'; script-src 'self'; "
        f"connect-src 'self'; form-action 'self'{end}; frame-ancestors 'none'; base-uri 'none'"
    )


def allow_keeping(seconds: int) -> None:
    """Let browsers keep the page being made for so long; only for pages that hold nothing of a reader."""
    g.keep_seconds = seconds


def allow_pictures_in_page() -> None:
    """Let the page being made hold pictures itself: for what must not have an address."""
    g.has_pictures_in_page = True


def install_headers(app: Flask, *, is_secure: bool, leads_to: str = "") -> None:
    """Set the security headers on every response of the site; `leads_to` as in `make_policy`."""
    policy = make_policy(leads_to)

    @app.after_request
    def set_headers(response: Response) -> Response:
        headers = response.headers
        # A view may ask for a stricter one: what somebody handed in is no page of ours.
        own = make_policy(leads_to, with_pictures_in_page=True) if "has_pictures_in_page" in g else policy
        headers.setdefault("Content-Security-Policy", own)
        # Not no-referrer: with it browsers send "Origin: null", and the check of the origin needs the real one.
        headers["Referrer-Policy"] = "same-origin"
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"  # for browsers that do not know frame-ancestors
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "geolocation=(), camera=(), microphone=(), browsing-topics=()"
        if is_secure:
            headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        if request.endpoint == "static" and response.status_code in {200, 304}:
            headers["Cache-Control"] = f"public, max-age={_STATIC_SECONDS}, immutable"
        elif "keep_seconds" in g and response.status_code in {200, 304}:
            headers["Cache-Control"] = f"public, max-age={g.keep_seconds}"
        else:
            headers["Cache-Control"] = "no-store"
        return response
