"""Padding: so that the length of a sealed thing tells a size class and not the size.

It knows lengths and JSON, no keys.
"""

import json
from typing import Final

from vault.errors import CannotSealError

#: The smallest size class, of JSON and of files.
SMALLEST_BYTES: Final = 8 * 1024


def write_padded_json(value: object) -> bytes:
    """Write a value as compact UTF-8 JSON, with spaces behind it up to 8 KiB, 16 KiB, 32 KiB and so on.

    Raises:
        CannotSealError: the value is not JSON (NaN and lone surrogates are not).
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    except (TypeError, ValueError):
        # ValueError covers UnicodeEncodeError, which would carry the whole text with it.
        raise CannotSealError("The value cannot be written as JSON.") from None
    return text.ljust(padded_length(len(text), smallest=SMALLEST_BYTES), b" ")


def padded_length(length: int, *, smallest: int) -> int:
    """The next doubling of ``smallest`` that holds ``length`` bytes."""
    size = smallest
    while size < length:
        size *= 2
    return size


def padme_length(length: int) -> int:
    """The length to which a file of ``length`` bytes is filled with zeros: Padme, and at least 8 KiB.

    Padme costs at most 12 % and leaves only the high bits of a length (Nikitin et al., "Reducing Metadata Leakage
    from Encrypted Files and Communication with PURBs", PoPETs 2019, section 4).
    """
    if length <= SMALLEST_BYTES:
        return SMALLEST_BYTES
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask
