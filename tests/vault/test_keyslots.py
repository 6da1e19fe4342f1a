"""Keyslots: one passphrase, one person, and no cost that stops the server."""

import inspect
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vault.errors import CannotOpenError, CannotSealError
from vault.identities import Identity
from vault.keyslots import CHEAPEST, RFC_9106_LOW_MEMORY, Cost, lock_identity, spend_unlock, unlock_identity

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
ALICE = Identity.generate()
PASSPHRASE = "correct horse battery staple lamp river"


def lock_cheaply() -> bytes:
    """Lock the test's identity at the lowest cost."""
    return lock_identity(ALICE, PASSPHRASE, staff_id="staff-1", cost=CHEAPEST)


def test_identity_comes_back_at_full_cost() -> None:
    """The passphrase unlocks what it locked at the cost that is used in the office, which is written in the keyslot."""
    keyslot = lock_identity(ALICE, PASSPHRASE, staff_id="staff-1")
    assert unlock_identity(keyslot, PASSPHRASE, staff_id="staff-1").seed == ALICE.seed
    assert struct.unpack(">BIIB", keyslot[:10]) == (1, 65536, 3, 4)
    assert ALICE.seed not in keyslot


@pytest.mark.parametrize(
    "typed", [PASSPHRASE.upper(), f"  {PASSPHRASE.replace(' ', '  ')}\n", PASSPHRASE.replace(" ", "\u00a0")]
)
def test_case_and_spaces_do_not_count(typed: str) -> None:
    """What a phone's keyboard does to a passphrase does not lock anybody out."""
    assert unlock_identity(lock_cheaply(), typed, staff_id="staff-1").seed == ALICE.seed


@pytest.mark.parametrize("wrong", ["", "\ud800", PASSPHRASE[:-1], PASSPHRASE.replace(" ", "")])
def test_wrong_passphrases_are_refused(wrong: str) -> None:
    """Another passphrase, or an absurd one, is refused with the one error."""
    with pytest.raises(CannotOpenError):
        unlock_identity(lock_cheaply(), wrong, staff_id="staff-1")


@pytest.mark.parametrize("staff_id", ["staff-2", "", "staff-1\n", "\ud800"])
def test_a_colleagues_keyslot_is_refused(staff_id: str) -> None:
    """A keyslot that was moved to another row does not open there."""
    with pytest.raises(CannotOpenError):
        unlock_identity(lock_cheaply(), PASSPHRASE, staff_id=staff_id)


def test_every_change_is_refused() -> None:
    """A keyslot in which any byte after the cost differs, or that ends early or late, is refused."""
    keyslot = lock_cheaply()
    for place in (0, *range(10, len(keyslot))):
        changed = bytearray(keyslot)
        changed[place] ^= 1
        for wrong in (bytes(changed), keyslot[:place], keyslot + b"\0"):
            with pytest.raises(CannotOpenError):
                unlock_identity(wrong, PASSPHRASE, staff_id="staff-1")


@pytest.mark.parametrize(
    "cost",
    [(2**32 - 1, 1, 1), (8, 2**32 - 1, 1), (8 * 255, 1, 255), (7, 1, 1), (8, 0, 1), (8, 1, 0), (0, 0, 0), (15, 1, 2)],
)
def test_absurd_costs_are_refused_at_once(cost: tuple[int, int, int]) -> None:
    """Whoever can write a keyslot into the database cannot make the server work for minutes, or fail otherwise."""
    keyslot = lock_cheaply()
    forged = struct.pack(">BIIB", 1, *cost) + keyslot[10:]
    start = time.monotonic()
    with pytest.raises(CannotOpenError):
        unlock_identity(forged, PASSPHRASE, staff_id="staff-1")
    assert time.monotonic() - start < 0.1
    with pytest.raises(CannotSealError):
        lock_identity(ALICE, PASSPHRASE, staff_id="staff-1", cost=Cost(*cost))


def test_a_changed_cost_is_refused() -> None:
    """A cost that was made cheaper or dearer afterwards is refused, too."""
    keyslot = lock_identity(ALICE, PASSPHRASE, staff_id="staff-1", cost=Cost(16, 2, 1))
    for cost in ((16, 1, 1), (8, 2, 1), (16, 2, 2)):
        with pytest.raises(CannotOpenError):
            unlock_identity(struct.pack(">BIIB", 1, *cost) + keyslot[10:], PASSPHRASE, staff_id="staff-1")


@pytest.mark.parametrize(("passphrase", "staff_id"), [("", "staff-1"), ("  \n", "staff-1"), (PASSPHRASE, "Staff 1")])
def test_keyslots_without_passphrase_or_person_are_not_made(passphrase: str, staff_id: str) -> None:
    """An empty passphrase, or an id that cannot be bound, is refused."""
    with pytest.raises(CannotSealError):
        lock_identity(ALICE, passphrase, staff_id=staff_id, cost=CHEAPEST)


def test_old_keyslots_stay_readable() -> None:
    """A keyslot that was written by the first version opens."""
    keyslot = bytes.fromhex((VECTORS / "keyslot_v1.hex").read_text(encoding="ascii"))
    assert unlock_identity(keyslot, "six words", staff_id="staff-1").seed == bytes(range(32))


def test_many_may_unlock_at_once() -> None:
    """Simultaneous unlocks, of several lanes each, all end: they run in a process of their own, since a hang stays."""
    program = """
from concurrent.futures import ThreadPoolExecutor
from vault.keyslots import Cost, spend_unlock
with ThreadPoolExecutor(8) as pool:
    list(pool.map(lambda _: spend_unlock("words", cost=Cost(8192, 1, 4)), range(40)))
"""
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", program], cwd=root, timeout=30, check=True)


def test_unknown_accounts_cost_the_same() -> None:
    """By default an account that does not exist costs what a keyslot costs that was made by default."""
    for function in (lock_identity, spend_unlock):
        assert inspect.signature(function).parameters["cost"].default == RFC_9106_LOW_MEMORY
    start = time.process_time()
    spend_unlock(PASSPHRASE, cost=CHEAPEST)
    cheap = time.process_time() - start
    start = time.process_time()
    spend_unlock(PASSPHRASE, cost=Cost(64 * 1024, 1, 1))
    assert time.process_time() - start > cheap * 2
