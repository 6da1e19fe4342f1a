"""An office with one person of each role, for tests of the staff site: the real ceremony, with cheap keyslots."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import pyotp

from casework.accounts import NewAccount, NewPerson, add_staff
from casework.ceremony import CeremonyResult, OfficeSettings, hold_ceremony
from casework.permissions import Role
from tests.conftest import DatabaseUrls
from tests.page_client import Page, PageClient
from vault.keyslots import CHEAPEST
from web.database import open_engine


@dataclass
class StaffOffice:
    """An office and how its people sign in."""

    ceremony: CeremonyResult
    accounts: dict[Role, NewAccount]
    steps: dict[str, int] = field(default_factory=dict)

    def make_code(self, role: Role) -> str:
        """A code that the site takes now and that was not used before: there are two of these a person."""
        account = self.accounts[role]
        now = int(time.time()) // 30
        step = max(self.steps.get(account.staff_id, 0) + 1, now)
        assert step <= now + 1, "a test signs one person in twice at most"
        self.steps[account.staff_id] = step
        return pyotp.TOTP(account.totp_secret).generate_otp(step)

    def sign_in(self, reader: PageClient, role: Role) -> Page:
        """Sign somebody in on the page, as they would."""
        account = self.accounts[role]
        values = {
            "email": account.person.email,
            "passphrase": account.passphrase,
            "code": self.make_code(role),
        }
        return reader.submit(reader.get("/sign-in"), values, action="/sign-in")


def make_settings(urls: DatabaseUrls, data_dir: Path) -> OfficeSettings:
    """Settings of an office for a test."""
    return OfficeSettings(
        data_dir=data_dir,
        office_name="Prairie Legal Aid",
        site_name="Forms",
        intake_origin="http://localhost",
        casework_origin="http://localhost",
        time_zone="America/Chicago",
        exit_url="https://weather.example/",
        office_line="555-0100",
        office_hours="mon-fri 09:00-17:00",
        duty_address="1 Example Street",
        database_url=urls.owner,
        intake_database_url=urls.intake,
        casework_database_url=urls.casework,
    )


def make_staff_office(urls: DatabaseUrls, data_dir: Path) -> StaffOffice:
    """Hold the ceremony and add the other roles."""
    people = {role: NewPerson(f"{role.value} person", f"{role.value}@office.example", role) for role in Role}
    ceremony = hold_ceremony(
        make_settings(urls, data_dir),
        administrator=people[Role.ADMINISTRATOR],
        supervisor=people[Role.SUPERVISING_ATTORNEY],
        cost=CHEAPEST,
    )
    accounts = {account.person.role: account for account in ceremony.accounts}
    engine = open_engine(ceremony.casework)
    for role in (Role.INTAKE, Role.ATTORNEY, Role.ANALYST):
        accounts[role] = add_staff(engine, ceremony.casework, ceremony.granter, people[role], cost=CHEAPEST)
    engine.dispose()
    return StaffOffice(ceremony, accounts)
