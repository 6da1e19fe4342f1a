"""People of an office with their real keys, as their sessions hold them, and others who join it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyotp
from flask import Flask
from sqlalchemy import Engine, delete, update

from casework.accounts import Granter, NewAccount, NewPerson, add_staff, open_granter
from casework.caseworker import Caseworker
from casework.office_identities import open_office_identities
from casework.permissions import Role
from casework.sessions import StaffSession
from models.engine import read, write
from models.staff import get_staff
from models.tables import office_key_holders, sealed_items
from tests.casework.staff_office import StaffOffice
from tests.page_client import PageClient
from vault.keyslots import CHEAPEST, unlock_identity
from web.clock import now
from web.config import CaseworkConfig


@dataclass
class Keyholders:
    """The people of an office, by role or by the name they joined under, each with what they hold by now."""

    engine: Engine
    office: StaffOffice
    joined: dict[str, NewAccount] = field(default_factory=dict)

    @property
    def config(self) -> CaseworkConfig:
        """The staff site's settings."""
        return self.office.ceremony.casework

    def join(self, name: str, role: Role, granter: Role | str = Role.SUPERVISING_ATTORNEY) -> NewAccount:
        """Let somebody more join the office, given access by a supervising attorney."""
        person = NewPerson(name, f"{name.split(maxsplit=1)[0].lower()}@office.example", role)
        account = add_staff(self.engine, self.config, self.open_granter(granter), person, cost=CHEAPEST)
        self.joined[name] = account
        return account

    def find_account(self, who: Role | str) -> NewAccount:
        """The account of somebody, by role or name."""
        return self.office.accounts[who] if isinstance(who, Role) else self.joined[who]

    def find_id(self, who: Role | str) -> str:
        """The id of somebody, by role or name."""
        return self.find_account(who).staff_id

    def sit_down(self, who: Role | str) -> Caseworker:
        """Unlock somebody's own keyslot and give what a session of theirs would hold."""
        account = self.find_account(who)
        with read(self.engine) as connection:
            row = get_staff(connection, account.staff_id)
            assert row is not None
            identity = unlock_identity(row.keyslot, account.passphrase, staff_id=row.id)
            office = open_office_identities(connection, row.id, identity)
        session = StaffSession(
            staff_id=row.id,
            name=row.name,
            email=row.email,
            role=Role(row.role),
            identity=identity,
            office_identities=office,
            signed_in_at=int(now().timestamp()),
        )
        return Caseworker(self.engine, self.config, session)

    def sign_in(self, site: Flask, name: str) -> PageClient:
        """Let somebody who joined sign in on the page, once a test."""
        account = self.joined[name]
        reader = PageClient(site.test_client())
        code = pyotp.TOTP(account.totp_secret).now()
        values = {"email": account.person.email, "passphrase": account.passphrase, "code": code}
        page = reader.submit(reader.get("/sign-in"), values, action="/sign-in")
        assert page.status == 200, page.words
        return reader

    def open_granter(self, who: Role | str = Role.SUPERVISING_ATTORNEY) -> Granter:
        """Open somebody's right to give access."""
        return open_granter(self.engine, self.sit_down(who).session)

    def take_signing_key(self, who: Role | str) -> None:
        """Take the office signing key from somebody, behind the site's back."""
        with write(self.engine) as connection:
            mine = office_key_holders.c.holder_id == self.find_id(who)
            connection.execute(update(office_key_holders).where(mine).values(sealed_signing_key=None))

    def forget_item(self, item_id: str) -> None:
        """Delete something that was recorded on a case, behind the site's back."""
        with write(self.engine) as connection:
            connection.execute(delete(sealed_items).where(sealed_items.c.id == item_id))
