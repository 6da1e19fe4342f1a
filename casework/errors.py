"""What can go wrong on the staff site, as one small tree. No error carries what somebody typed.

CaseworkError
├── SignInRefusedError    who signs in is not known, or passphrase or code is wrong: never which
│   └── CopiedPasskeyError  a passkey's counter went back: somebody may have a copy of it
├── SignInDelayedError    too many refusals for this account from this place
├── SignInBusyError       as many key derivations as the process may run are under way
├── InvalidPasskeyError   what a browser sent in the name of a passkey is not what it should be
├── WrongCodeError        the code is not the one that a new app shows
├── LastFactorError       without this one the person could not sign in any more
├── FactorsChangedError   the second factors were changed elsewhere at the same moment
├── InvalidPersonError    a name or an e-mail address that no account can have
├── AccountExistsError    the e-mail address has an account already
├── MayNotGrantError      who asks does not hold the office signing key
└── CeremonyRefusedError  there is an office already, or it cannot be made like this
"""


class CaseworkError(Exception):
    """Something that the staff site refuses to do."""


class SignInRefusedError(CaseworkError):
    """Account, passphrase or code is wrong; nobody is told which."""


class CopiedPasskeyError(SignInRefusedError):
    """A passkey signed rightly, but its counter did not grow: somebody may have a copy of it."""


class SignInDelayedError(CaseworkError):
    """This account must wait here; `seconds` says how long."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class SignInBusyError(CaseworkError):
    """Others are signing in at this moment."""


class InvalidPasskeyError(CaseworkError):
    """What a browser sent in the name of a passkey is not what it should be; nothing says why."""


class WrongCodeError(CaseworkError):
    """The code is not the one that a new app shows."""


class LastFactorError(CaseworkError):
    """Without this second factor the person could not sign in any more."""


class FactorsChangedError(CaseworkError):
    """The person's second factors were changed elsewhere at the same moment; nothing was changed here."""


class InvalidPersonError(CaseworkError):
    """A name or an e-mail address that no account can have."""


class AccountExistsError(CaseworkError):
    """The e-mail address has an account already."""


class MayNotGrantError(CaseworkError):
    """Who asks does not hold the office signing key, so they can give access to nobody."""


class CeremonyRefusedError(CaseworkError):
    """There is an office already, or it cannot be made like this; the message says which."""
