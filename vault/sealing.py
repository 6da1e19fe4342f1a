"""Sealing: anybody who knows a recipient can do it, and nobody can undo it from here.

This module must never import or return a way to open. The identities of a new case are made inside
:func:`make_case_keys` and leave it only sealed.
"""

import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vault import hybrid
from vault.body import write_body
from vault.contexts import SEALED_KINDS, Context
from vault.envelope import compute_mac, make_context_stanza
from vault.errors import CannotSealError
from vault.header import MAX_STANZAS, write_covered, write_header
from vault.identities import Identity
from vault.padding import write_padded_json
from vault.recipients import Recipient
from vault.streams import ByteReader, Readable, Writable


@dataclass(frozen=True)
class SealedCaseKey:
    """The private halves of a case's two keys, sealed to one holder."""

    holder_id: str
    report_identity: bytes
    work_identity: bytes


@dataclass(frozen=True)
class NewCaseKeys:
    """A new case's two recipients, and their private halves, sealed to each holder."""

    report: Recipient
    work: Recipient
    sealed: tuple[SealedCaseKey, ...]


def seal(plaintext: bytes, *, recipients: Sequence[Recipient], context: Context) -> bytes:
    """Seal bytes as they are (no padding) to everybody in ``recipients``, bound to one place.

    Raises:
        CannotSealError: no recipients, more than 128, or a context that is not for sealed things.
    """
    target = io.BytesIO()
    seal_stream(io.BytesIO(plaintext), target, recipients=recipients, context=context)
    return target.getvalue()


def seal_json(value: object, *, recipients: Sequence[Recipient], context: Context) -> bytes:
    """Seal a value as JSON, padded to a size class of 8 KiB, 16 KiB and so on.

    Raises:
        CannotSealError: as :func:`seal`, or the value is not JSON.
    """
    return seal(write_padded_json(value), recipients=recipients, context=context)


def seal_stream(source: Readable, target: Writable, *, recipients: Sequence[Recipient], context: Context) -> None:
    """Seal a source to its end in chunks of 64 KiB; never more than two of them are in memory.

    Raises:
        CannotSealError: as :func:`seal`; then nothing was written.
    """
    file_key = os.urandom(hybrid.FILE_KEY_BYTES)
    target.write(write_sealed_header(file_key, recipients, context))
    write_body(file_key, ByteReader(source), target)


def seal_identity(identity: Identity, *, recipients: Sequence[Recipient], context: Context) -> bytes:
    """Seal an identity as the one line that age reads: what ``age --decrypt`` gives back is an identity file.

    Raises:
        CannotSealError: as :func:`seal`.
    """
    return seal(f"{identity.to_text()}\n".encode("ascii"), recipients=recipients, context=context)


def make_case_keys(case_id: str, *, holders: Mapping[str, Recipient]) -> NewCaseKeys:
    """Make the two keys of a case and seal their private halves to each holder (holder id to recipient).

    Raises:
        CannotSealError: no holders, or an id that cannot stand in a context.
    """
    if not holders:
        raise CannotSealError("A case needs at least one holder.")
    report, work = Identity.generate(), Identity.generate()
    sealed = tuple(
        SealedCaseKey(
            holder_id,
            seal_identity(report, recipients=[holder], context=Context("report_identity", (case_id, holder_id))),
            seal_identity(work, recipients=[holder], context=Context("work_identity", (case_id, holder_id))),
        )
        for holder_id, holder in holders.items()
    )
    return NewCaseKeys(report.recipient, work.recipient, sealed)


def write_sealed_header(file_key: bytes, recipients: Sequence[Recipient], context: Context) -> bytes:
    """Write the header of a sealed file: for this module and for vault/files.py, which makes the same files.

    Raises:
        CannotSealError: as :func:`seal`.
    """
    if context.kind not in SEALED_KINDS:
        raise CannotSealError("This kind of context is for signed keys, not for sealed things.")
    if not 0 < len(recipients) < MAX_STANZAS:
        raise CannotSealError("Something can be sealed to one recipient at least and 128 at most.")
    covered = write_covered([make_context_stanza(context), *(each.wrap_file_key(file_key) for each in recipients)])
    return write_header(covered, compute_mac(file_key, covered))
