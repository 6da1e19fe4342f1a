"""What is typed for the staff site: `python -m casework init | add-staff | recover | drill | agencies load | ...`.

Exit status 0 when done, 1 when refused or when something does not hold. Passphrases and codes are never arguments,
which show in lists of processes; a database address with a password in it is better given as DATABASE_URL.
"""

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from casework import terminal
from casework.accounts import NewPerson, add_staff, open_granter
from casework.ceremony import OfficeSettings, hold_ceremony, read_settings_file
from casework.errors import CaseworkError, CeremonyRefusedError
from casework.ledger_commands import find_faults, verify_chains
from casework.ledger_heads import read_kept_heads
from casework.permissions import Role
from casework.recovery_commands import add_recovery_commands
from casework.shipped_facts import load_shipped_facts
from casework.signing_in_at_terminal import sign_in_at_terminal
from casework.stored_comparison import compare_stored
from casework.worker import Worker
from casework.worker_keys import keep_announced, make_worker_key
from casework.workplace import Workplace
from web.config import CaseworkConfig, ConfigurationError, read_config
from web.database import open_engine
from web.files import make_configured_store

_TOLD_ONCE = """
Write each passphrase on paper and put the code secret into an app on its owner's phone. Both are shown this once and
stand in no file. Nobody can recover a lost passphrase."""

_QUESTIONS = {
    "office_name": ("Name of the office", ""),
    "site_name": ("Neutral name of the public site, as browsers' histories show it", "Forms"),
    "intake_origin": ("Address of the public site", "http://127.0.0.1:8000"),
    "casework_origin": ("Address of the staff site", "http://127.0.0.1:8001"),
    "time_zone": ("Time zone of the office", "America/Chicago"),
    "exit_url": ("Neutral page that the exit button leads to", ""),
}
_OPTIONAL_QUESTIONS = {
    "office_line": "Phone line for people who are held now",
    "office_hours": "Hours of that line, such as mon-fri 09:00-17:00",
    "duty_address": "Where papers from a court are handed in",
}


def main(arguments: list[str] | None = None) -> int:
    """Do what was typed and return the exit status."""
    parsed = _make_parser().parse_args(arguments)
    try:
        status: int = parsed.deed(parsed)
    except ConfigurationError as fault:
        terminal.tell_fault(f"The settings cannot be used: {fault}")
    except CeremonyRefusedError as fault:
        terminal.tell_fault(str(fault))
    except CaseworkError as fault:
        terminal.tell_fault(_REFUSALS.get(type(fault).__name__, "Refused."))
    except (EOFError, KeyboardInterrupt):
        terminal.tell_fault("Stopped; nothing was made.")
    else:
        return status
    return 1


_REFUSALS = {
    "SignInRefusedError": "That did not match: e-mail, passphrase or code.",
    "MayNotGrantError": "This account may not give access to others.",
    "InvalidPersonError": "A person needs a name and an e-mail address.",
    "StaffChangedError": "The office got a new key at this moment. Nothing was done; please try again.",
    "AccountExistsError": "This e-mail address has an account already.",
}


def hold(parsed: argparse.Namespace) -> int:
    """Hold the key ceremony, asking for what the command line did not say."""
    values: dict[str, Any] = {field.name: getattr(parsed, field.name, None) or "" for field in fields(OfficeSettings)}
    values["database_url"] = values["database_url"] or os.environ.get("DATABASE_URL", "")
    values["is_demo"] = False
    for name, (question, default) in _QUESTIONS.items():
        values[name] = values[name] or terminal.ask(question, default)
    for name, question in _OPTIONAL_QUESTIONS.items():
        if getattr(parsed, name) is None:
            values[name] = terminal.ask_optional(question)
    people = [
        _ask_person(parsed, "administrator", "administrator", Role.ADMINISTRATOR),
        _ask_person(parsed, "supervisor", "supervising attorney", Role.SUPERVISING_ATTORNEY),
    ]
    result = hold_ceremony(OfficeSettings(**values), administrator=people[0], supervisor=people[1])
    terminal.tell(_TOLD_ONCE)
    for account in result.accounts:
        terminal.tell_account(account)
        terminal.wait_and_clear()
    terminal.tell(f"\nFingerprint of the office's key: {result.office_fingerprint}")
    terminal.tell(f"Settings of both sites: {parsed.data_dir / 'config'}")
    terminal.tell("The public site opens when a second person holds the office's key: python -m casework add-staff")
    return 0


def add(parsed: argparse.Namespace) -> int:
    """Add a person, let in by a supervising attorney who signs in here."""
    config = _read_casework_config(parsed)
    try:
        role = Role(parsed.role or terminal.ask(f"Role of the new person ({', '.join(Role)})", Role.INTAKE))
    except ValueError:
        terminal.tell_fault(f"A role is one of {', '.join(Role)}.")
        return 1
    person = NewPerson(
        parsed.name or terminal.ask("Name of the new person"), parsed.email or terminal.ask("Their e-mail"), role
    )
    terminal.tell("Whoever gives access signs in now.")
    with _open_engine(config) as engine, sign_in_at_terminal(engine, config) as session:
        account = add_staff(engine, config, open_granter(engine, session), person)
    terminal.tell(_TOLD_ONCE)
    terminal.tell_account(account)
    terminal.wait_and_clear()
    return 0


def load_agencies(parsed: argparse.Namespace) -> int:
    """Put the facts about agencies that ship with the program into the directory; a second time changes nothing."""
    config = _read_casework_config(parsed)
    with _open_engine(config) as engine:
        loaded = load_shipped_facts(engine, config)
    terminal.tell(f"Added: {loaded.agencies} agencies, {loaded.agreements} agreements, {loaded.events} events.")
    return 0


def verify(parsed: argparse.Namespace) -> int:
    """Walk both chains of the ledger, say what does not hold, and print their heads."""
    config = _read_casework_config(parsed)
    try:
        kept = read_kept_heads(parsed.head.read_text(encoding="utf-8")) if parsed.head else {}
    except (OSError, ValueError):
        terminal.tell_fault("The file of heads cannot be read: it holds lines as this command prints them.")
        return 1
    with _open_engine(config) as engine:
        reports = verify_chains(engine, config, kept)
        stored = compare_stored(engine, config) if parsed.stored else None
    for report in reports:
        for fault in report.faults:
            terminal.tell_fault(f"BROKEN {report.site}: {fault.harm}. {fault.words}.")
        if report.more:
            terminal.tell_fault(f"BROKEN {report.site}: {report.more} more.")
        if report.holds:
            terminal.tell(f"{report.site} {report.entries} {report.head}")
    for words in stored.faults if stored else ():
        terminal.tell_fault(f"STORED {words}.")
    if stored and stored.more:
        terminal.tell_fault(f"STORED {stored.more} more.")
    return 0 if all(report.holds for report in reports) and not (stored and stored.faults) else 1


def work(parsed: argparse.Namespace) -> int:
    """Do long work until told to stop; it may be killed at any moment, and nothing is forgotten."""
    config = _read_casework_config(parsed)
    with _open_engine(config) as engine:
        key = make_worker_key()
        worker = Worker(Workplace(engine, make_configured_store(config), config, key))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: worker.stop())
        with keep_announced(engine, config, key):
            worker.run()
    return 0


def check(parsed: argparse.Namespace) -> int:
    """Say what stands in the way of serving."""
    config = _read_casework_config(parsed)
    with _open_engine(config) as engine:
        faults = find_faults(engine, config)
    for fault in faults:
        terminal.tell_fault(fault)
    if not faults:
        terminal.tell("All is well.")
    return 1 if faults else 0


def _ask_person(parsed: argparse.Namespace, name: str, title: str, role: Role) -> NewPerson:
    return NewPerson(
        getattr(parsed, f"{name}_name") or terminal.ask(f"Name of the {title}"),
        getattr(parsed, f"{name}_email") or terminal.ask(f"E-mail of the {title}"),
        role,
    )


@contextmanager
def _open_engine(config: CaseworkConfig) -> Iterator[Engine]:
    engine = open_engine(config)
    try:
        yield engine
    finally:
        engine.dispose()


def _read_casework_config(parsed: argparse.Namespace) -> CaseworkConfig:
    if parsed.data_dir is None:
        return read_config(CaseworkConfig, os.environ)
    try:
        return read_config(CaseworkConfig, read_settings_file(parsed.data_dir / "config" / "casework.env"))
    except OSError:
        raise ConfigurationError("there is no config/casework.env in this folder") from None


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m casework", description="The staff site's commands.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    init = commands.add_parser("init", help="the key ceremony: make an office, once")
    init.add_argument("--data-dir", type=Path, required=True, metavar="DIR")
    for field in fields(OfficeSettings):
        if field.name not in {"data_dir", "is_demo"}:
            init.add_argument(f"--{field.name.replace('_', '-')}")
    for name in ("administrator", "supervisor"):
        init.add_argument(f"--{name}-name")
        init.add_argument(f"--{name}-email")
    init.set_defaults(deed=hold)
    staff = commands.add_parser("add-staff", help="give one more person an account")
    staff.add_argument("--name")
    staff.add_argument("--email")
    staff.add_argument("--role", choices=[role.value for role in Role])
    agencies = commands.add_parser("agencies", help="load: put the facts that ship into the directory of agencies")
    load_parser = agencies.add_subparsers(required=True).add_parser("load")
    ledger = commands.add_parser("ledger", help="verify: walk both chains of the ledger").add_subparsers(required=True)
    verify_parser = ledger.add_parser("verify")
    verify_parser.add_argument("--head", type=Path, metavar="FILE", help="heads that were kept outside the house")
    verify_parser.add_argument("--stored", action="store_true", help="also compare all that is stored with the ledger")
    add_recovery_commands(commands)
    check_parser = commands.add_parser("check", help="say whether everything is in place to serve")
    worker = commands.add_parser("worker", help="do long work: destroy what was taken back, sweep what has expired")
    for each, deed in (
        (staff, add),
        (load_parser, load_agencies),
        (verify_parser, verify),
        (check_parser, check),
        (worker, work),
    ):
        each.add_argument(
            "--data-dir", type=Path, metavar="DIR", help="the office's folder; without it, the environment"
        )
        each.set_defaults(deed=deed)
    return parser


if __name__ == "__main__":
    sys.exit(main())
