"""Walking both chains of the ledger once a day, from the worker, so that it does not depend on who presses a button.

What came of it is an entry. It has no head that was kept outside, so it finds neither a cut end nor an older ledger.
"""

from typing import Final

from casework.last_check import BROKEN, VERIFIED
from casework.ledger_commands import verify_chains
from casework.ledger_writing import append_event
from casework.workplace import Workplace
from models.engine import write
from models.ledger import Event

WALK: Final = "ledger:walk"
_SUBJECT: Final = "ledger"


def walk_ledger(place: Workplace, _subject: str) -> None:
    """Walk both chains and record what came of it; what does not hold is shown by the page and by `ledger verify`."""
    holds = all(report.holds for report in verify_chains(place.engine, place.config, {}))
    with write(place.engine) as connection:
        append_event(connection, Event(VERIFIED if holds else BROKEN, _SUBJECT), place.config)
