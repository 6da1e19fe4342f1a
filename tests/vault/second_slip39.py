"""A second reading of SLIP-39, for the tests: shares of one group become the secret, without the library.

Written from the standard's text alone, so that a mistake there is not repeated here. It checks no checksum.
"""

import hashlib
from collections.abc import Sequence
from functools import cache

from shamir_mnemonic.wordlist import WORDLIST

_ROUNDS = 4
_SECRET_AT = 255


def _multiply(left: int, right: int) -> int:
    """Multiply in the field of 256 elements modulo x^8 + x^4 + x^3 + x + 1."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 0x100:
            left ^= 0x11B
        right >>= 1
    return product


@cache
def _invert(element: int) -> int:
    return next(other for other in range(1, 256) if _multiply(element, other) == 1)


def _interpolate(points: Sequence[tuple[int, bytes]], at: int) -> bytes:
    """Lagrange's polynomial through the points, one for each byte, at one place."""
    total = bytearray(len(points[0][1]))
    for x, values in points:
        factor = 1
        for other, _ in points:
            if other != x:
                factor = _multiply(factor, _multiply(at ^ other, _invert(x ^ other)))
        for place, value in enumerate(values):
            total[place] ^= _multiply(value, factor)
    return bytes(total)


def _read(share: str) -> tuple[int, int, int, bytes]:
    """Read iteration exponent, threshold, member index and value (32 bytes) from the 330 bits of a share."""
    bits = "".join(f"{WORDLIST.index(word):010b}" for word in share.split())
    assert len(bits) == 330
    assert bits[15] == "1", "the flag of shares whose salt is empty"
    assert bits[20:32] == "0" * 12, "one group, the first, of one"
    # 40 bits say what the share is and 30 are the checksum; 4 zeros stand before the value.
    return int(bits[16:20], 2), int(bits[36:40], 2) + 1, int(bits[32:36], 2), int(bits[40:300], 2).to_bytes(32, "big")


def join(shares: Sequence[str]) -> bytes:
    """Join as many shares as are needed."""
    read = [_read(share) for share in shares]
    exponent, threshold = read[0][:2]
    encrypted = _interpolate([(index, value) for _, _, index, value in read[:threshold]], _SECRET_AT)
    left, right = encrypted[:16], encrypted[16:]
    for number in reversed(range(_ROUNDS)):
        key = hashlib.pbkdf2_hmac("sha256", bytes([number]), right, (10_000 << exponent) // _ROUNDS, dklen=16)
        left, right = right, bytes(one ^ other for one, other in zip(left, key, strict=True))
    return right + left
