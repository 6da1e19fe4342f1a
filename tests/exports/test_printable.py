"""Text made fit to print."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.environment import format_day, format_moment
from exports.printable import (
    find_direction,
    is_hidden,
    list_missing_characters,
    show_plain,
    show_text,
    split_paragraphs,
    strip_controls,
)


@given(st.text(st.characters(exclude_categories=())))
def test_what_is_left_can_be_encoded_and_holds_no_control(text: str) -> None:
    """Whatever was typed, what is printed is valid Unicode without control characters but newlines."""
    printed = strip_controls(text)
    printed.encode()
    assert not [
        character for character in printed if character != "\n" and (ord(character) < 32 or ord(character) == 127)
    ]


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Cn", "Zl", "Zp"])))
def test_ordinary_text_is_untouched(text: str) -> None:
    """Text without control and format characters stays as it is."""
    assert strip_controls(text) == text


@given(st.text(st.characters(exclude_categories=())))
def test_nothing_hidden_is_left(text: str) -> None:
    """Neither a cell nor a page margin lets a character through that hides or reorders others."""
    assert not any(map(is_hidden, show_text(text)))
    assert not any(map(is_hidden, show_plain(text)))
    assert "\n" not in show_plain(text)


@pytest.mark.parametrize("text", ["می‌روی", "\u0600 12", "\u263a\u200d\u2764\ufe0f", "a\u200fb", "co\u00adoperate"])
def test_characters_of_spelling_stay(text: str) -> None:
    """Joiners, direction marks, soft hyphens and Arabic number signs belong to the text and stay."""
    assert show_text(text) == text


@pytest.mark.parametrize("character", ["\ue000", "\U000f1234", "\U0001f46e", "\u0378"])
def test_what_no_font_has_is_shown_by_its_code_point(character: str) -> None:
    """A private, unassigned or pictured character stands as its code point, marked, and is listed; ours are not."""
    shown = show_text(f"a{character}b")
    point = f"[U+{ord(character):04X}]"
    assert shown == f'a<span class="hidden-character missing-character">{point}</span>b'
    assert show_plain(f"a{character}b") == f"a{point}b"
    others = show_text("U+E001 [U+E002] \u202e")
    assert list_missing_characters(f"<p>{shown} {others}</p>") == (character,)


def test_nobody_can_type_a_mark() -> None:
    """A story that holds the mark of a missing character as text is escaped and adds nothing to the list."""
    typed = '<span class="hidden-character missing-character">[U+E000]</span>'
    assert not list_missing_characters(show_text(typed))


def test_markup_is_escaped() -> None:
    """A cell's text is escaped, and the mark of a hidden character is not."""
    assert show_text("<b>\u202e&") == '&lt;b&gt;<span class="hidden-character">[U+202E]</span>&amp;'


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("", ()),
        (" \n\n ", ()),
        ("one", ("one",)),
        ("one\ntwo", ("one", "two")),
        ("one\nmore\n\n \n two", ("one\nmore", "two")),
        ("one\r\ntwo\rthree\u2028four", ("one", "two", "three", "four")),
        ("\x00\n\none", ("one",)),
    ],
)
def test_paragraphs(text: str, paragraphs: tuple[str, ...]) -> None:
    """Blank lines part paragraphs; without any, each line is one."""
    assert split_paragraphs(text) == paragraphs


@pytest.mark.parametrize(
    ("text", "direction"), [("", "ltr"), ("123 (", "ltr"), ("12 abc", "ltr"), ("12 أب c", "rtl"), ("(שלום", "rtl")]
)
def test_direction_is_that_of_the_first_letter(text: str, direction: str) -> None:
    """A text of unknown language runs the way of its first letter that has a direction."""
    assert find_direction(text) == direction


def test_days_and_moments() -> None:
    """Days are written as in the United States, moments with their zone."""
    assert format_day(date(2026, 2, 3)) == "February 3, 2026"
    assert format_moment(datetime(2026, 12, 31, 9, 5, tzinfo=UTC)) == "December 31, 2026, 09:05 UTC"


def test_a_moment_without_zone_is_refused() -> None:
    """A moment that could be anywhere's is not printed."""
    with pytest.raises(ValueError, match="time zone"):
        format_moment(datetime(2026, 12, 31, 9, 5))  # noqa: DTZ001 - the fault under test
