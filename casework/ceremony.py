"""The key ceremony: makes an office's keys, its first two accounts, and one settings file for each site.

It is held once. The office's private keys leave it only sealed to a person; the files get what each site needs and
nothing of the other's secrets.
"""

import os
import secrets
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from casework.accounts import AccountRows, Granter, NewAccount, NewPerson, make_account, put_account
from casework.document_keys import make_key_row, name_new_key
from casework.errors import CeremonyRefusedError
from casework.ledger_writing import append_event
from casework.permissions import Role
from casework.site_settings import SiteTexts, seal_site_settings
from exports.signatures.keys import make_document_key
from models.document_keys import put_document_key
from models.engine import create_engine, migrate, read, write
from models.ledger import Event, start_chain
from models.office_keys import get_office_key, put_office_key
from models.site_settings import put_site_settings
from vault.contexts import Context
from vault.identities import Identity
from vault.keyslots import RFC_9106_LOW_MEMORY, Cost
from vault.signing import SigningKey, sign_recipient
from web import clock
from web.config import CaseworkConfig, IntakeConfig, SiteConfig, read_config

SITES: dict[str, type[SiteConfig]] = {"intake": IntakeConfig, "casework": CaseworkConfig}
_SALT_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class OfficeSettings:
    """What an office says about itself, as text; the names are those of web/config.py.

    `database_url` is the database as its owner reaches it, the other two as each site does; all empty means SQLite in
    the data folder.
    """

    data_dir: Path
    office_name: str
    site_name: str
    intake_origin: str
    casework_origin: str
    time_zone: str
    exit_url: str
    languages: str = ""
    office_line: str = ""
    office_hours: str = ""
    duty_address: str = ""
    is_demo: bool = False
    database_url: str = field(default="", repr=False)
    intake_database_url: str = field(default="", repr=False)
    casework_database_url: str = field(default="", repr=False)

    @property
    def owner_url(self) -> str:
        """The database as its owner reaches it."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'testimonio.sqlite3'}"


@dataclass(frozen=True)
class CeremonyResult:
    """What the ceremony made: accounts to be told to their owners once, and somebody who can add more people now."""

    accounts: tuple[NewAccount, ...]
    office_fingerprint: str
    granter: Granter = field(repr=False)
    intake: IntakeConfig = field(repr=False)
    casework: CaseworkConfig = field(repr=False)


@dataclass(frozen=True)
class _Keys:
    office_key_id: str
    office: Identity = field(repr=False)
    office_signing: SigningKey = field(repr=False)
    intake_signing: SigningKey = field(repr=False)
    casework_signing: SigningKey = field(repr=False)
    receipt_salt: bytes = field(repr=False)


def hold_ceremony(
    settings: OfficeSettings,
    *,
    administrator: NewPerson,
    supervisor: NewPerson,
    cost: Cost = RFC_9106_LOW_MEMORY,
) -> CeremonyResult:
    """Make an office in a data folder that has none.

    Raises:
        CeremonyRefusedError: there is an office already, or the two people are not whom an office starts with.
        ConfigurationError: the settings do not make a configuration; all faults are named, and nothing was made.
    """
    folder = settings.data_dir.resolve() / "config"
    _check_beginning(folder, administrator, supervisor)
    keys = _Keys(
        str(uuid.uuid4()),
        Identity.generate(),
        SigningKey.generate(),
        SigningKey.generate(),
        SigningKey.generate(),
        secrets.token_bytes(_SALT_BYTES),
    )
    texts = _make_settings(settings, keys)
    intake, casework = read_config(IntakeConfig, texts["intake"]), read_config(CaseworkConfig, texts["casework"])
    made = [
        make_account(
            person,
            office_name=settings.office_name,
            signing_key=keys.office_signing,
            office_identities={keys.office_key_id: keys.office},
            cost=cost,
        )
        for person in (administrator, supervisor)
    ]
    # Written before the database and named after it: an office whose keys are nowhere can never come about.
    for path in (settings.data_dir, folder):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    with written_settings(folder, texts):
        _put_office(settings.owner_url, keys, [rows for _account, rows in made], texts, casework)
    accounts = tuple(account for account, _rows in made)
    granter = Granter(accounts[1].staff_id, keys.office_signing, {keys.office_key_id: keys.office})
    return CeremonyResult(accounts, keys.office.recipient.fingerprint, granter, intake, casework)


@contextmanager
def written_settings(folder: Path, texts: Mapping[str, Mapping[str, str]]) -> Iterator[None]:
    """Settings files on disk under unfinished names, which get their own names when the body has succeeded."""
    unfinished = {site: folder / f"{site}.env.unfinished" for site in texts}
    try:
        for site, path in unfinished.items():
            _write_private(path, texts[site])
        yield
        for site, path in unfinished.items():
            path.rename(folder / f"{site}.env")
    finally:
        for path in unfinished.values():
            path.unlink(missing_ok=True)


def _check_beginning(folder: Path, administrator: NewPerson, supervisor: NewPerson) -> None:
    if (administrator.role, supervisor.role) != (Role.ADMINISTRATOR, Role.SUPERVISING_ATTORNEY):
        raise CeremonyRefusedError("An office starts with an administrator and a supervising attorney.")
    if administrator.email.strip().lower() == supervisor.email.strip().lower():
        raise CeremonyRefusedError("The two people need an e-mail address each.")
    if any((folder / f"{site}.env").exists() for site in SITES):
        raise CeremonyRefusedError("This folder holds an office already; its keys are never made twice.")


def _put_office(
    owner_url: str, keys: _Keys, accounts: list[AccountRows], texts: SiteTexts, config: CaseworkConfig
) -> None:
    migrate(owner_url)
    engine = create_engine(owner_url)
    try:
        with read(engine) as connection:
            if get_office_key(connection) is not None:
                raise CeremonyRefusedError("This database holds an office already; its keys are never made twice.")
        _put_rows(engine, keys, accounts, seal_site_settings(texts, keys.office_signing), config)
    finally:
        engine.dispose()


def _put_rows(
    engine: Engine,
    keys: _Keys,
    accounts: list[AccountRows],
    settings: Mapping[str, bytes],
    config: CaseworkConfig,
) -> None:
    recipient = keys.office.recipient.raw
    context = Context("office_recipient", (keys.office_key_id,))
    signature = sign_recipient(recipient, context=context, key=keys.office_signing)
    document_key = make_key_row(
        make_document_key(config.office_name, clock.now()),
        office_key_id=keys.office_key_id,
        recipient=keys.office.recipient,
        signing_key=keys.office_signing,
        made_on=clock.today(config.time_zone),
    )
    with write(engine) as connection:
        start_chain(connection, "intake")
        start_chain(connection, "casework")
        put_office_key(
            connection,
            id=keys.office_key_id,
            recipient=recipient,
            recipient_signature=signature,
            made_on=clock.today(config.time_zone),
            retired_on=None,
        )
        put_document_key(connection, **document_key)
        for site, sealed in settings.items():
            put_site_settings(connection, site, sealed)
        append_event(connection, Event("office:made", keys.office_key_id), config)
        append_event(connection, name_new_key(document_key), config)
        for rows in accounts:
            put_account(connection, rows)
            append_event(connection, Event("staff:added", rows.staff["id"]), config)


def _make_settings(settings: OfficeSettings, keys: _Keys) -> dict[str, dict[str, str]]:
    shared = {
        "TESTIMONIO_DATA_DIR": str(settings.data_dir.resolve()),
        "TESTIMONIO_OFFICE_NAME": settings.office_name,
        "TESTIMONIO_TIME_ZONE": settings.time_zone,
        "TESTIMONIO_DEMO": "yes" if settings.is_demo else "",
        "TESTIMONIO_OFFICE_VERIFY_KEY": keys.office_signing.verify_key.hex(),
    }
    intake = {
        **shared,
        "DATABASE_URL": settings.intake_database_url,
        "TESTIMONIO_ORIGIN": settings.intake_origin,
        "TESTIMONIO_SITE_SIGNING_KEY": keys.intake_signing.to_bytes().hex(),
        "TESTIMONIO_CASEWORK_VERIFY_KEY": keys.casework_signing.verify_key.hex(),
        "TESTIMONIO_SITE_NAME": settings.site_name,
        "TESTIMONIO_RECEIPT_SALT": keys.receipt_salt.hex(),
        "TESTIMONIO_EXIT_URL": settings.exit_url,
        "TESTIMONIO_LANGUAGES": settings.languages,
        "TESTIMONIO_OFFICE_LINE": settings.office_line,
        "TESTIMONIO_OFFICE_HOURS": settings.office_hours,
        "TESTIMONIO_DUTY_ADDRESS": settings.duty_address,
    }
    casework = {
        **shared,
        "DATABASE_URL": settings.casework_database_url,
        "TESTIMONIO_ORIGIN": settings.casework_origin,
        "TESTIMONIO_SITE_SIGNING_KEY": keys.casework_signing.to_bytes().hex(),
        "TESTIMONIO_INTAKE_VERIFY_KEY": keys.intake_signing.verify_key.hex(),
        "TESTIMONIO_LANGUAGES": settings.languages,
        "TESTIMONIO_PUBLIC_ADDRESS": settings.intake_origin,
    }
    texts = {
        site: {name: text.strip() for name, text in values.items() if text.strip()}
        for site, values in (("intake", intake), ("casework", casework))
    }
    # One line a setting, read by programs of several kinds, which do not agree on how to quote.
    if any(not text.isprintable() or " #" in text for values in texts.values() for text in values.values()):
        raise CeremonyRefusedError("A setting cannot hold a line break or a number sign after a space.")
    return texts


def _write_private(path: Path, values: Mapping[str, str]) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write("# Made by the key ceremony. Secrets: readable to this site's own user only.\n")
        file.writelines(f"{name}={text}\n" for name, text in values.items())
        file.flush()
        os.fsync(file.fileno())


def read_settings_file(path: Path) -> dict[str, str]:
    """Read one site's settings as the ceremony wrote them. Raises OSError when the file is not there."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#") and "=" in line)
