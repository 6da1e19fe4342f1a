"""Who works on a case, and with what: the database, the site's configuration, and their open session.

It must never outlive a request: it holds open identities.
"""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Engine

from casework.sessions import StaffSession
from web import clock
from web.config import CaseworkConfig


@dataclass(frozen=True)
class Caseworker:
    """One signed-in person for the length of one request; what every deed upon a case takes first."""

    engine: Engine = field(repr=False)
    config: CaseworkConfig = field(repr=False)
    session: StaffSession

    @property
    def staff_id(self) -> str:
        """Their account's id, as the ledger names them."""
        return self.session.staff_id

    @property
    def today(self) -> date:
        """Today's date where the office is."""
        return clock.today(self.config.time_zone)
