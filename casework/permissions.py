"""Who may do what: roles, permissions, and the mark that every view must carry.

A view without a mark is refused to everybody: see casework/gate.py. Permissions read `resource:action`. What a person
can open is decided by keys, not here: a permission never makes anything readable.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    """What somebody is in the office."""

    ADMINISTRATOR = "administrator"
    INTAKE = "intake"
    ATTORNEY = "attorney"
    SUPERVISING_ATTORNEY = "supervising_attorney"
    ANALYST = "analyst"


class Permission(StrEnum):
    """One thing that can be allowed."""

    SESSION_USE = "session:use"
    ACCOUNT_USE = "account:use"  # one's own
    CASE_LIST = "case:list"
    CASE_OPEN = "case:open"
    CASE_ASSIGN = "case:assign"
    CASE_EXPORT = "case:export"
    DOCUMENT_VERIFY = "document:verify"
    CASE_GRANT = "case:grant"  # give a restricted case that one holds to one more person; hand it over
    CASE_RESTRICT = "case:restrict"  # decide who may open a case; walls
    EMERGENCY_OPEN = "emergency:open"
    CONFLICT_DECIDE = "conflict:decide"
    STORY_READ = "story:read"
    FILE_READ = "file:read"
    REPLY_WRITE = "reply:write"
    HOLD_SET = "hold:set"
    NOTE_WRITE = "note:write"
    TRANSLATION_WRITE = "translation:write"
    DATES_WRITE = "dates:write"
    DEADLINE_SIGN = "deadline:sign"
    DISPOSITION_RECORD = "disposition:record"  # refer, advise, record only
    DISPOSITION_DECIDE = "disposition:decide"  # accept and decline as well
    MARK_SET = "mark:set"
    COUNTS_READ = "counts:read"
    STAFF_LIST = "staff:list"
    AGENCY_READ = "agency:read"
    AGENCY_PICK = "agency:pick"  # say which one a case is about
    AGENCY_EDIT = "agency:edit"
    STAFF_INVITE = "staff:invite"
    STAFF_CHANGE = "staff:change"  # name and role
    ACCESS_RESET = "access:reset"
    STAFF_CLOSE = "staff:close"
    KEY_GRANT = "key:grant"
    LEDGER_READ = "ledger:read"
    KEY_READ = "key:read"
    KEY_ROTATE = "key:rotate"
    RECOVERY_MAKE = "recovery:make"
    RECOVERY_CHECK = "recovery:check"


_EVERYBODY = frozenset({Permission.SESSION_USE, Permission.ACCOUNT_USE, Permission.AGENCY_READ})
_INTAKE = _EVERYBODY | {
    Permission.COUNTS_READ,
    Permission.KEY_READ,
    Permission.CASE_LIST,
    Permission.CASE_OPEN,
    Permission.CASE_ASSIGN,
    Permission.CASE_EXPORT,
    Permission.DOCUMENT_VERIFY,
    Permission.CONFLICT_DECIDE,
    Permission.STORY_READ,
    Permission.FILE_READ,
    Permission.REPLY_WRITE,
    Permission.NOTE_WRITE,
    Permission.TRANSLATION_WRITE,
    Permission.DATES_WRITE,
    Permission.DISPOSITION_RECORD,
    Permission.MARK_SET,
    Permission.AGENCY_PICK,
}
_ATTORNEY = _INTAKE | {
    Permission.CASE_GRANT,
    Permission.DEADLINE_SIGN,
    Permission.DISPOSITION_DECIDE,
    Permission.HOLD_SET,
}
_ACCOUNTS = frozenset(
    {
        Permission.STAFF_LIST,
        Permission.STAFF_INVITE,
        Permission.STAFF_CHANGE,
        Permission.ACCESS_RESET,
        Permission.STAFF_CLOSE,
    }
)

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    # Runs the accounts and the server, and is no party to any case.
    Role.ADMINISTRATOR: _EVERYBODY | _ACCOUNTS | {Permission.AGENCY_EDIT},
    Role.INTAKE: _INTAKE,
    Role.ATTORNEY: _ATTORNEY,
    Role.SUPERVISING_ATTORNEY: _ATTORNEY
    | _ACCOUNTS
    | {Permission.AGENCY_EDIT}
    | {Permission.CASE_RESTRICT, Permission.EMERGENCY_OPEN, Permission.KEY_GRANT, Permission.LEDGER_READ}
    | {Permission.KEY_ROTATE, Permission.RECOVERY_MAKE, Permission.RECOVERY_CHECK},
    # Sees how many, and nothing of any case.
    Role.ANALYST: _EVERYBODY | {Permission.COUNTS_READ},
}

# The roles whose work needs the queue, so that an account of theirs gets the office identity.
LEGAL_ROLES = frozenset({Role.INTAKE, Role.ATTORNEY, Role.SUPERVISING_ATTORNEY})
# The roles that may give access to others, so that an account of theirs gets the office signing key.
GRANTING_ROLES = frozenset({Role.SUPERVISING_ATTORNEY})

# What is answered without a session; everything else needs one and a permission.
PUBLIC_ENDPOINTS = frozenset(
    {
        "static",
        "healthz",
        "passkeys.show_options",
        "sign_in.show_sign_in",
        "sign_in.send_sign_in",
        "sign_in.show_unlock",
        "sign_in.send_unlock",
        "sign_in.sign_out",
        "join.show_join",
        "join.send_join",
        "join.show_passphrase",
        "join.send_passphrase",
        "join.show_proof",
        "join.send_proof",
        "join.show_factor",
        "join.send_factor",
        "join.show_passkey_options",
        "join.send_passkey",
        "join.show_joined",
    }
)


def may(role: Role, permission: Permission) -> bool:
    """Whether a role has a permission."""
    return permission in PERMISSIONS[role]


def require(
    permission: Permission, *, fresh: bool = False, first: Callable[[], Any] | None = None
) -> Callable[[View], View]:
    """Mark a view with the permission that it needs; the gate reads the mark before the view runs.

    With `fresh`, the second factor must have been shown within the last minutes as well (step-up): for what cannot be
    taken back, such as a PDF that leaves the house or access that is given away. `first` looks at what was posted
    before the factor is asked for, and returns the page that says what is wrong, or None: half a form costs no code.
    """

    def mark(view: View) -> View:
        view.required_permission = permission  # type: ignore[attr-defined]  # functions carry attributes
        view.needs_fresh_factor = fresh  # type: ignore[attr-defined]  # functions carry attributes
        view.check_first = first  # type: ignore[attr-defined]  # functions carry attributes
        return view

    return mark


def find_required_permission(view: Callable[..., Any]) -> Permission | None:
    """Return the permission that a view is marked with, or None."""
    permission: Permission | None = getattr(view, "required_permission", None)
    return permission


def needs_fresh_factor(view: Callable[..., Any]) -> bool:
    """Whether a view wants the second factor to have been shown within the last minutes."""
    is_needed: bool = getattr(view, "needs_fresh_factor", False)
    return is_needed


def find_first_check(view: Callable[..., Any]) -> Callable[[], Any] | None:
    """Return what looks at a view's form before the second factor is asked for, or None."""
    found: Callable[[], Any] | None = getattr(view, "check_first", None)
    return found
