"""Contexts: the place (kind of thing, and ids) that a sealed thing or a signed key is bound to.

A context must never hold anything that a person wrote: it stays readable to whoever holds the file.
"""

import re
from dataclasses import dataclass
from typing import Final

from vault.errors import CannotSealError

#: The one version that every kind has today.
CONTEXT_VERSION: Final = "v1"

#: What may be sealed, and how many ids name its place. A test holds the table in docs/envelope-format.md to this one.
SEALED_KINDS: Final[dict[str, int]] = {
    "report": 2,
    "message": 2,
    "reply": 2,
    "file": 2,
    "file_facts": 2,
    "note": 2,
    "conflict_check": 2,
    "disposition": 2,
    "translation": 2,
    "incident_dates": 2,
    "deadlines": 2,
    "mark": 2,
    "contact_change": 2,
    "assignment": 2,
    "hold": 2,
    "receipt_extra": 2,
    "access_change": 2,
    "agency_choice": 2,
    "redaction_mark": 2,
    "export": 2,
    "card": 1,
    "report_identity": 2,
    "work_identity": 2,
    "former_report_identity": 2,
    "former_work_identity": 2,
    "office_identity": 2,
    "former_office_identity": 2,
    "office_signing_key": 2,
    "emergency_share": 2,
    "emergency_request": 2,
    "totp_secret": 1,
    "second_factors": 1,
    "site_settings": 1,
    "run_order": 1,
    "run_report_identity": 3,
    "run_work_identity": 3,
    "run_document_key": 2,
    "run_outcome": 2,
    "run_result": 2,
    "document_key": 2,
}

#: Whose public keys may be signed, and how many ids name their owner.
RECIPIENT_KINDS: Final[dict[str, int]] = {
    "office_recipient": 1,
    "staff_recipient": 1,
    "recovery_recipient": 1,
    "emergency_recipient": 2,
    "case_report_recipient": 1,
    "case_work_recipient": 1,
    "reporter_recipient": 2,
    "worker_recipient": 1,
}

KINDS: Final[dict[str, int]] = SEALED_KINDS | RECIPIENT_KINDS

_ID = re.compile(r"[a-z0-9_-]{1,64}")


def is_id(text: str) -> bool:
    """Whether a text may stand as one id in a context: 1 to 64 of ``a-z 0-9 _ -``, and nothing else."""
    # fullmatch, because "$" lets a final newline pass, and a newline in an id would start a line of its own.
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True)
class Context:
    """A place: ``Context("report", (case_id, item_id))``.

    Raises:
        CannotSealError: the kind is unknown, the number of ids is not the kind's, or an id has a foreign character.
    """

    kind: str
    ids: tuple[str, ...]

    def __post_init__(self) -> None:
        if KINDS.get(self.kind) != len(self.ids):
            raise CannotSealError("This kind of context is unknown, or has another number of ids.")
        if not all(is_id(each) for each in self.ids):
            raise CannotSealError("An id in a context is 1 to 64 characters of a-z, 0-9, _ and -.")

    @property
    def fields(self) -> tuple[str, ...]:
        """The arguments of the context stanza: kind with version, then the ids."""
        return (f"{self.kind}/{CONTEXT_VERSION}", *self.ids)
