"""The key ceremony and adding people."""

from __future__ import annotations

import dataclasses
import stat
from pathlib import Path

import pytest
from sqlalchemy import func, select

from casework.accounts import NewPerson, add_staff, open_granter
from casework.ceremony import OfficeSettings, hold_ceremony, read_settings_file
from casework.errors import AccountExistsError, CeremonyRefusedError, InvalidPersonError, MayNotGrantError
from casework.passphrases import WORDS, load_words, make_passphrase
from casework.permissions import Role
from casework.signing_in import SignInDesk
from models import tables
from models.engine import create_engine, read
from models.office_keys import get_office_key, list_held_keys
from models.staff import list_staff
from tests.casework.staff_office import StaffOffice, make_settings, make_staff_office
from tests.conftest import DatabaseUrls
from vault.contexts import Context
from vault.keyslots import CHEAPEST
from vault.opening import open_identity
from vault.signing import verify_recipient
from web.config import CaseworkConfig, ConfigurationError, IntakeConfig, read_config
from web.database import open_engine

ADMINISTRATOR = NewPerson("Ada", "ada@office.example", Role.ADMINISTRATOR)
SUPERVISOR = NewPerson("Sol", "Sol@Office.example ", Role.SUPERVISING_ATTORNEY)


def hold(settings: OfficeSettings) -> None:
    """Hold the ceremony with two people."""
    hold_ceremony(settings, administrator=ADMINISTRATOR, supervisor=SUPERVISOR, cost=CHEAPEST)


def test_administrator_holds_no_office_key(staff_office: StaffOffice) -> None:
    """After the ceremony every legal role can open the office identity, and the administrator has no key row."""
    engine = open_engine(staff_office.ceremony.casework)
    with read(engine) as connection:
        held = {person.role: list_held_keys(connection, person.id) for person in list_staff(connection)}
        office_key = get_office_key(connection)
    assert office_key is not None
    assert held["administrator"] == []
    assert {role: len(rows) for role, rows in held.items() if rows} == {
        "intake": 1,
        "attorney": 1,
        "supervising_attorney": 1,
    }
    assert {role for role, rows in held.items() if any(row.sealed_signing_key for row in rows)} == {
        "supervising_attorney"
    }
    config = staff_office.ceremony.casework
    for account in staff_office.accounts.values():
        session = (
            SignInDesk(engine, config, cost=CHEAPEST)
            .sign_in(
                account.person.email, account.passphrase, staff_office.make_code(account.person.role), source="test"
            )
            .session
        )
        assert session is not None
        for row in held[account.person.role]:
            identity = open_identity(
                row.sealed_identity,
                identity=session.identity,
                context=Context("office_identity", (row.office_key_id, session.staff_id)),
            )
            assert identity.recipient.raw == office_key.recipient
    engine.dispose()


def test_keys_are_signed_by_the_office(staff_office: StaffOffice, owner_url: str) -> None:
    """The office's recipient and every person's carry the signature of the key that both sites pin."""
    engine = create_engine(owner_url)
    with read(engine) as connection:
        office_key, people = get_office_key(connection), list_staff(connection)
    engine.dispose()
    assert office_key is not None
    pinned = staff_office.ceremony.intake.office_verify_key
    assert pinned == staff_office.ceremony.casework.office_verify_key
    verify_recipient(
        office_key.recipient,
        office_key.recipient_signature,
        context=Context("office_recipient", (office_key.id,)),
        verify_key=pinned,
    )
    assert len(people) == 5
    for person in people:
        verify_recipient(
            person.recipient,
            person.recipient_signature,
            context=Context("staff_recipient", (person.id,)),
            verify_key=pinned,
        )


def test_each_site_gets_its_own_settings_and_no_other_secret(staff_office: StaffOffice, tmp_path: Path) -> None:
    """Both files make a configuration, only their owner may read them, and neither holds the other site's secrets."""
    folder = tmp_path / "office" / "config"
    texts = {site: read_settings_file(folder / f"{site}.env") for site in ("intake", "casework")}
    assert sorted(path.name for path in folder.iterdir()) == ["casework.env", "intake.env"]
    for site in texts:
        assert stat.S_IMODE((folder / f"{site}.env").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert read_config(IntakeConfig, texts["intake"]) == staff_office.ceremony.intake
    assert read_config(CaseworkConfig, texts["casework"]) == staff_office.ceremony.casework
    assert texts["intake"]["TESTIMONIO_SITE_SIGNING_KEY"] not in texts["casework"].values()
    assert texts["casework"]["TESTIMONIO_SITE_SIGNING_KEY"] not in texts["intake"].values()
    assert "TESTIMONIO_RECEIPT_SALT" not in texts["casework"]
    office_seed = next(iter(staff_office.ceremony.granter.office_identities.values())).seed.hex()
    signing_key = staff_office.ceremony.granter.signing_key.to_bytes().hex()
    for values in texts.values():
        assert not {office_seed, signing_key} & set(values.values())


def test_second_ceremony_is_refused(staff_office: StaffOffice, database_urls: DatabaseUrls, tmp_path: Path) -> None:
    """Neither a folder nor a database that holds an office gets new keys, and a refused try leaves no file behind."""
    assert staff_office.accounts
    with pytest.raises(CeremonyRefusedError, match="folder"):
        hold(make_settings(database_urls, tmp_path / "office"))
    with pytest.raises(CeremonyRefusedError, match="database"):
        hold(make_settings(database_urls, tmp_path / "elsewhere"))
    assert list((tmp_path / "elsewhere" / "config").iterdir()) == []


@pytest.mark.parametrize("change", [{"time_zone": "Mars/Olympus"}, {"exit_url": ""}, {"intake_origin": "nonsense"}])
def test_wrong_settings_make_nothing(database_urls: DatabaseUrls, tmp_path: Path, change: dict[str, str]) -> None:
    """A setting that no site could use stops the ceremony before anything was made."""
    with pytest.raises(ConfigurationError):
        hold(dataclasses.replace(make_settings(database_urls, tmp_path / "office"), **change))  # type: ignore[arg-type]  # a text each
    assert not (tmp_path / "office").exists()
    engine = create_engine(database_urls.owner)
    with read(engine) as connection:
        assert connection.execute(select(func.count()).select_from(tables.staff)).scalar_one() == 0
    engine.dispose()


@pytest.mark.parametrize("name", ["two\nlines", "a #comment"])
def test_setting_that_a_file_cannot_hold_is_refused(database_urls: DatabaseUrls, tmp_path: Path, name: str) -> None:
    """A text that would turn into another setting in the file is refused."""
    settings = dataclasses.replace(make_settings(database_urls, tmp_path / "office"), office_name=name)
    with pytest.raises(CeremonyRefusedError):
        hold(settings)


def test_starting_people_are_two_and_of_the_right_roles(database_urls: DatabaseUrls, tmp_path: Path) -> None:
    """The first accounts are one administrator and one supervising attorney with an address each."""
    settings = make_settings(database_urls, tmp_path / "office")
    with pytest.raises(CeremonyRefusedError):
        hold_ceremony(settings, administrator=SUPERVISOR, supervisor=SUPERVISOR, cost=CHEAPEST)
    same = dataclasses.replace(ADMINISTRATOR, email="SOL@office.example")
    with pytest.raises(CeremonyRefusedError):
        hold_ceremony(settings, administrator=same, supervisor=SUPERVISOR, cost=CHEAPEST)


@pytest.mark.parametrize("change", [{"name": " "}, {"email": "nobody"}, {"email": "a@b c"}, {"name": "x" * 201}])
def test_person_needs_name_and_address(database_urls: DatabaseUrls, tmp_path: Path, change: dict[str, str]) -> None:
    """Somebody without a name, or without anything that could be an e-mail address, gets no account."""
    settings, nobody = make_settings(database_urls, tmp_path / "office"), dataclasses.replace(ADMINISTRATOR, **change)  # type: ignore[arg-type]  # a text each
    with pytest.raises(InvalidPersonError):
        hold_ceremony(settings, administrator=nobody, supervisor=SUPERVISOR, cost=CHEAPEST)


def test_results_hide_what_is_told_once(database_urls: DatabaseUrls, tmp_path: Path) -> None:
    """Neither accounts nor the whole result show a secret when they end up in a log."""
    office = make_staff_office(database_urls, tmp_path / "office")
    shown = repr(office.ceremony) + repr(office.accounts)
    for account in office.accounts.values():
        assert account.passphrase not in shown
        assert account.totp_secret not in shown


def test_only_a_granter_gives_access(staff_office: StaffOffice) -> None:
    """An attorney who does not hold the office signing key cannot add people; the supervising attorney can."""
    config = staff_office.ceremony.casework
    engine = open_engine(config)
    desk = SignInDesk(engine, config, cost=CHEAPEST)
    sessions = {}
    for role in (Role.ATTORNEY, Role.SUPERVISING_ATTORNEY):
        account = staff_office.accounts[role]
        code = staff_office.make_code(role)
        sessions[role] = desk.sign_in(account.person.email, account.passphrase, code, source="test").session
    attorney, supervisor = sessions[Role.ATTORNEY], sessions[Role.SUPERVISING_ATTORNEY]
    assert attorney is not None
    assert supervisor is not None
    with pytest.raises(MayNotGrantError):
        open_granter(engine, attorney)
    granter = open_granter(engine, supervisor)
    person = NewPerson("Ines", "Ines@Office.example", Role.INTAKE)
    assert add_staff(engine, config, granter, person, cost=CHEAPEST).totp_secret
    with pytest.raises(AccountExistsError):
        add_staff(engine, config, granter, dataclasses.replace(person, email="ines@office.example"), cost=CHEAPEST)
    engine.dispose()


def test_passphrases_are_long_and_new(staff_office: StaffOffice) -> None:
    """A passphrase is six words of a list of 7,776 different ones, and no two are alike."""
    words = load_words()
    assert len(words) == len(set(words)) == 7776
    made = {make_passphrase() for _attempt in range(50)} | {each.passphrase for each in staff_office.accounts.values()}
    assert len(made) == 55
    assert all(len(each.split()) == WORDS and set(each.split()) <= set(words) for each in made)
