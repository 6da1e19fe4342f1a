"""The token of a form: an HMAC of the box's key, so that only pages made for this browser can be sent.

Flask-WTF's CSRFProtect is not used: it opens file streams before its check, and its refusal loses typed text. Here a
wrong token is an error of the form like any other: the page comes back with every word in place and a fresh token.
"""

import hmac
from typing import Any

from flask import g
from wtforms import Form, ValidationError
from wtforms.csrf.core import CSRF, CSRFTokenField

from vault.boxes import BoxKey
from web.languages import gettext


def N_(message: str) -> str:  # noqa: N802  # the name that gettext tools look for
    """Mark a message for the catalogues."""
    return message


STALE_FORM = N_("This page had been open for a while. What you wrote is still here. Please press the button again.")


class BoxCSRF(CSRF):
    """WTForms' plug for tokens, over the key of the browser's box."""

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:
        """Return the token of this browser's box; without a box there is none and none is checked."""
        del csrf_token_field
        key: BoxKey | None = g.get("box_key")
        return key.csrf_token() if key else ""

    def validate_csrf_token(self, form: Any, field: CSRFTokenField) -> None:  # noqa: ANN401  # WTForms' signature
        """Compare the token that came with the box that came. Raises ValidationError."""
        del form
        expected = field.current_token
        if expected and not hmac.compare_digest(expected.encode(), str(field.data or "").encode()):
            raise ValidationError(gettext(STALE_FORM))


class BoxForm(Form):
    """A form bound to the browser's box. The origin of the post is checked besides, see web/origin.py."""

    class Meta:
        """WTForms settings."""

        csrf = True
        csrf_class = BoxCSRF
        csrf_field_name = "csrf_token"
        # WTForms' own catalogues lack most of our languages: every message is ours. An empty list would not do: it
        # means "as the machine's environment says", and one that says nothing has no catalogue at all.
        locales = False
