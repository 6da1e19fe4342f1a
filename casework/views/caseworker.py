"""Who is asking: the caseworker of the request that is being answered."""

from typing import Any
from uuid import UUID

from casework.caseworker import Caseworker
from casework.gate import get_config
from casework.sessions import get_session
from web.database import get_engine


def get_caseworker() -> Caseworker:
    """Return who is signed in, with the site's database and configuration."""
    return Caseworker(get_engine(), get_config(), get_session())


def write_ids(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Give views their ids as texts, as the database has them, where the address takes nothing but ids."""
    for name, value in (values or {}).items():
        if isinstance(value, UUID) and values is not None:
            values[name] = str(value)
