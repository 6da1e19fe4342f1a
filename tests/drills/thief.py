"""Somebody who took the database, the files, the logs and both sites' settings, and knows every line of this program.

They have no passphrase, no receipt code and no share. They try every key that they can make out of what they have on
everything that is sealed, locked or boxed.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, Row

from models import tables
from models.engine import read
from vault import hybrid
from vault.boxes import BoxKey, open_box
from vault.derivation import DOMAIN, derive_key
from vault.errors import CannotOpenError, VaultError
from vault.header import read_header
from vault.identities import Identity
from vault.keyslots import unlock_identity
from vault.receipts import derive_code
from vault.streams import ByteReader
from web.config import CaseworkConfig, IntakeConfig

MAGIC = b"age-encryption.org/v1"
# Every label under which this program derives one secret from another.
LABELS = [
    b"header",
    b"payload",
    *(f"{DOMAIN}/{name}/v1".encode() for name in ("own-id", "site-settings", "fingerprint", "signing-key-fingerprint")),
    *(f"{DOMAIN}/receipt-proof/{purpose}/v1".encode() for purpose in ("case", "made")),
]
BOX_CONTEXTS = ("draft", "receipt", "inbox", "waiting", "session-open", "session-locked")


@dataclass
class Loot:
    """What was taken: rows by table, files by name, both settings, and the lines of the logs."""

    rows: dict[str, list[Row[tuple[object, ...]]]]
    files: dict[str, bytes]
    intake: IntakeConfig
    casework: CaseworkConfig
    log: str
    sealed: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, rows in self.rows.items():
            for number, row in enumerate(rows):
                for column, value in row._mapping.items():
                    if isinstance(value, bytes) and value.startswith(MAGIC):
                        self.sealed[f"{name} {number} {column}"] = value
        self.sealed |= {name: content for name, content in self.files.items() if content.startswith(MAGIC)}

    def list_values(self) -> Iterator[bytes]:
        """Every value that is stored readable, as bytes."""
        for rows in self.rows.values():
            for row in rows:
                for value in row:
                    if isinstance(value, bytes) and not value.startswith(MAGIC):
                        yield value
                    elif isinstance(value, str):
                        yield value.encode()


def take(engine: Engine, folder: Path, intake: IntakeConfig, casework: CaseworkConfig, log: str) -> Loot:
    """Take everything that there is: every table, and every file in the office's folder."""
    with read(engine) as connection:
        rows = {table.name: list(connection.execute(table.select())) for table in tables.metadata.sorted_tables}
    files = {f"{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return Loot(rows, files, intake, casework, log)


def make_keys(loot: Loot, own: Iterable[Identity] = ()) -> list[Identity]:
    """Make every identity that can be made of the loot, and add the thief's own."""
    secrets = {loot.intake.signing_key, loot.casework.signing_key, loot.intake.receipt_salt, bytes(32), b"\xff" * 32}
    secrets |= {loot.intake.office_verify_key, loot.intake.casework_verify_key, loot.casework.intake_verify_key}
    known = {value[:32] for value in loot.list_values() if len(value) == 32}
    seeds = secrets | known
    seeds |= {derive_key(secret, label) for secret in secrets for label in LABELS}
    seeds |= {hashlib.sha256(secret).digest() for secret in secrets}
    seeds |= {value[:32] for value in loot.list_values() if len(value) == hybrid.PUBLIC_BYTES}
    seeds |= {derive_key(one, b"", salt=other) for one in secrets for other in secrets}
    identities = [Identity.from_seed(seed) for seed in seeds]
    guesses = ("0" * 25, "1234567890123456789012345", *_list_numbers(loot))
    identities += [derive_code(guess, salt=loot.intake.receipt_salt).receipt.identity for guess in guesses]
    return [*identities, *own]


def _list_numbers(loot: Loot) -> list[str]:
    """References and ids, filled up to what could be a code."""
    references = [str(row._mapping["reference"]) for row in loot.rows["cases"]]
    return ["".join(filter(str.isdigit, each)).ljust(25, "0") for each in references]


def open_all(loot: Loot, identities: Iterable[Identity]) -> list[str]:
    """Try every identity on everything that is sealed; return the names of what opened, which should be none."""
    headers = {name: read_header(ByteReader(io.BytesIO(sealed))) for name, sealed in loot.sealed.items()}
    opened = []
    for identity in identities:
        for name, header in headers.items():
            for stanza in header.stanzas[1:]:
                try:
                    if identity.unwrap_file_key(stanza) is not None:
                        opened.append(name)
                except CannotOpenError:
                    continue
    return opened


def open_locked(loot: Loot) -> list[str]:
    """Try what could be a passphrase on every keyslot: whatever is readable about a person or the office."""
    opened = []
    for row in loot.rows["staff"]:
        person = row._mapping
        guesses = ["", str(person["email"]), str(person["name"]), str(person["id"]), loot.intake.office_name]
        for guess in (*guesses, loot.intake.signing_key.hex(), loot.casework.signing_key.hex()):
            try:
                unlock_identity(person["keyslot"], guess, staff_id=person["id"])
                opened.append(f"keyslot of {person['id']}")
            except VaultError:
                continue
    return opened


def open_boxed(loot: Loot) -> list[str]:
    """Try every 32 bytes that there are as the key of every box, draft and session."""
    raws = {value for value in loot.list_values() if len(value) == 32}
    raws |= {loot.intake.signing_key, loot.casework.signing_key, loot.intake.receipt_salt, bytes(32)}
    keys = [derive_code(guess, salt=loot.intake.receipt_salt).draft_key for guess in _list_numbers(loot)]
    for raw in raws:
        try:
            keys.append(BoxKey(raw))
        except (VaultError, TypeError):
            continue
    opened = []
    for table in ("boxes", "drafts", "sessions"):
        for row in loot.rows.get(table, ()):
            for key in keys:
                for context in BOX_CONTEXTS:
                    try:
                        open_box(row._mapping["record"], key=key, context=context)
                        opened.append(f"{table} {row._mapping['id']}")
                    except CannotOpenError:
                        continue
    return opened
