"""The few ways in which the vault refuses.

::

    VaultError
    |-- CannotOpenError      wrong key, wrong context, tampering, malformed, unknown version: one error, no detail
    |-- CannotSealError      the caller's mistake: no recipient, a bad context field, a value that is not JSON
    |-- UntrustedKeyError    a signature does not verify
    |-- InvalidCodeError     text that is not a receipt code
    `-- InvalidShareError    words that are not a recovery share as it was written

An error must never carry a key, a code, or anything that was sealed.
"""


class VaultError(Exception):
    """The root of everything that the vault raises on purpose."""


class CannotOpenError(VaultError):
    """A sealed thing did not open.

    There is no detail, so that nobody who feeds us changed files learns which check they failed.
    """

    def __init__(self) -> None:
        super().__init__("This cannot be opened with this key in this place.")


class CannotSealError(VaultError):
    """Something was to be sealed in a way that would not be safe, or could never be opened again."""


class UntrustedKeyError(VaultError):
    """A signature does not verify: the key may be a stranger's, and nothing may be sealed to it."""

    def __init__(self) -> None:
        super().__init__("The signature does not verify.")


class InvalidCodeError(VaultError):
    """The text is not a receipt code: not 25 digits."""

    def __init__(self) -> None:
        super().__init__("This is not a receipt code.")


class InvalidShareError(VaultError):
    """Words that are not a recovery share as it was written. It tells where to look, and none of the words.

    `share` is the place of the share among those given, from 1. `word` is the place of the first word that no share
    has, from 1, or 0 when each word by itself could be right. `words` is how many there were, or None if as it should.
    """

    def __init__(self, share: int, *, word: int = 0, words: int | None = None) -> None:
        super().__init__("This is not a recovery share as it was written.")
        self.share = share
        self.word = word
        self.words = words
