"""Write the test vectors in tests/vectors/: one sealed file a scenario, right or wrong in one way.

Everything in them is fixed, so that writing them again gives the same bytes. It must never use ``vault/``, which the
vectors are there to judge, but for the text form of the identities.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from second_age import CHUNK, CONTEXT, File, Person, Stanza, b64, expand, extract, make_context, make_file, write_chunk

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "vectors"
sys.path.insert(0, str(ROOT))

from vault.identities import Identity  # noqa: E402 - found only after the line above

RECORDED = json.loads((FOLDER / "encapsulations.json").read_text(encoding="utf-8"))
ALICE = Person("alice", base64.b64decode(RECORDED["alice"]))
BOB = Person("bob", base64.b64decode(RECORDED["bob"]))
KEY = hashlib.sha256(b"file key").digest()[:16]
OTHER_KEY = hashlib.sha256(b"other file key").digest()[:16]

FIELDS = ("report/v1", "case-1", "item-1")
HERE = make_context(*FIELDS)
TO_ALICE = ALICE.wrap(KEY)
TO_BOB = BOB.wrap(KEY)
STORY = b'{"what_happened":"They only stopped us."}'
GOOD = make_file(STORY, HERE, TO_ALICE, file_key=KEY)
LONG_PLAIN = hashlib.shake_256(b"long").digest(2 * CHUNK + 100)
LONG = make_file(LONG_PLAIN, HERE, TO_ALICE, file_key=KEY)


@dataclass(frozen=True)
class Scenario:
    """One vector: what is in the file, and what must come of opening it as ALICE's ``report case-1 item-1``."""

    name: str
    comment: str
    content: bytes
    opens_to: bytes | None = None
    asked: str = "report case-1 item-1"
    asker: Person = ALICE

    def write(self) -> bytes:
        """The vector: a textual head, an empty line, and the file as it is."""
        head = {
            "expect": "refused" if self.opens_to is None else "opens",
            "comment": self.comment,
            "identity": Identity.from_seed(self.asker.seed).to_text(),
            "context": self.asked,
        }
        if self.opens_to is not None:
            head["plaintext-sha256"] = hashlib.sha256(self.opens_to).hexdigest()
        return "".join(f"{name}: {value}\n" for name, value in head.items()).encode() + b"\n" + self.content


def _right() -> Iterator[Scenario]:
    yield Scenario("ok_one_recipient", "one recipient", GOOD.write(), STORY)
    both = GOOD.with_stanzas(HERE, TO_ALICE, TO_BOB)
    yield Scenario("ok_two_recipients_first", "two recipients, asked by the first", both.write(), STORY)
    yield Scenario("ok_two_recipients_second", "two recipients, asked by the second", both.write(), STORY, asker=BOB)
    yield Scenario("ok_empty", "nothing in it", make_file(b"", HERE, TO_ALICE, file_key=KEY).write(), b"")
    full = LONG_PLAIN[:CHUNK]
    yield Scenario("ok_one_full_chunk", "exactly 64 KiB", make_file(full, HERE, TO_ALICE, file_key=KEY).write(), full)
    yield Scenario("ok_three_chunks", "two full chunks and a short one", LONG.write(), LONG_PLAIN)
    card = make_file(STORY, make_context("card/v1", "case-1"), TO_ALICE, file_key=KEY)
    yield Scenario("ok_one_id", "a kind whose place has one id", card.write(), STORY, asked="card case-1")


def _wrong_key_or_place() -> Iterator[Scenario]:
    yield Scenario("identity_wrong", "asked by somebody it was not sealed to", GOOD.write(), asker=BOB)
    yield Scenario("context_wrong_item", "asked for another item", GOOD.write(), asked="report case-1 item-2")
    yield Scenario("context_wrong_kind", "asked for a note", GOOD.write(), asked="note case-1 item-1")
    yield Scenario("context_ids_swapped", "asked with the ids swapped", GOOD.write(), asked="report item-1 case-1")
    for name, comment, stanzas in (
        ("context_missing", "no context at all", (TO_ALICE,)),
        ("context_twice", "the right context twice", (HERE, HERE, TO_ALICE)),
        ("context_two_places", "a second context", (HERE, make_context("report/v1", "case-2", "item-2"), TO_ALICE)),
        ("context_not_first", "a recipient before the context", (TO_ALICE, HERE)),
        ("context_last", "a second recipient, and the context between", (TO_ALICE, HERE, TO_BOB)),
        ("context_version_unknown", "version 2 of the kind", (make_context("report/v2", *FIELDS[1:]), TO_ALICE)),
        ("context_field_extra", "one id too many", (make_context(*FIELDS, "more"), TO_ALICE)),
        ("context_field_missing", "one id too few", (make_context(*FIELDS[:2]), TO_ALICE)),
        ("context_capitals", "another writing of the id", (make_context("report/v1", "CASE-1", "item-1"), TO_ALICE)),
        ("context_other_domain", "another name", (Stanza(b"example.com/context report/v1 case-1 item-1"), TO_ALICE)),
        ("context_with_body", "a context that says more in its body", (Stanza(HERE.line, b"more"), TO_ALICE)),
        ("context_double_space", "two spaces", (Stanza(HERE.line.replace(b" case", b"  case")), TO_ALICE)),
        ("context_final_space", "a space behind the last id", (Stanza(HERE.line + b" "), TO_ALICE)),
        ("context_return", "a carriage return behind the last id", (Stanza(HERE.line + b"\r"), TO_ALICE)),
        ("context_not_ascii", "a letter beyond ASCII", (make_context("report/v1", "case-é", "item-1"), TO_ALICE)),
        ("recipients_missing", "a context and nobody", (HERE,)),
    ):
        yield Scenario(name, f"{comment}; the MAC is right", GOOD.with_stanzas(*stanzas).write())
    smuggled = f"item-1\n\n-> {CONTEXT} report/v1 case-2 item-2"
    second = GOOD.with_stanzas(make_context("report/v1", "case-1", smuggled), TO_ALICE).write()
    comment = "a newline in an id that makes a second context; the MAC is right"
    yield Scenario("newline_in_field_first", f"{comment}; asked for the first", second)
    yield Scenario("newline_in_field_second", f"{comment}; asked for the second", second, asked="report case-2 item-2")
    body = GOOD.with_stanzas(make_context("report/v1", "case-1", "item-1\nbm90ZQ"), TO_ALICE).write()
    yield Scenario("newline_in_field_body", "a newline in an id that makes a body; the MAC is right", body)


def _wrong_stanzas() -> Iterator[Scenario]:
    bob_elsewhere = BOB.wrap(OTHER_KEY)
    sealed = b64(ALICE.encapsulation + bytes(range(32)))
    whole = base64.b64decode(TO_ALICE.line.split(b" ")[1] + b"==")
    moved = Stanza(b"mlkem768x25519 " + b64(whole[:-1]), whole[-1:] + TO_ALICE.body)
    x25519 = X25519PrivateKey.from_private_bytes(ALICE.seed).public_key().public_bytes_raw()
    for name, comment, stanzas in (
        ("stanza_foreign", "a stanza of age's older kind", (HERE, TO_ALICE, Stanza(b"X25519 " + b64(x25519), KEY * 2))),
        ("stanza_foreign_first", "a foreign stanza before the recipient", (HERE, Stanza(b"grease abc"), TO_ALICE)),
        ("stanza_argument_extra", "one argument too many", (HERE, Stanza(TO_ALICE.line + b" more", TO_ALICE.body))),
        ("stanza_argument_missing", "no argument", (HERE, Stanza(b"mlkem768x25519", TO_ALICE.body))),
        ("stanza_encapsulation_short", "31 bytes missing", (HERE, Stanza(TO_ALICE.line[:-42], TO_ALICE.body))),
        ("stanza_body_short", "a wrapped key of 31 bytes", (HERE, Stanza(TO_ALICE.line, TO_ALICE.body[:-1]))),
        ("stanza_body_long", "a wrapped key of 48 bytes", (HERE, Stanza(TO_ALICE.line, TO_ALICE.body + bytes(16)))),
        (
            "stanza_body_changed",
            "one bit changed",
            (HERE, Stanza(TO_ALICE.line, bytes([TO_ALICE.body[0] ^ 1]) + TO_ALICE.body[1:])),
        ),
        ("stanza_share_changed", "another X25519 share", (HERE, Stanza(b"mlkem768x25519 " + sealed, TO_ALICE.body))),
        (
            "stanza_bodies_swapped",
            "two bodies swapped",
            (HERE, replace(TO_ALICE, body=TO_BOB.body), replace(TO_BOB, body=TO_ALICE.body)),
        ),
        ("stanza_bounds_moved", "the argument's last byte at the body's beginning", (HERE, moved)),
        ("stanza_low_order", "an X25519 share of low order, wrapped to match", (HERE, ALICE.wrap(KEY, low_order=True))),
    ):
        yield Scenario(name, f"{comment}; the MAC is right", GOOD.with_stanzas(*stanzas).write())
    other = replace(GOOD, mac=None).with_stanzas(HERE, ALICE.wrap(OTHER_KEY))
    yield Scenario(
        "stanza_swapped", "a stanza from another file to the same person; the MAC is this file's", other.write()
    )
    short = make_file(STORY, HERE, ALICE.wrap(KEY[:15]), file_key=KEY[:15])
    yield Scenario("stanza_file_key_short", "a file key of 15 bytes, and all else to match", short.write())
    long = make_file(STORY, HERE, ALICE.wrap(KEY * 2), file_key=KEY * 2)
    yield Scenario("stanza_file_key_long", "a file key of 32 bytes, and all else to match", long.write())
    added = replace(GOOD.with_stanzas(HERE, TO_ALICE, bob_elsewhere), mac=_mac_of(GOOD))
    yield Scenario("stanza_added", "a recipient added afterwards, under the old MAC", added.write())
    both = GOOD.with_stanzas(HERE, TO_ALICE, TO_BOB)
    removed = replace(GOOD, mac=_mac_of(both))
    yield Scenario("stanza_removed", "a recipient taken away afterwards, under the old MAC", removed.write())
    elsewhere = replace(GOOD.with_stanzas(make_context("report/v1", "case-1", "item-2"), TO_ALICE), mac=_mac_of(GOOD))
    yield Scenario(
        "context_changed", "the place changed, under the old MAC", elsewhere.write(), asked="report case-1 item-2"
    )


def _rewrite(old: bytes, new: bytes) -> bytes:
    """The good file with one part of its header written otherwise, and the MAC over what then stands there."""
    covered = GOOD.covered.replace(old, new, 1)
    mac = hmac.digest(expand(extract(b"", KEY), b"header"), covered, "sha256")
    return covered + b" " + b64(mac) + b"\n" + GOOD.write()[len(GOOD.header) :]


def _mac_of(file: File) -> bytes:
    return base64.b64decode(file.header[len(file.covered) + 1 : -1] + b"=")


def _wrong_writing() -> Iterator[Scenario]:
    good, head = GOOD.write(), GOOD.header
    payload = good[len(head) :]
    mac = head[len(GOOD.covered) + 1 : -1]
    wrapped = b64(TO_ALICE.body)
    # The last letter of 43 holds two bits that must be zero; the next letter differs in one of them.
    loose = wrapped[:-1] + bytes([wrapped[-1] + 1])
    for name, comment, content in (
        ("version_unknown", "version 2 of age", replace(GOOD, first_line=b"age-encryption.org/v2").write()),
        ("version_missing", "no first line", good.split(b"\n", 1)[1]),
        ("mac_changed", "one letter of the MAC changed", GOOD.covered + b" " + _other_letter(mac) + b"\n" + payload),
        ("mac_missing", "no MAC", GOOD.covered + b"\n" + payload),
        ("mac_short", "a MAC of 31 bytes", replace(GOOD, mac=_mac_of(GOOD)[:31]).write()),
        (
            "mac_loose_bits",
            "the MAC in another writing",
            GOOD.covered + b" " + mac[:-1] + bytes([mac[-1] + 1]) + b"\n" + payload,
        ),
        ("mac_padded", "the MAC with padding", GOOD.covered + b" " + mac + b"=\n" + payload),
        ("mac_dashes", "four dashes", good.replace(b"\n--- ", b"\n---- ")),
        ("base64_padded", "a wrapped key with padding", _rewrite(wrapped, wrapped + b"=")),
        ("base64_loose_bits", "a wrapped key in another writing", _rewrite(wrapped, loose)),
        ("base64_foreign_letter", "a letter of base64url", _rewrite(wrapped, b"_" + wrapped[1:])),
        ("base64_space", "a space in a wrapped key", _rewrite(wrapped, b" " + wrapped)),
        ("base64_argument", "an argument that is not base64", _rewrite(b"x25519 ", b"x25519 !")),
        ("body_line_long", "a body line of 65 letters", good.replace(b"\n" + wrapped, b"\n" + b"A" * 65 + b"\n")),
        ("body_line_missing", "no empty line behind the context", _rewrite(b"\n\n", b"\n")),
        ("body_endless", "a body without end", good.replace(b"\n\n", b"\n" + (b"A" * 64 + b"\n") * 3000, 1)),
        ("line_endings", "lines that end in CR LF", head.replace(b"\n", b"\r\n") + payload),
        ("line_endless", "an argument of 3,000 letters", good.replace(b" item-1", b" item-1" + b"a" * 3000, 1)),
        ("header_too_many", "130 stanzas", GOOD.with_stanzas(HERE, TO_ALICE, *[Stanza(b"grease")] * 128).write()),
        ("empty", "nothing at all", b""),
    ):
        yield Scenario(name, comment, content)


def _other_letter(text: bytes) -> bytes:
    return (b"B" if text[:1] == b"A" else b"A") + text[1:]


def _wrong_body() -> Iterator[Scenario]:
    first, second, third = LONG.chunks
    full = make_file(LONG_PLAIN[:CHUNK], HERE, TO_ALICE, file_key=KEY)
    open_end = write_chunk(KEY, LONG.nonce, 0, LONG_PLAIN[:CHUNK], is_last=False)
    empty_end = write_chunk(KEY, LONG.nonce, 1, b"", is_last=True)
    for name, comment, file in (
        ("chunk_removed", "the middle one of three chunks is gone", replace(LONG, chunks=(first, third))),
        ("chunk_first_removed", "the first chunk is gone", replace(LONG, chunks=(second, third))),
        ("chunks_reordered", "two chunks in the other order", replace(LONG, chunks=(second, first, third))),
        ("chunk_last_empty", "an empty last chunk behind a full one", replace(full, chunks=(open_end, empty_end))),
        ("chunk_changed", "one bit of a chunk changed", replace(GOOD, chunks=(_flip(GOOD.chunks[0]),))),
        (
            "chunk_not_last",
            "the only chunk is not marked as the last",
            replace(GOOD, chunks=(write_chunk(KEY, GOOD.nonce, 0, STORY, is_last=False),)),
        ),
        ("chunk_tail", "a byte behind the last chunk", replace(GOOD, chunks=(*GOOD.chunks, b"\0"))),
        ("chunk_tail_full", "a byte behind a full last chunk", replace(full, chunks=(*full.chunks, b"\0"))),
        ("nonce_changed", "another nonce", replace(GOOD, nonce=bytes(16))),
        (
            "body_of_other_file",
            "a body under another file key",
            replace(GOOD, chunks=(write_chunk(OTHER_KEY, GOOD.nonce, 0, STORY, is_last=True),)),
        ),
    ):
        yield Scenario(name, comment, file.write())


def _flip(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


def _truncated() -> Iterator[Scenario]:
    good, head = GOOD.write(), GOOD.header
    context_end = good.index(b"\n\n") + 2
    first_line = len(GOOD.first_line)
    full = len(LONG.header) + 16 + CHUNK + 16
    for name, length in (
        ("in_version", first_line - 4),
        ("before_first_newline", first_line),
        ("after_version", first_line + 1),
        ("in_context", context_end - 10),
        ("after_context_line", context_end - 1),
        ("after_context", context_end),
        ("in_recipient", context_end + 700),
        ("after_recipient_line", good.index(b"\n", context_end) + 1),
        ("after_recipient", len(GOOD.covered) - 3),
        ("in_dashes", len(GOOD.covered) - 1),
        ("before_mac", len(GOOD.covered) + 1),
        ("in_mac", len(head) - 10),
        ("before_last_newline", len(head) - 1),
        ("after_header", len(head)),
        ("in_nonce", len(head) + 8),
        ("after_nonce", len(head) + 16),
        ("in_tag", len(head) + 16 + 8),
        ("in_chunk", len(good) - 20),
        ("before_last_byte", len(good) - 1),
    ):
        yield Scenario(f"truncated_{name}", f"ends after {length} bytes", good[:length])
    yield Scenario("truncated_between_chunks", f"ends after {full} bytes, behind a whole chunk", LONG.write()[:full])
    yield Scenario("truncated_in_second_chunk", "ends in the second chunk", LONG.write()[: full + 100])


def make_all() -> dict[str, bytes]:
    """All vectors, by file name."""
    groups = (_right, _wrong_key_or_place, _wrong_stanzas, _wrong_writing, _wrong_body, _truncated)
    return {f"{each.name}.vector": each.write() for group in groups for each in group()}


def main() -> int:
    """Write the vectors, or check them; 1 when they are not what they should be."""
    parser = argparse.ArgumentParser(prog="script/vectors", description="Write the vault's test vectors anew.")
    parser.add_argument("--check", action="store_true", help="write nothing, only say which files differ")
    wanted = make_all()
    found = {path.name: path.read_bytes() for path in FOLDER.glob("*.vector")}
    different = sorted(name for name in wanted | found if wanted.get(name) != found.get(name))
    if parser.parse_args().check:
        print("\n".join(different) or f"{len(wanted)} vectors, all as they should be")
        return 1 if different else 0
    for name in different:
        if name in wanted:
            (FOLDER / name).write_bytes(wanted[name])
        else:
            (FOLDER / name).unlink()
    print(f"{len(different)} of {len(wanted)} vectors written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
