"""What is shown of the office's accounts. It must never show anything of a private key."""

from dataclasses import dataclass

from sqlalchemy import Engine

from casework.permissions import Role
from models.engine import read
from models.office_keys import get_office_key, list_held_keys
from models.staff import list_staff
from vault.contexts import Context
from vault.errors import UntrustedKeyError
from vault.signing import verify_recipient
from web.config import CaseworkConfig

ROLE_NAMES = {
    Role.ADMINISTRATOR: "Administrator",
    Role.INTAKE: "Intake",
    Role.ATTORNEY: "Attorney",
    Role.SUPERVISING_ATTORNEY: "Supervising attorney",
}


@dataclass(frozen=True)
class Person:
    """One account as shown. An empty fingerprint: the stored key is not signed by the office."""

    name: str
    email: str
    role: str
    is_active: bool
    fingerprint: str
    holds_office_key: bool
    may_grant: bool


def list_people(engine: Engine, config: CaseworkConfig) -> list[Person]:
    """List all accounts by name, each key checked against the office's signature."""
    with read(engine) as connection:
        office_key = get_office_key(connection)
        rows = [(row, list_held_keys(connection, row.id)) for row in list_staff(connection)]
    people = []
    for row, held in rows:
        try:
            fingerprint = verify_recipient(
                row.recipient,
                row.recipient_signature,
                context=Context("staff_recipient", (row.id,)),
                verify_key=config.office_verify_key,
            ).fingerprint
        except UntrustedKeyError:
            fingerprint = ""
        current = [each for each in held if office_key is not None and each.office_key_id == office_key.id]
        people.append(
            Person(
                name=row.name,
                email=row.email,
                role=ROLE_NAMES[Role(row.role)] if row.role in set(Role) else row.role,
                is_active=row.is_active,
                fingerprint=fingerprint,
                holds_office_key=bool(current),
                may_grant=any(each.sealed_signing_key for each in current),
            )
        )
    return people
