"""What is sealed opens again in its own place, for its own holders, and nowhere else."""

import io
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault import sealing
from vault.contexts import Context
from vault.errors import CannotOpenError, CannotSealError
from vault.identities import Identity
from vault.opening import open_identity, open_json, open_sealed, open_stream
from vault.sealing import make_case_keys, seal, seal_identity, seal_json, seal_stream

ALICE = Identity.generate()
BOB = Identity.generate()
HERE = Context("report", ("case-1", "item-1"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
IDS = st.from_regex(r"[a-z0-9_-]{1,64}", fullmatch=True)


@given(plaintext=st.binary(max_size=3000), case_id=IDS, item_id=IDS)
@settings(max_examples=60, deadline=None)
def test_bytes_come_back(plaintext: bytes, case_id: str, item_id: str) -> None:
    """Any bytes open again, unpadded, for each of the recipients."""
    context = Context("note", (case_id, item_id))
    sealed = seal(plaintext, recipients=[ALICE.recipient, BOB.recipient], context=context)
    assert open_sealed(sealed, identity=ALICE, context=context) == plaintext
    assert open_sealed(sealed, identity=BOB, context=context) == plaintext


@given(value=JSON)
@settings(max_examples=60, deadline=None)
def test_json_comes_back(value: object) -> None:
    """Any JSON value opens again, and its size is hidden in a class."""
    sealed = seal_json(value, recipients=[ALICE.recipient], context=HERE)
    assert open_json(sealed, identity=ALICE, context=HERE) == value
    plain = open_sealed(sealed, identity=ALICE, context=HERE)
    assert math.log2(len(plain) / 8192).is_integer()


@given(
    length=st.integers(0, 3).flatmap(lambda chunks: st.integers(-2, 2).map(lambda more: max(0, chunks * 65536 + more))),
    portion=st.sampled_from([7001, 65_536, 65_552, 1 << 20]),
)
@settings(max_examples=40, deadline=None)
def test_streams_come_back(length: int, portion: int) -> None:
    """A stream of any length around the chunks' bounds opens again, in whatever portions it is read."""

    class Portions(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(portion if size is None or size < 0 else min(size, portion))

    content = bytes(range(256)) * (length // 256 + 1)
    sealed, opened = io.BytesIO(), io.BytesIO()
    seal_stream(Portions(content[:length]), sealed, recipients=[ALICE.recipient], context=HERE)
    open_stream(Portions(sealed.getvalue()), opened, identity=ALICE, context=HERE)
    assert opened.getvalue() == content[:length]


def test_sealing_twice_gives_different_bytes() -> None:
    """Whoever compares two sealed things cannot tell whether their content is the same."""
    first, second = (seal(b"same", recipients=[ALICE.recipient], context=HERE) for _ in range(2))
    assert first[-20:] != second[-20:]
    assert len(first) == len(second)


def test_a_stranger_opens_nothing() -> None:
    """An identity that was not among the recipients is refused."""
    sealed = seal(b"story", recipients=[ALICE.recipient], context=HERE)
    with pytest.raises(CannotOpenError):
        open_sealed(sealed, identity=BOB, context=HERE)


def test_another_place_opens_nothing() -> None:
    """The right identity in another case, item or kind is refused."""
    sealed = seal(b"story", recipients=[ALICE.recipient], context=HERE)
    for kind, ids in (("report", ("case-2", "item-1")), ("report", ("item-1", "case-1")), ("note", HERE.ids)):
        with pytest.raises(CannotOpenError):
            open_sealed(sealed, identity=ALICE, context=Context(kind, ids))


def test_nobody_cannot_be_sealed_to() -> None:
    """Sealing to no recipients, or to more than 128, is refused before anything is written."""
    target = io.BytesIO()
    for recipients in ([], [ALICE.recipient] * 129):
        with pytest.raises(CannotSealError):
            seal_stream(io.BytesIO(b"story"), target, recipients=recipients, context=HERE)
    assert target.getvalue() == b""


def test_128_recipients_are_possible() -> None:
    """The last of 128 recipients opens what was sealed to all."""
    sealed = seal(b"all", recipients=[ALICE.recipient] * 127 + [BOB.recipient], context=HERE)
    assert open_sealed(sealed, identity=BOB, context=HERE) == b"all"


def test_a_place_of_keys_cannot_hold_a_sealed_thing() -> None:
    """Contexts that name whose key something is are not for sealing."""
    with pytest.raises(CannotSealError):
        seal(b"story", recipients=[ALICE.recipient], context=Context("staff_recipient", ("staff-1",)))


@pytest.mark.parametrize("value", [math.nan, "\ud800", {1, 2}, b"bytes"])
def test_what_is_not_json_cannot_be_sealed_as_json(value: object) -> None:
    """A value that no other program could read is refused, and the error does not repeat it."""
    with pytest.raises(CannotSealError) as refusal:
        seal_json(value, recipients=[ALICE.recipient], context=HERE)
    assert str(refusal.value) == "The value cannot be written as JSON."


@pytest.mark.parametrize("content", [b"not json", b"\xff", b"[" * 100_000])
def test_what_is_not_json_does_not_open_as_json(content: bytes) -> None:
    """Authentic content of another form is refused like everything else."""
    sealed = seal(content, recipients=[ALICE.recipient], context=HERE)
    with pytest.raises(CannotOpenError):
        open_json(sealed, identity=ALICE, context=HERE)


def test_json_is_not_escaped() -> None:
    """Text in any script stands in the sealed JSON as itself, so that an expert can read it."""
    sealed = seal_json({"x": "ကညီ é"}, recipients=[ALICE.recipient], context=HERE)
    assert open_sealed(sealed, identity=ALICE, context=HERE).startswith('{"x":"ကညီ é"} '.encode())


def test_identity_comes_back_as_a_line_that_age_reads() -> None:
    """A sealed identity opens to an identity, and its content is an identity file."""
    context = Context("office_identity", ("key-1", "staff-1"))
    sealed = seal_identity(BOB, recipients=[ALICE.recipient], context=context)
    assert open_identity(sealed, identity=ALICE, context=context).seed == BOB.seed
    assert open_sealed(sealed, identity=ALICE, context=context) == f"{BOB.to_text()}\n".encode()


@pytest.mark.parametrize("content", [b"\xff", b"AGE-SECRET-KEY-1QQQQ\n", b""])
def test_what_is_not_an_identity_does_not_open_as_one(content: bytes) -> None:
    """Authentic content that is no identity is refused."""
    context = Context("office_identity", ("key-1", "staff-1"))
    with pytest.raises(CannotOpenError):
        open_identity(seal(content, recipients=[ALICE.recipient], context=context), identity=ALICE, context=context)


def test_case_keys_open_for_each_holder_and_only_there() -> None:
    """Each holder opens both of a case's identities from their own row, and nobody from another's."""
    keys = make_case_keys("case-1", holders={"alice": ALICE.recipient, "bob": BOB.recipient})
    assert [each.holder_id for each in keys.sealed] == ["alice", "bob"]
    assert keys.report != keys.work
    for row, holder in zip(keys.sealed, (ALICE, BOB), strict=True):
        for kind, sealed, recipient in (
            ("report_identity", row.report_identity, keys.report),
            ("work_identity", row.work_identity, keys.work),
        ):
            context = Context(kind, ("case-1", row.holder_id))
            assert open_identity(sealed, identity=holder, context=context).recipient == recipient
            with pytest.raises(CannotOpenError):
                open_identity(sealed, identity=holder, context=Context(kind, ("case-2", row.holder_id)))
    with pytest.raises(CannotOpenError):
        open_identity(
            keys.sealed[0].report_identity, identity=BOB, context=Context("report_identity", ("case-1", "alice"))
        )


def test_a_case_needs_a_holder() -> None:
    """Keys that nobody could ever open are not made."""
    with pytest.raises(CannotSealError):
        make_case_keys("case-1", holders={})


def test_sealing_has_no_way_to_open() -> None:
    """The module that seals holds neither the opening functions nor the body's reader."""
    assert not [name for name in vars(sealing) if name.startswith(("open", "read", "check", "decrypt"))]
