"""Starting over on a new machine: a backup and enough shares become a working office again; and the drill for it.

A backup holds neither settings nor sessions, and nobody's passphrase. What the shares open is in memory while the
command runs and in no file. The drill must change nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine

from casework.access_changes import grant_case
from casework.accounts import AccountRows, NewAccount, NewPerson, make_account, put_account
from casework.case_keys import REPORT, WORK, open_case_keyring
from casework.caseworker import Caseworker
from casework.ceremony import SITES, written_settings
from casework.errors import CaseworkError, CeremonyRefusedError
from casework.ledger_writing import append_event
from casework.opening import open_case
from casework.recovery import OpenedRecovery, open_recovery
from casework.sessions import StaffSession
from casework.site_settings import open_site_settings, seal_site_settings
from models.case_keys import list_held_cases
from models.cases import get_case_key
from models.emergency_keys import drop_shares
from models.engine import create_engine, migrate, read, write
from models.held_keys import delete_case_rows, delete_office_holders
from models.ledger import Event
from models.office_keys import put_holder
from models.recovery_keys import list_restricted_cases
from models.site_settings import put_site_settings
from models.staff import find_email_owner, replace_account
from vault.errors import CannotOpenError, UntrustedKeyError
from vault.identities import Identity
from vault.keyslots import RFC_9106_LOW_MEMORY, Cost
from vault.signing import fingerprint_key
from web.config import CaseworkConfig, IntakeConfig, read_config

RECOVERED = "The office was recovered from its shares"


@dataclass(frozen=True)
class FoundOffice:
    """An office as its backup and its shares give it: what they open, and the settings that both sites had."""

    recovery: OpenedRecovery = field(repr=False)
    settings: Mapping[str, Mapping[str, str]] = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the office signing key, as it stands on every share."""
        return fingerprint_key(self.recovery.signing_key.verify_key)


@dataclass(frozen=True)
class DrillResult:
    """What shares proved: the fingerprints of what they open, and how many case keys were opened with it."""

    signing_fingerprint: str
    office_fingerprint: str
    cases_opened: int
    restricted_opened: int


@contextmanager
def open_backup(owner_url: str) -> Iterator[Engine]:
    """Open a restored database as its owner, brought to the newest schema."""
    migrate(owner_url)
    engine = create_engine(owner_url)
    try:
        yield engine
    finally:
        engine.dispose()


def find_office(engine: Engine, shares: Sequence[str]) -> FoundOffice:
    """Open what the shares open in a backup. Raises as `casework.recovery.open_recovery`, also for the settings."""
    with read(engine) as connection:
        recovery = open_recovery(connection, shares)
        settings = open_site_settings(connection, recovery.signing_key)
    if set(settings) != set(SITES):
        raise CannotOpenError
    pinned = {values.get("TESTIMONIO_OFFICE_VERIFY_KEY", "") for values in settings.values()}
    if pinned != {recovery.signing_key.verify_key.hex()}:
        raise UntrustedKeyError
    return FoundOffice(recovery, settings)


def has_settings(data_dir: Path) -> bool:
    """Whether a folder has a settings file of a site."""
    return any((data_dir / "config" / f"{site}.env").exists() for site in SITES)


def change_settings(
    settings: Mapping[str, Mapping[str, str]], data_dir: Path, changes: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """Return the settings for the new machine: its folder, and what else is different there, by site and name.

    A change to an empty text takes the setting away.

    Raises:
        ConfigurationError: they do not make a configuration; all faults are named.
    """
    changed = {}
    for site, kind in SITES.items():
        values = {
            **settings[site],
            "TESTIMONIO_DATA_DIR": str(data_dir.resolve()),
            **changes.get(site, {}),
        }
        changed[site] = {name: text for name, text in values.items() if text}
        read_config(kind, changed[site])
    return changed


def recover_office(
    engine: Engine,
    office: FoundOffice,
    settings: Mapping[str, Mapping[str, str]],
    person: NewPerson,
    *,
    cost: Cost = RFC_9106_LOW_MEMORY,
) -> NewAccount:
    """Write both settings files, and give one person an account that opens what the office opens.

    A person whose e-mail address has an account gets that one made anew.

    Raises:
        CeremonyRefusedError: the folder has settings already.
        InvalidPersonError: no name, or nothing that could be an e-mail address.
    """
    config = read_config(CaseworkConfig, settings["casework"])
    folder = config.data_dir / "config"
    if has_settings(config.data_dir):
        raise CeremonyRefusedError("This folder has settings already: recovery is for a machine that has none.")
    with read(engine) as connection:
        known = find_email_owner(connection, person.email.strip().lower())
    account, rows = make_account(
        person,
        office_name=config.office_name,
        signing_key=office.recovery.signing_key,
        office_identities=office.recovery.office_identities,
        staff_id=known,
        cost=cost,
    )
    sealed = seal_site_settings(settings, office.recovery.signing_key)
    todays_id = next(iter(office.recovery.office_identities))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with written_settings(folder, settings), write(engine) as connection:
        _put_person(connection, rows, is_known=bool(known))
        for site, each in sealed.items():
            put_site_settings(connection, site, each)
        for kind, subject in (("staff:recovered", account.staff_id), ("office:recovered", todays_id)):
            append_event(connection, Event(kind, subject, actor=account.staff_id), config)
    return account


def recover_restricted(
    engine: Engine, config: CaseworkConfig, office: FoundOffice, account: NewAccount
) -> tuple[list[str], list[str]]:
    """Give the person who recovered the office every restricted case that the shares open, each on the record.

    Returns the references of those given, and of those that stay shut: they are walled off, or the paper has no key.
    """
    recovery = office.recovery
    # The paper stands in for the person: it holds the cases, and what is done is recorded as theirs.
    session = StaffSession(
        staff_id=account.staff_id,
        name=account.person.name,
        email=account.person.email,
        role=account.person.role,
        identity=recovery.identity,
        office_identities={**recovery.office_identities, recovery.recovery_key_id: recovery.identity},
    )
    caseworker = Caseworker(engine, config, session)
    with read(engine) as connection:
        references = [row.reference for row in list_restricted_cases(connection)]
    given, shut = [], []
    for reference in references:
        try:
            grant_case(caseworker, open_case(caseworker, reference), account.staff_id, RECOVERED)
        except CaseworkError:
            shut.append(reference)
        else:
            given.append(reference)
    return given, shut


def _put_person(connection: Connection, rows: AccountRows, *, is_known: bool) -> None:
    if not is_known:
        put_account(connection, rows)
        return
    # What the account held before was sealed to a key that nobody has any more.
    staff_id = rows.staff["id"]
    delete_office_holders(connection, staff_id)
    delete_case_rows(connection, staff_id)
    drop_shares(connection, staff_id)
    replace_account(connection, staff_id, **{**rows.staff, "sealed_factors": None})
    for holder in rows.holders:
        put_holder(connection, **holder)


def _open_case(connection: Connection, case_id: str, held: Mapping[str, Identity]) -> dict[str, Identity] | None:
    """Open today's two identities of a case with whichever of these holders has them, or return None."""
    key_row = get_case_key(connection, case_id, list(held))
    if key_row is None:
        return None
    rings = {which: open_case_keyring(which, key_row, held[key_row.holder_id], []) for which in (REPORT, WORK)}
    opened = {which: ring.newest for which, ring in rings.items() if ring is not None}
    return opened if len(opened) == len(rings) else None


def drill(engine: Engine, config: CaseworkConfig | IntakeConfig, shares: Sequence[str]) -> DrillResult:
    """Prove that shares open the office as it is now, and change nothing: not a row, not an entry.

    Raises:
        UntrustedKeyError: what they open is another office's.
        CannotOpenError: a case key that they should open does not open. Else as `casework.recovery.open_recovery`.
    """
    with read(engine) as connection:
        recovery = open_recovery(connection, shares)
        if recovery.signing_key.verify_key != config.office_verify_key:
            raise UntrustedKeyError
        restricted = [row.id for row in list_restricted_cases(connection)]
        own = [each for each in list_held_cases(connection, recovery.recovery_key_id) if each in restricted]
        todays = next(iter(recovery.office_identities.values()))
        of_office = [
            case_id for key_id in recovery.office_identities for case_id in list_held_cases(connection, key_id)
        ]
        held = {**recovery.office_identities, recovery.recovery_key_id: recovery.identity}
        for case_id in (*of_office[-1:], *own[-1:]):
            if _open_case(connection, case_id, held) is None:
                raise CannotOpenError
    return DrillResult(
        fingerprint_key(recovery.signing_key.verify_key),
        todays.recipient.fingerprint,
        min(1, len(of_office)),
        min(1, len(own)),
    )
