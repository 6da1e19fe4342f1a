"""The few ways in which the vault refuses.

::

    VaultError
    |-- CannotOpenError      wrong key, wrong context, tampering, malformed, unknown version: one error, no detail
    |-- CannotSealError      the caller's mistake: no recipient, a bad context field, a value that is not JSON
    |-- UntrustedKeyError    a signature does not verify
    `-- InvalidCodeError     text that is not a receipt code

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
