"""What can go wrong on the staff site, as one small tree. No error carries what somebody typed.

CaseworkError
├── SignInRefusedError    who signs in is not known, or passphrase or code is wrong: never which
├── SignInDelayedError    too many refusals for this account from this place
├── SignInBusyError       as many key derivations as the process may run are under way
├── InvalidPersonError    a name or an e-mail address that no account can have
├── AccountExistsError    the e-mail address has an account already
├── MayNotGrantError      who asks does not hold the office signing key
└── CeremonyRefusedError  there is an office already, or it cannot be made like this
"""


class CaseworkError(Exception):
    """Something that the staff site refuses to do."""


class SignInRefusedError(CaseworkError):
    """Account, passphrase or code is wrong; nobody is told which."""


class SignInDelayedError(CaseworkError):
    """This account must wait here; `seconds` says how long."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class SignInBusyError(CaseworkError):
    """Others are signing in at this moment."""


class InvalidPersonError(CaseworkError):
    """A name or an e-mail address that no account can have."""


class AccountExistsError(CaseworkError):
    """The e-mail address has an account already."""


class MayNotGrantError(CaseworkError):
    """Who asks does not hold the office signing key, so they can give access to nobody."""


class CeremonyRefusedError(CaseworkError):
    """There is an office already, or it cannot be made like this; the message says which."""
