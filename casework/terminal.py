"""Asking and telling at a terminal: the key ceremony, and adding people.

What is told here (passphrases, code secrets) is told once and must never be written to a file or a log.
"""

import getpass
import sys

import segno

from casework.accounts import NewAccount
from casework.role_names import ROLE_NAMES


def ask(question: str, default: str = "") -> str:
    """Ask for one line, again until there is one; an empty answer takes the default, if there is one."""
    shown = f"{question} [{default}]: " if default else f"{question}: "
    while True:
        answer = input(shown).strip() or default
        if answer:
            return answer


def ask_optional(question: str) -> str:
    """Ask for one line that may stay empty."""
    return input(f"{question} (may stay empty): ").strip()


def ask_secret(question: str) -> str:
    """Ask for one line that is not shown while it is typed; read plainly where there is no terminal."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{question}: ")
    return input(f"{question}: ")


def tell_account(account: NewAccount) -> None:
    """Show a new account to its owner, this once."""
    person = account.person
    tell()
    tell(f"{person.name}, {ROLE_NAMES[person.role].lower()}")
    tell(f"  e-mail       {person.email.strip().lower()}")
    tell(f"  passphrase   {account.passphrase}")
    tell(f"  code secret  {account.totp_secret}")
    tell("  The same secret for an app that scans:")
    segno.make(account.enrolment_uri, error="m").terminal(out=sys.stdout, compact=True)


def wait_and_clear() -> None:
    """Wait until somebody has written down what they see, then take it off the screen; nothing without a terminal."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        input("\nWhen it is on paper and in the app, press Enter to clear the screen. ")
        sys.stdout.write("\033[2J\033[3J\033[H")


def tell(text: str = "") -> None:
    """Print one line."""
    sys.stdout.write(f"{text}\n")


def tell_fault(text: str) -> None:
    """Print one line of what went wrong."""
    sys.stderr.write(f"{text}\n")
