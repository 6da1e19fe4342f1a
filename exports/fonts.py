"""Which characters the fonts of this machine can draw, asked before anything is drawn.

PDF/A allows no character without a shape (ISO 19005-3, 6.2.11.8), and a box with a question mark tells a reader
nothing: such a character is printed as its code point instead. It must never let a character through that only a font
in colours has: such a font is made of pictures, which these documents do not embed.
"""

import shutil
import subprocess
import unicodedata
from functools import cache

# Characters of these ranges have no shape of their own: joiners, marks of direction, variation selectors.
_SHAPELESS = frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0x180B, 0x1810)}) | frozenset(
    {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
)
_PRIVATE_USE = "Co"


class NoFontListError(Exception):
    """The program that lists fonts (fontconfig's fc-list) is not installed or does not answer."""


def has_shape(character: str) -> bool:
    """Whether the character can be drawn, or needs no drawing. Raises NoFontListError.

    A private character is never drawn: what its shape means is known only to whoever made the font.
    """
    if "\x20" <= character <= "\x7e":
        return True
    category = unicodedata.category(character)
    if category == _PRIVATE_USE:
        return False
    if category in {"Cc", "Cf", "Zs", "Zl", "Zp"} or ord(character) in _SHAPELESS:
        return True
    return ord(character) in _list_drawable()


def describe_character(character: str) -> str:
    """Unicode's name of a character, for readers who cannot be shown it: "Grinning face"."""
    if unicodedata.category(character) == _PRIVATE_USE:
        return "Private character, with no meaning of its own"
    return unicodedata.name(character, "No name known here").capitalize()


@cache
def _list_drawable() -> frozenset[int]:
    """Code points that outlines of an installed font draw, less those that a font in colours would be taken for."""
    program = shutil.which("fc-list")
    if program is None:
        raise NoFontListError
    command = [program, "--format", "%{color}|%{fontformat}|%{charset}\n"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)  # noqa: S603 - found by name, no input
    if done.returncode != 0:
        raise NoFontListError
    outlines: set[int] = set()
    coloured: set[int] = set()
    for line in set(done.stdout.decode().splitlines()):
        color, font_format, charset = line.split("|")
        if color == "True":
            coloured.update(_read_ranges(charset))
        elif font_format in {"TrueType", "CFF"}:
            outlines.update(_read_ranges(charset))
    # Pango takes a font in colours for what is usually shown as a picture, whatever else is installed.
    return frozenset(outlines - {point for point in coloured if _is_picture(point)})


def _is_picture(point: int) -> bool:
    return unicodedata.category(chr(point)) == "So"


def _read_ranges(charset: str) -> set[int]:
    """Code points of fontconfig's list of ranges, such as "20-7e a0 2011"."""
    points: set[int] = set()
    for part in charset.split():
        first, _dash, last = part.partition("-")
        points.update(range(int(first, 16), int(last or first, 16) + 1))
    return points
