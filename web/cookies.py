"""The one cookie of a site: the key of its box, and nothing else."""

from flask import Flask, Request, request
from werkzeug.wrappers import Response

from vault.boxes import BoxKey
from vault.errors import CannotOpenError


class BoxCookie:
    """Reads and writes a site's box key; `name` gets the __Host- prefix under TLS."""

    def __init__(self, name: str, *, is_secure: bool) -> None:
        """Make the cookie of a site; nothing is read or written yet."""
        self.name = f"__Host-{name}" if is_secure else name
        self.is_secure = is_secure

    def read(self, from_request: Request | None = None) -> BoxKey | None:
        """Return the key that the browser sent, or None when there is none or it is not one."""
        text = (from_request or request).cookies.get(self.name)
        if not text:
            return None
        try:
            return BoxKey.from_cookie(text)
        except CannotOpenError:
            return None

    def write(self, response: Response, key: BoxKey) -> None:
        """Hand the key to the browser, until the browser is closed."""
        response.set_cookie(
            self.name, key.to_cookie(), path="/", secure=self.is_secure, httponly=True, samesite="Strict"
        )

    def delete(self, response: Response) -> None:
        """Take the key from the browser."""
        response.delete_cookie(self.name, path="/", secure=self.is_secure, httponly=True, samesite="Strict")


def get_box_cookie(app: Flask) -> BoxCookie:
    """Return the site's cookie."""
    cookie: BoxCookie = app.extensions["box_cookie"]
    return cookie
