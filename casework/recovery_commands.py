"""What is typed for recovery: `recover`, `drill` and `store-settings`.

Shares are read from the terminal, never from an argument or a file, and are shown nowhere.
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from casework import terminal
from casework.accounts import NewPerson, open_granter
from casework.ceremony import SITES, read_settings_file
from casework.key_forms import find_share_fault
from casework.permissions import Role
from casework.recovering import (
    FoundOffice,
    change_settings,
    drill,
    find_office,
    has_settings,
    open_backup,
    recover_office,
    recover_restricted,
)
from casework.recovery import SharesReplacedError
from casework.signing_in_at_terminal import sign_in_at_terminal
from casework.site_settings import store_site_settings
from models.engine import create_engine
from vault.errors import CannotOpenError, InvalidShareError, UntrustedKeyError
from vault.shares import check
from web.config import CaseworkConfig, ConfigurationError, read_config
from web.database import open_engine

_Result = TypeVar("_Result")

_ADDRESSES = {"intake": "Address of the public site", "casework": "Address of the staff site"}
_AFTERWARDS = """
Now, in this order:
1. Start both sites and sign in.
2. Make new shares on the page Recovery: the words that were typed here are known to this machine now.
3. Make a new office key on the page Office key, if anybody may hold what they should not.
4. Reset the accounts of your colleagues: their passphrases still work, if nobody else knows them."""


def add_recovery_commands(commands: Any) -> None:  # noqa: ANN401  # argparse's type for subcommands is private
    """Add the three commands to the parser of `python -m casework`."""
    recover_parser = commands.add_parser("recover", help="on a new machine: a backup and the shares become an office")
    recover_parser.add_argument("--name")
    recover_parser.add_argument("--email")
    recover_parser.add_argument("--restricted", action="store_true", help="give this person the restricted cases too")
    for site in SITES:
        recover_parser.add_argument(f"--{site}-origin")
        recover_parser.add_argument(f"--{site}-database-url")
    drill_parser = commands.add_parser("drill", help="prove that the shares open the office, and change nothing")
    store_parser = commands.add_parser("store-settings", help="store both sites' settings, sealed, for recovery")
    for each, deed in ((recover_parser, recover), (drill_parser, prove), (store_parser, store)):
        each.add_argument("--data-dir", type=Path, metavar="DIR", required=True, help="the office's folder")
        each.set_defaults(deed=deed)
    for each in (recover_parser, drill_parser):
        each.add_argument("--visible", action="store_true", help="show the words while they are typed")


def recover(parsed: argparse.Namespace) -> int:
    """Make a working office out of a backup and enough shares."""
    database = os.environ.get("DATABASE_URL", "")
    stored = parsed.data_dir / "testimonio.sqlite3"
    if not database and not stored.exists():
        terminal.tell_fault("There is no testimonio.sqlite3 in this folder: put the backup there first.")
        return 1
    if has_settings(parsed.data_dir):
        terminal.tell_fault("This folder has settings already: recovery is for a machine that has none.")
        return 1
    shares = _ask_shares(is_visible=parsed.visible)
    with open_backup(database or f"sqlite:///{stored.resolve()}") as engine:
        office = _explain(lambda: find_office(engine, shares))
        if office is None or not _is_confirmed(office):
            return 1
        settings = change_settings(office.settings, parsed.data_dir, _ask_changes(parsed, office))
        person = NewPerson(
            parsed.name or terminal.ask("Your name"),
            parsed.email or terminal.ask("Your e-mail"),
            Role.SUPERVISING_ATTORNEY,
        )
        account = recover_office(engine, office, settings, person)
        if parsed.restricted:
            config = read_config(CaseworkConfig, settings["casework"])
            given, shut = recover_restricted(engine, config, office, account)
            terminal.tell(f"\nRestricted cases opened to you: {', '.join(given) or 'none'}.")
            terminal.tell(f"Restricted cases that stay shut: {', '.join(shut) or 'none'}.")
    terminal.tell("\nWrite the passphrase on paper and put the code secret into an app. Both are shown this once.")
    terminal.tell_account(account)
    terminal.wait_and_clear()
    terminal.tell(f"Settings of both sites: {parsed.data_dir / 'config'}")
    terminal.tell(_AFTERWARDS)
    return 0


def prove(parsed: argparse.Namespace) -> int:
    """Prove that shares open the office as it is."""
    config = read_config(CaseworkConfig, _read_settings(parsed.data_dir)["casework"])
    shares = _ask_shares(is_visible=parsed.visible)
    engine = create_engine(config.engine_url)
    try:
        result = _explain(lambda: drill(engine, config, shares))
    finally:
        engine.dispose()
    if result is None:
        return 1
    terminal.tell("The shares open this office. Nothing was changed.")
    terminal.tell(f"  fingerprint of the signing key  {result.signing_fingerprint}")
    terminal.tell(f"  fingerprint of the office key   {result.office_fingerprint}")
    terminal.tell(f"  a case of the office opened     {'yes' if result.cases_opened else 'there is none'}")
    terminal.tell(f"  a restricted case opened        {'yes' if result.restricted_opened else 'there is none'}")
    return 0


def store(parsed: argparse.Namespace) -> int:
    """Store both settings files as they are now, sealed; a supervising attorney signs in for it."""
    texts = _read_settings(parsed.data_dir)
    for site, kind in SITES.items():
        read_config(kind, texts[site])
    config = read_config(CaseworkConfig, texts["casework"])
    engine = open_engine(config)
    try:
        with sign_in_at_terminal(engine, config) as session:
            store_site_settings(engine, config, open_granter(engine, session), texts)
    finally:
        engine.dispose()
    terminal.tell("Stored.")
    return 0


def _read_settings(data_dir: Path) -> dict[str, dict[str, str]]:
    try:
        return {site: read_settings_file(data_dir / "config" / f"{site}.env") for site in SITES}
    except OSError:
        raise ConfigurationError("there are no config/intake.env and config/casework.env in this folder") from None


def _ask_shares(*, is_visible: bool) -> list[str]:
    """Ask for shares until there are as many as the first says are needed; a misspelt one is asked for again."""
    shares: list[str] = []
    numbers: set[int] = set()
    needed = 1
    while len(shares) < needed:
        question = f"Words of share {len(shares) + 1}" + (f" of {needed}" if needed > 1 else "")
        text = terminal.ask(question) if is_visible else terminal.ask_secret(question)
        try:
            facts = check(text)
        except InvalidShareError as fault:
            message, number = find_share_fault(fault)
            terminal.tell_fault(f"Share {len(shares) + 1}: {message.format(number=number)}")
            continue
        if facts.number in numbers:
            terminal.tell_fault(f"This is share number {facts.number} again. Type another.")
            continue
        numbers.add(facts.number)
        needed = facts.threshold
        shares.append(text)
        terminal.tell(f"Share number {facts.number}: spelt as it was written.")
    return shares


def _explain(deed: Callable[[], _Result]) -> _Result | None:
    """Do something with shares; where they open nothing, say why and return None."""
    try:
        return deed()
    except SharesReplacedError as fault:
        terminal.tell_fault(f"Other shares took the place of these on {fault.on:%B %-d, %Y}. Look for the newer ones.")
    except CannotOpenError:
        terminal.tell_fault("These shares do not open this office: they are of another set, or of another office.")
    except UntrustedKeyError:
        terminal.tell_fault("What the shares open was not signed by this office. Do not go on: somebody changed it.")
    return None


def _is_confirmed(office: FoundOffice) -> bool:
    terminal.tell(f"\nFingerprint of the office's signing key: {office.fingerprint}")
    answer = terminal.ask('It stands on each share. Is it the same on yours? Type "same" to go on', "no")
    if answer.strip().strip('"').lower() == "same":
        return True
    terminal.tell_fault("Stopped: a backup with another key is not this office's. Nothing was made.")
    return False


def _ask_changes(parsed: argparse.Namespace, office: FoundOffice) -> dict[str, dict[str, str]]:
    """Ask what is different on this machine: the addresses, and the database where there was one beside the folder."""
    terminal.tell("The settings were stored with the office. What is different on this machine?")
    changes: dict[str, dict[str, str]] = {}
    for site in SITES:
        known = office.settings[site]
        origin = getattr(parsed, f"{site}_origin") or terminal.ask(_ADDRESSES[site], known["TESTIMONIO_ORIGIN"])
        changes[site] = {"TESTIMONIO_ORIGIN": origin}
        database = getattr(parsed, f"{site}_database_url")
        if database is None and known.get("DATABASE_URL"):
            database = terminal.ask_secret(f"Database of the {site} site (empty: the SQLite file in the folder)")
        changes[site]["DATABASE_URL"] = database or ""
    return changes
