"""Verifying the ledger from its page: both chains, heads that were kept outside, and what is stored if somebody asks.

What came of it is recorded, because "we looked in March, and it held" is worth something later.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine

from casework.last_check import BROKEN, HEAD_ONLY, VERIFIED
from casework.ledger_commands import verify_chains
from casework.ledger_heads import Heads, read_current_heads
from casework.ledger_writing import append_event
from casework.stored_comparison import StoredReport, compare_stored
from models.engine import write
from models.ledger import Event
from models.ledger_walk import ChainReport, KeptHead
from web import clock
from web.config import CaseworkConfig


@dataclass(frozen=True)
class LedgerCheck:
    """What a check found. `stored` is None where nobody asked for it; `kept` counts the heads it was compared with."""

    chains: tuple[ChainReport, ...]
    stored: StoredReport | None
    kept: int

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return all(chain.holds for chain in self.chains) and (self.stored is None or not self.stored.faults)


def check_ledger(
    engine: Engine,
    config: CaseworkConfig,
    staff_id: str,
    kept: Mapping[str, tuple[KeptHead, ...]],
    *,
    compares_stored: bool = False,
) -> LedgerCheck:
    """Walk both chains, compare with the heads kept outside and, if asked, with what is stored; record the outcome."""
    chains = tuple(verify_chains(engine, config, kept))
    stored = compare_stored(engine, config) if compares_stored else None
    check = LedgerCheck(chains, stored, sum(len(heads) for heads in kept.values()))
    kind = VERIFIED if check.holds else BROKEN
    item = HEAD_ONLY if not check.holds and _holds_without_heads(engine, config, kept, stored) else ""
    with write(engine) as connection:
        append_event(connection, Event(kind, staff_id, actor=staff_id, item=item), config)
    return check


def _holds_without_heads(
    engine: Engine, config: CaseworkConfig, kept: Mapping[str, tuple[KeptHead, ...]], stored: StoredReport | None
) -> bool:
    """Whether nothing but a head that was given is amiss: it may be another office's, or copied wrong."""
    if not any(kept.values()) or (stored is not None and stored.faults):
        return False
    return all(chain.holds for chain in verify_chains(engine, config, {}))


def take_heads(engine: Engine, config: CaseworkConfig, staff_id: str) -> Heads:
    """Read the heads of both chains for somebody who keeps them outside, and record that they left."""
    with write(engine) as connection:
        heads = read_current_heads(connection, clock.today(config.time_zone))
        append_event(connection, Event("head:taken", staff_id, actor=staff_id), config)
    return heads
