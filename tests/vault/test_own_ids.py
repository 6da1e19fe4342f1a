"""Ids that only their maker knows again."""

from uuid import UUID

import pytest

from vault.identities import Identity
from vault.own_ids import OwnIds

PURPOSES = ("message", "contact")


def test_ids_look_like_any_other() -> None:
    """An id is a UUIDv4 in its usual writing, and none comes twice."""
    ids = OwnIds(Identity.generate())
    made = [ids.make("message") for _ in range(500)]
    assert len(set(made)) == 500
    assert all(str(UUID(each)) == each and UUID(each).version == 4 for each in made)
    assert len({each[:4] for each in made}) > 450  # nothing of the identity stands at the front
    assert len({each[-4:] for each in made}) > 450  # or at the end


def test_only_their_maker_knows_them_again() -> None:
    """The identity that made an id tells its purpose; another identity, or another purpose, tells nothing."""
    ids, other = OwnIds(Identity.generate()), OwnIds(Identity.generate())
    for purpose in PURPOSES:
        assert ids.recognise(ids.make(purpose), PURPOSES) == purpose
        assert other.recognise(ids.make(purpose), PURPOSES) == ""
    assert ids.recognise(ids.make("withdrawal"), PURPOSES) == ""
    assert ids.recognise(ids.make("message").upper(), PURPOSES) == ""  # one writing, so that it is one row


def test_ids_are_recognised_in_every_process() -> None:
    """An id made from a seed is known again from the same seed."""
    seed = Identity.generate().seed
    made = OwnIds(Identity.from_seed(seed)).make("message")
    assert OwnIds(Identity.from_seed(seed)).recognise(made, PURPOSES) == "message"


@pytest.mark.parametrize(
    "text", ["", "x", "0" * 31, "0" * 33, "00000000-0000-4000-8000-000000000000", "\u0660" * 32, "\u00e9" * 32]
)
def test_what_is_no_id_is_nobodys(text: str) -> None:
    """Other text is not recognised and raises nothing."""
    assert OwnIds(Identity.generate()).recognise(text, PURPOSES) == ""


def test_ids_hide_their_key() -> None:
    """Showing the maker shows nothing of its key."""
    assert repr(OwnIds(Identity.generate())) == "<OwnIds, hidden>"
