"""What the ledger has about one case, with what lets somebody outside check each line of it.

It must never hold an entry about another case, nor one that its site did not sign. Which entries a copy gets goes by
the copy: who decided what stays in the office's.
"""

import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

from sqlalchemy import Row

from casework.caseworker import Caseworker
from casework.ledger_heads import SITES, read_current_heads
from casework.ledger_writing import find_verify_keys, make_signature_check
from casework.opening import OpenedCase
from exports.bundles.bag import Payload
from exports.bundles.case_json import write_json
from exports.case_file import Variant
from exports.productions import Production
from models.engine import read
from models.ledger_search import EntryFilter, iterate_entry_rows, read_signed

# That something came in, and what was done with the files: the chain of custody.
_CAME = frozenset({"report:received", "message:received"})
_FILES = frozenset({"file:opened", "file:downloaded", "file:verified", "file:differs"})

README = """\
WHAT THE LEDGER HAS ABOUT THIS CASE

entries.jsonl   one entry a line: which site wrote it, its number in that site's
                chain, the text that was signed, the SHA-256 of the text, and the
                signature (Ed25519). A text holds ids and digests and no story.
keys.json       the public key of each site.
heads.txt       number and hash of the newest entry of each chain on the day this
                was made.

What an entry proves: the site held its key and wrote these words, at that place
in its chain ("sequence"), right after the entry whose hash is "previous".
"digest" is the SHA-256 of what it is about: for "report:received" and
"message:received" of the sealed file as it was stored, for "file:verified" of the
file as it came.

How to check, with Python and the package "cryptography":

    import hashlib, json
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    keys = json.load(open("keys.json"))
    for line in open("entries.jsonl", encoding="utf-8"):
        stored = json.loads(line)
        text = stored["entry"].encode()
        assert hashlib.sha256(text).hexdigest() == stored["hash"]
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(keys[stored["site"]]))
        public.verify(bytes.fromhex(stored["signature"]),
                      b"testimonio.invalid/signed-message/v1\\nledger-entry\\n" + text)
    print("every entry holds")

One entry without Python, with OpenSSL 3: write the two lines
"testimonio.invalid/signed-message/v1" and "ledger-entry", each with a line feed,
and the text after them into a file; the signature's bytes into another; the key
as PEM (302a300506032b6570032100 and the key, in hex, are its DER form). Then:

    openssl pkeyutl -verify -pubin -inkey KEY -rawin -in TEXT -sigfile SIGNATURE

Ask the office for its keys by another way than this file, and compare.

What it does not prove: that no entry about this case was left out here. For that
the office can show the whole chain, in which each line here stands to the letter,
and heads that it kept outside its house.
"""


def list_extract(caseworker: Caseworker, case: OpenedCase, production: Production) -> tuple[Payload, ...]:
    """List the files of the extract for a copy; none for a copy that has no record of custody."""
    is_shown = _choose_entries(production)
    if is_shown is None:
        return ()
    entries: list[bytes] = []
    checks = {site: make_signature_check(key) for site, key in find_verify_keys(caseworker.config).items()}
    with read(caseworker.engine) as connection:
        for site in reversed(SITES):
            with closing(iterate_entry_rows(connection, EntryFilter(site, subject=case.id))) as rows:
                for row in rows:
                    plain = read_signed(row, checks[site])
                    if plain is not None and plain["subject"] == case.id and is_shown(plain["kind"], plain["item"]):
                        entries.append(_write_line(row))
        heads = read_current_heads(connection, caseworker.today).text
    keys = {site: key.hex() for site, key in find_verify_keys(caseworker.config).items()}
    contents = {
        "README.txt": README.encode(),
        "entries.jsonl": b"".join(entries),
        "heads.txt": heads.encode(),
        "keys.json": write_json(keys),
    }
    return tuple(Payload(f"ledger/{name}", [content], len(content)) for name, content in contents.items())


def _choose_entries(production: Production) -> Callable[[str, str], bool] | None:
    """Which entries a copy gets, by kind and item; None for a copy that gets none."""
    exhibits = {exhibit.id for exhibit in production.case_file.exhibits}
    if production.variant is Variant.OFFICE:
        return lambda _kind, _item: True
    if production.variant is Variant.FACTS or production.case_file.custody:
        return lambda kind, item: kind in _CAME or (kind in _FILES and item in exhibits)
    return None


def _write_line(row: Row[Any]) -> bytes:
    line = {
        "site": row.site,
        "sequence": row.sequence,
        "entry": row.entry,
        "hash": row.hash.hex(),
        "signature": row.signature.hex(),
    }
    return f"{json.dumps(line, ensure_ascii=False)}\n".encode()
