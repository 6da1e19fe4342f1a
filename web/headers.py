"""Response headers: nothing is stored, nothing is loaded from elsewhere, nothing is told to other sites."""

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_STATIC_SECONDS = 31_536_000


def install_headers(app: Flask, *, is_secure: bool) -> None:
    """Set the security headers on every response of the site."""

    @app.after_request
    def set_headers(response: Response) -> Response:
        headers = response.headers
        # A view may ask for a stricter one: what somebody handed in is no page of ours.
        headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        # Not no-referrer: with it browsers send "Origin: null", and the check of the origin needs the real one.
        headers["Referrer-Policy"] = "same-origin"
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "geolocation=(), camera=(), microphone=(), browsing-topics=()"
        if is_secure:
            headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        if request.endpoint == "static" and response.status_code in {200, 304}:
            headers["Cache-Control"] = f"public, max-age={_STATIC_SECONDS}, immutable"
        else:
            headers["Cache-Control"] = "no-store"
        return response
