"""What a form carried when the site had to ask something first: kept in the page that asks, and stored nowhere.

Files are not kept, and neither is what opens something for long, a passphrase or a share of the recovery key: the page
may stay open on a desk that nobody sits at.
"""

from dataclasses import dataclass
from typing import Final

from flask import current_app, request

from web.body_limit import reads_files

_SECRETS: Final = ("passphrase", "share")


@dataclass(frozen=True)
class KeptFields:
    """Names and values as they came, and whether that is all of the form."""

    fields: tuple[tuple[str, str], ...] = ()
    is_whole: bool = True


def read_kept_fields(*, without: frozenset[str] = frozenset()) -> KeptFields:
    """Read what the form of this request carries, but for its token and the names in `without`."""
    if reads_files(current_app.view_functions[str(request.endpoint)]):
        # Its body is not read here: files of any size would have to be kept somewhere, unsealed.
        return KeptFields(is_whole=False)
    sent = [(name, text) for name, text in request.form.items(multi=True) if name not in without | {"csrf_token"}]
    kept = tuple((name, text) for name, text in sent if not any(word in name for word in _SECRETS))
    return KeptFields(kept, is_whole=len(kept) == len(sent) and not request.files)
