"""Colleagues at their desks, with what their own passphrases open now: no more, and no less."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Engine

from casework.accounts import Granter, open_granter
from casework.caseworker import Caseworker
from casework.office_identities import open_office_identities
from casework.permissions import Role
from casework.sessions import StaffSession
from models.engine import read
from models.staff import get_staff
from tests.casework.staff_office import StaffOffice
from vault.keyslots import unlock_identity
from web.clock import now


def sit_down(engine: Engine, office: StaffOffice, role: Role) -> Caseworker:
    """Somebody of the office with what their passphrase opens at this moment."""
    account = office.accounts[role]
    with read(engine) as connection:
        row = get_staff(connection, account.staff_id)
        assert row is not None
        identity = unlock_identity(row.keyslot, account.passphrase, staff_id=row.id)
        office_identities = open_office_identities(connection, row.id, identity)
    session = StaffSession(
        staff_id=row.id,
        name=row.name,
        email=row.email,
        role=role,
        identity=identity,
        office_identities=office_identities,
        signed_in_at=int(now().timestamp()),
    )
    return Caseworker(engine, office.ceremony.casework, session)


def sit_down_again(caseworker: Caseworker) -> Caseworker:
    """The same person, with what their identity opens now."""
    with read(caseworker.engine) as connection:
        held = open_office_identities(connection, caseworker.staff_id, caseworker.session.identity)
    return replace(caseworker, session=replace(caseworker.session, office_identities=held))


def open_supervisor(engine: Engine, office: StaffOffice) -> Granter:
    """The supervising attorney, with the office signing key open."""
    return open_granter(engine, sit_down(engine, office, Role.SUPERVISING_ATTORNEY).session)
