"""Keyrings: whatever was sealed to any identity of one holder opens, and nothing else does."""

import io

import pytest

from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.identities import Identity
from vault.keyrings import Keyring
from vault.opening import find_opener, open_sealed
from vault.sealing import seal

PLACE = Context("note", ("case-1", "note-1"))


def test_a_keyring_opens_what_was_sealed_to_any_of_its_identities() -> None:
    """Old and new things open with the same keyring; new ones are sealed to the newest."""
    new, old = Identity.generate(), Identity.generate()
    keyring = Keyring([new, old])
    for identity in (new, old):
        assert open_sealed(
            seal(b"told", recipients=[identity.recipient], context=PLACE), identity=keyring, context=PLACE
        )
    assert keyring.newest is new


def test_a_keyring_opens_nothing_of_strangers() -> None:
    """What was sealed to somebody else, or for another place, stays shut."""
    mine, stranger = Identity.generate(), Identity.generate()
    keyring = Keyring([mine])
    with pytest.raises(CannotOpenError):
        open_sealed(seal(b"told", recipients=[stranger.recipient], context=PLACE), identity=keyring, context=PLACE)
    sealed = seal(b"told", recipients=[mine.recipient], context=PLACE)
    with pytest.raises(CannotOpenError):
        open_sealed(sealed, identity=keyring, context=Context("note", ("case-1", "note-2")))


def test_an_empty_keyring_does_not_exist() -> None:
    """Nobody can stand for opening without a key."""
    with pytest.raises(CannotOpenError):
        Keyring([])


def test_a_keyring_hides_what_is_in_it() -> None:
    """Its text tells how many identities there are and nothing of them."""
    assert repr(Keyring([Identity.generate(), Identity.generate()])) == "<Keyring of 2, hidden>"


def test_the_one_that_opens_is_found_by_the_header() -> None:
    """Of a keyring's identities the one that a file was sealed to is found, and none where it is a stranger's file."""
    new, old, stranger = Identity.generate(), Identity.generate(), Identity.generate()
    keyring = Keyring([new, old])
    for identity in (new, old):
        sealed = io.BytesIO(seal(b"told", recipients=[identity.recipient], context=PLACE))
        assert find_opener(sealed, keyring.list_identities(), context=PLACE) is identity
    foreign = io.BytesIO(seal(b"told", recipients=[stranger.recipient], context=PLACE))
    with pytest.raises(CannotOpenError):
        find_opener(foreign, keyring.list_identities(), context=PLACE)
