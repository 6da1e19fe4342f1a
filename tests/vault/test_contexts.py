"""Contexts: fixed kinds, fixed numbers of ids, narrow characters; and the format page says the same."""

import re
from pathlib import Path

import pytest

from vault.contexts import KINDS, RECIPIENT_KINDS, SEALED_KINDS, Context
from vault.errors import CannotSealError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "envelope-format.md"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_has_its_number_of_ids(kind: str) -> None:
    """A kind takes as many ids as its table says, and no other number."""
    arity = KINDS[kind]
    assert Context(kind, ("a",) * arity).fields == (f"{kind}/v1", *(("a",) * arity))
    for wrong in {0, 1, 2, 3} - {arity}:
        with pytest.raises(CannotSealError):
            Context(kind, ("a",) * wrong)


@pytest.mark.parametrize("text", ["", "A", "a b", "a\n", "\na", "a/b", "é", "a" * 65, "٣"])
def test_ids_are_narrow(text: str) -> None:
    """An id that could be written in two ways, or end a line, is refused, and not repeated in the error."""
    with pytest.raises(CannotSealError) as refusal:
        Context("report", ("case-1", text))
    assert not text or repr(text) not in str(refusal.value)


def test_unknown_kinds_are_refused() -> None:
    """A kind that is in no table does not exist."""
    with pytest.raises(CannotSealError):
        Context("diary", ("a", "b"))


def test_kinds_for_sealing_and_for_keys_are_apart() -> None:
    """No kind is both a sealed thing's and a key's place."""
    assert not SEALED_KINDS.keys() & RECIPIENT_KINDS.keys()


def test_the_format_page_lists_the_same_kinds() -> None:
    """docs/envelope-format.md has one row for each kind, with its ids."""
    rows = re.findall(r"^\| `([a-z_]+)` \| ([a-z_, ]+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {kind: len(ids.split(", ")) for kind, ids in rows} == KINDS
    assert len(rows) == len(KINDS)
