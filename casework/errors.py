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
├── InvitationOverError   the invitation was used, taken back, or is too old; or the code is not its code
├── StaffChangedError     somebody else changed this account or the office's key at the same moment
├── FingerprintError      what was read aloud is not the fingerprint of the stored key
├── MayNotGoError         the office could not open something any more without this person; says what
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


class InvitationOverError(CaseworkError):
    """The invitation was used, taken back or is too old, or the code is not its code; nobody is told which."""


class StaffChangedError(CaseworkError):
    """Somebody else changed this account, or the office's key, at the same moment; looking again helps."""


class FingerprintError(CaseworkError):
    """What was read aloud is not the fingerprint of the key that is stored."""


class MayNotGoError(CaseworkError):
    """Without this person the office could not open something any more, or nobody could grant."""

    def __init__(self, reason: str, count: int = 0) -> None:
        """Say why: `reason` is one of casework/leaving.py's, `count` a number of cases where it is about cases."""
        super().__init__()
        self.reason = reason
        self.count = count


class CeremonyRefusedError(CaseworkError):
    """There is an office already, or it cannot be made like this; the message says which."""
