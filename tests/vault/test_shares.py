"""Shares: any that are enough give the secret back, any fewer nothing, and a slip of the pen is found and named."""

from itertools import combinations

import pytest
import shamir_mnemonic
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vault import second_slip39
from vault.errors import CannotOpenError, CannotSealError, InvalidShareError, VaultError
from vault.shares import SHARE_WORDS, check, join, split

SECRET = bytes(range(32))
# Made once, by the first version: paper must open with every version after it.
FIRST = (
    "modify manual academic acid aunt veteran enlarge being moisture findings being sniff famous glimpse aquatic "
    "diminish devote wavy prisoner isolate closet benefit hazard emerald easy blue froth laden unfair fangs buyer "
    "describe company"
)
SECOND = (
    "modify manual academic agency adequate terminal patent muscle axis laundry avoid maximum fitness luxury carve "
    "become herald recall cover uncover racism flexible fawn ancient switch strategy sunlight simple fiber diminish "
    "thorn glasses floral"
)
THIRD = (
    "modify manual academic always alien breathe lunar burden mother enforce course alpha trial verdict credit believe "
    "chest pecan rescue fancy alien living blimp swing sunlight epidemic escape jerky dwarf campus genuine hazard echo"
)


@pytest.mark.parametrize(("threshold", "count"), [(2, 2), (2, 3), (3, 5), (2, 16), (16, 16)])
def test_enough_shares_give_the_secret_back(threshold: int, count: int) -> None:
    """Whichever shares come together, in whatever order, the secret is the one that was split."""
    shares = split(SECRET, threshold=threshold, count=count)
    assert len(set(shares)) == count
    assert all(len(share.split()) == SHARE_WORDS for share in shares)
    chosen = list(combinations(shares, threshold))
    for some in chosen[:20]:
        assert join(some[::-1]) == SECRET
    assert join(shares) == SECRET


def test_shares_on_paper_open_for_good() -> None:
    """Shares that the first version wrote give their secret in every version."""
    assert join([FIRST, THIRD]) == join([SECOND, FIRST]) == join([THIRD, SECOND]) == SECRET


@given(st.binary(min_size=32, max_size=32), st.integers(2, 6), st.integers(0, 3))
@settings(max_examples=15, deadline=None)
def test_another_program_puts_our_shares_together(secret: bytes, threshold: int, more: int) -> None:
    """A reading of the standard that shares no code with the library finds the same secret."""
    assert second_slip39.join(split(secret, threshold=threshold, count=threshold + more)[more:]) == secret


def test_a_share_says_what_it_is() -> None:
    """Its number, how many are needed, and a number that all of its set have, can be read from it."""
    facts = [check(share) for share in split(SECRET, threshold=3, count=5)]
    assert [each.number for each in facts] == [1, 2, 3, 4, 5]
    assert {each.threshold for each in facts} == {3}
    assert len({each.set_number for each in facts}) == 1


def test_a_share_may_be_typed_as_people_type() -> None:
    """Numbers, capitals, line breaks, and words cut off after four letters do not matter."""
    typed = "\n".join(f"{number}. {word[:4].upper()}" for number, word in enumerate(FIRST.split(), start=1))
    assert join([typed, SECOND]) == SECRET


@pytest.mark.parametrize(
    "shares",
    [
        [],
        [FIRST],
        [FIRST, FIRST],
        [FIRST, split(SECRET, threshold=2, count=2)[1]],
    ],
    ids=["none", "too few", "the same twice", "of another set"],
)
def test_too_few_or_mixed_shares_open_nothing(shares: list[str]) -> None:
    """Nothing comes of fewer shares than needed, nor of shares of two sets."""
    with pytest.raises(CannotOpenError):
        join(shares)


def _forge(original: str, change: dict[str, int | bytes]) -> str:
    """A share that somebody made, with a checksum that is right."""
    values = vars(shamir_mnemonic.Share.from_mnemonic(original)) | change
    return str(shamir_mnemonic.Share(**values).mnemonic())


def test_a_forged_share_opens_nothing() -> None:
    """A share whose value was changed and whose checksum was made anew gives no wrong secret."""
    forged = _forge(SECOND, {"value": bytes(32)})
    for shares in ([FIRST, forged], [FIRST, THIRD, forged]):
        with pytest.raises(CannotOpenError):
            join(shares)


def test_shares_that_lie_about_how_many_are_needed_open_nothing() -> None:
    """The first share says two, another says three: they are no set."""
    with pytest.raises(CannotOpenError):
        join([FIRST, _forge(SECOND, {"member_threshold": 3})])


def test_two_secrets_from_one_set_open_nothing() -> None:
    """Of three shares, where each two give another secret, none is believed."""
    others = [_forge(share, {"identifier": 1}) for share in split(bytes(32), threshold=2, count=4)[2:]]
    mine = [_forge(share, {"identifier": 1}) for share in split(SECRET, threshold=2, count=4)[:2]]
    assert join(mine) != join(others)
    with pytest.raises(CannotOpenError):
        join([*mine, *others])


@pytest.mark.parametrize("change", [{"member_threshold": 1}, {"group_count": 2}], ids=["alone", "of two groups"])
def test_shares_of_another_kind_are_refused(change: dict[str, int | bytes]) -> None:
    """A share that would open alone, or that belongs to groups, was never made here."""
    with pytest.raises(InvalidShareError):
        check(_forge(FIRST, change))


def test_a_word_that_does_not_exist_is_named_by_its_place() -> None:
    """Which share and which word is told, and never the word itself."""
    words = SECOND.split()
    words[6] = "notaword"
    with pytest.raises(InvalidShareError) as refusal:
        join([FIRST, " ".join(words)])
    assert (refusal.value.share, refusal.value.word, refusal.value.words) == (2, 7, None)
    assert "notaword" not in f"{refusal.value!r}{refusal.value.__context__!r}{refusal.value.__cause__!r}"


def test_a_wrong_word_is_found_by_the_checksum() -> None:
    """A word of the list in the wrong place is noticed, and the share that has it is named."""
    words = FIRST.split()
    words[9], words[10] = words[10], words[9]
    with pytest.raises(InvalidShareError) as refusal:
        join([SECOND, THIRD, " ".join(words)])
    assert (refusal.value.share, refusal.value.word, refusal.value.words) == (3, 0, None)
    assert refusal.value.__suppress_context__


@pytest.mark.parametrize(("share", "words"), [(FIRST.rsplit(maxsplit=1)[0], 32), (f"{FIRST} acid", 34), ("  ", 0)])
def test_a_share_has_33_words(share: str, words: int) -> None:
    """A word too few or too many is told as that."""
    with pytest.raises(InvalidShareError) as refusal:
        check(share)
    assert refusal.value.words == words


@given(st.text(max_size=300))
def test_reading_a_share_raises_nothing_else(text: str) -> None:
    """Any text is refused with the one error."""
    with pytest.raises(InvalidShareError):
        check(text)


@pytest.mark.parametrize(
    ("secret", "threshold", "count"),
    [(SECRET[:16], 2, 3), (SECRET + b"0", 2, 3), (SECRET, 1, 1), (SECRET, 4, 3), (SECRET, 2, 17)],
)
def test_what_would_not_be_safe_is_not_split(secret: bytes, threshold: int, count: int) -> None:
    """Other lengths, a share that opens alone, and sets that could never be whole are not made."""
    with pytest.raises(CannotSealError):
        split(secret, threshold=threshold, count=count)


def test_errors_are_the_vaults() -> None:
    """Whoever catches what the vault raises catches this too."""
    assert issubclass(InvalidShareError, VaultError)
