"""The vault judges every file in tests/vectors/ as the file itself says; they were written by a second program."""

import hashlib
import io
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.identities import Identity
from vault.opening import open_sealed, open_stream

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "tests" / "vectors").glob("*.vector"))


@dataclass(frozen=True)
class Vector:
    """One file of tests/vectors/: what is asked, and what must come of it."""

    expect: str
    identity: Identity
    context: Context
    digest: str
    content: bytes


class StingySource:
    """A source that gives its bytes in small portions, as a slow phone does."""

    def __init__(self, content: bytes, portion: int) -> None:
        self.rest = io.BytesIO(content)
        self.portion = portion

    def read(self, size: int, /) -> bytes:
        """Give fewer bytes than asked."""
        return self.rest.read(min(size, self.portion))


def read_vector(path: Path) -> Vector:
    """Take a vector apart."""
    head, _, content = path.read_bytes().partition(b"\n\n")
    fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
    kind, *ids = fields["context"].split(" ")
    identity = Identity.from_text(fields["identity"])
    return Vector(fields["expect"], identity, Context(kind, tuple(ids)), fields.get("plaintext-sha256", ""), content)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_vector(path: Path) -> None:
    """A right file opens to the content that it names, and a wrong one is refused with the one error."""
    vector = read_vector(path)
    if vector.expect == "refused":
        with pytest.raises(CannotOpenError) as refusal:
            open_sealed(vector.content, identity=vector.identity, context=vector.context)
        assert str(refusal.value) == str(CannotOpenError())
    else:
        assert vector.expect == "opens"
        opened = open_sealed(vector.content, identity=vector.identity, context=vector.context)
        assert hashlib.sha256(opened).hexdigest() == vector.digest


@pytest.mark.parametrize("portion", [1, 77, 65_535])
@pytest.mark.parametrize("path", [path for path in FILES if path.stat().st_size < 5000], ids=lambda path: path.stem)
def test_vector_in_portions(path: Path, portion: int) -> None:
    """The same comes out however small the portions are in which a source gives its bytes."""
    vector = read_vector(path)
    source, target = StingySource(vector.content, portion), io.BytesIO()
    if vector.expect == "refused":
        with pytest.raises(CannotOpenError):
            open_stream(source, target, identity=vector.identity, context=vector.context)
        assert target.getvalue() == b""
    else:
        open_stream(source, target, identity=vector.identity, context=vector.context)
        assert hashlib.sha256(target.getvalue()).hexdigest() == vector.digest


def test_what_streams_out_before_a_refusal_is_authentic() -> None:
    """A stream that turns out to be cut has given out only whole chunks of the true content."""
    whole = read_vector(ROOT / "tests" / "vectors" / "ok_three_chunks.vector")
    content = open_sealed(whole.content, identity=whole.identity, context=whole.context)
    cut = read_vector(ROOT / "tests" / "vectors" / "truncated_in_second_chunk.vector")
    target = io.BytesIO()
    with pytest.raises(CannotOpenError):
        open_stream(io.BytesIO(cut.content), target, identity=cut.identity, context=cut.context)
    assert target.getvalue() == content[: 64 * 1024]


def test_every_scenario_is_there() -> None:
    """There is at least one vector of each kind of fault that the format page promises to refuse."""
    names = {path.stem for path in FILES}
    groups = ("ok", "identity", "context", "newline", "recipients", "stanza", "version", "mac", "base64", "chunk")
    assert all(any(name.startswith(group) for name in names) for group in (*groups, "truncated", "nonce", "header"))
    assert {"stanza_low_order", "chunk_last_empty", "newline_in_field_second", "context_two_places"} <= names


def test_vectors_can_be_made_again() -> None:
    """The generator makes byte for byte the vectors that are there, and no others."""
    done = subprocess.run([ROOT / "script" / "vectors", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_truncation_is_refused() -> None:
    """A file that ends anywhere before its last byte is refused."""
    vector = read_vector(ROOT / "tests" / "vectors" / "ok_one_recipient.vector")
    for length in range(len(vector.content)):
        with pytest.raises(CannotOpenError):
            open_sealed(vector.content[:length], identity=vector.identity, context=vector.context)


def test_every_changed_byte_is_refused() -> None:
    """A file in which any one byte differs is refused."""
    vector = read_vector(ROOT / "tests" / "vectors" / "ok_one_recipient.vector")
    for place in range(len(vector.content)):
        changed = bytearray(vector.content)
        changed[place] ^= 1
        with pytest.raises(CannotOpenError):
            open_sealed(bytes(changed), identity=vector.identity, context=vector.context)
