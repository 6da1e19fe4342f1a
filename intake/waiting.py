"""Continue later: an unfinished report waits under a code of its own, and opens with it on any phone for some days.

The code leads to a box that holds the key of the draft. It leads nowhere else: never to staff, never to a receipt; the
box goes when the report is sent. Whenever the code is used or written down, the draft gets a new key, so that a cookie
which stayed on another phone opens nothing.
"""

from dataclasses import replace

from sqlalchemy import Connection, Engine

from intake.drafts import (
    Draft,
    DraftBusyError,
    DraftGoneError,
    Waiting,
    change_draft,
    erase,
    find_expiry,
    load_draft,
)
from models import boxes, drafts, tables
from models.blobs import BlobStore
from models.engine import read, write
from vault.boxes import BoxKey, close_box, open_box
from vault.errors import CannotOpenError
from vault.receipts import derive_code, new_code
from web import clock
from web.config import IntakeConfig

_KIND = "waiting"
_TRIES = 8
_HOURS_A_DAY = 24


def take_code(engine: Engine, config: IntakeConfig, draft: Draft) -> Draft:
    """Make the code of a draft, which then waits for `continue_days`; a code that it had before ends.

    Raises as `change_draft`.
    """
    code = new_code()
    key = derive_code(code, salt=config.receipt_salt).draft_key
    waiting = Waiting(code, key.to_cookie(), clock.hour() + config.continue_days * _HOURS_A_DAY + 1)
    ended: list[Waiting] = []

    def change(draft: Draft) -> None:
        if draft.waiting:
            ended.append(draft.waiting)
        draft.waiting = waiting

    def write_box(connection: Connection) -> None:
        for former in ended:
            end_code(connection, former)
        _put_box(connection, waiting, draft.key)

    return change_draft(engine, config, draft, change, write_beside=write_box)


def _put_box(connection: Connection, waiting: Waiting, draft_key: BoxKey) -> None:
    key = BoxKey.from_cookie(waiting.key)
    boxes.delete_box(connection, tables.boxes, key.lookup_id)
    boxes.put_box(
        connection,
        tables.boxes,
        box_id=key.lookup_id,
        kind=_KIND,
        record=close_box(draft_key.to_cookie().encode(), key=key, context=_KIND),
        expires_hour=waiting.until_hour,
    )


def end_code(connection: Connection, waiting: Waiting) -> None:
    """End the code of a draft; part of a larger transaction."""
    boxes.delete_box(connection, tables.boxes, BoxKey.from_cookie(waiting.key).lookup_id)


def is_waiting(engine: Engine, key: BoxKey) -> bool:
    """Tell whether something waits under a code."""
    with read(engine) as connection:
        return boxes.get_box(connection, tables.boxes, key.lookup_id, clock.hour()) is not None


def open_waiting_draft(engine: Engine, config: IntakeConfig, key: BoxKey) -> Draft | None:
    """Open the draft that waits under a code and move it to a new key; None when none does.

    Raises:
        DraftBusyError: it was saved on another phone again and again meanwhile.
    """
    for _try in range(_TRIES):
        with read(engine) as connection:
            row = boxes.get_box(connection, tables.boxes, key.lookup_id, clock.hour())
            if row is None:
                return None
            try:
                draft_key = BoxKey.from_cookie(open_box(row.record, key=key, context=_KIND).decode())
            except CannotOpenError:
                return None
            draft = load_draft(connection, draft_key, config, by_code=True)
        if draft is None or draft.waiting is None:
            return None
        if _move(engine, config, draft):
            return draft
    raise DraftBusyError


def put_away(engine: Engine, config: IntakeConfig, draft: Draft) -> None:
    """Take a draft off this phone: from now on only its code opens it.

    Raises:
        DraftBusyError: other requests of the same reporter kept changing it.
        DraftGoneError: it was sent or erased meanwhile, or has no code.
    """
    key = draft.key
    for _try in range(_TRIES):
        if draft.waiting is None:
            raise DraftGoneError
        if _move(engine, config, draft):
            return
        with read(engine) as connection:
            newer = load_draft(connection, key, config)
        if newer is None:
            raise DraftGoneError
        draft = newer
    raise DraftBusyError


def _move(engine: Engine, config: IntakeConfig, draft: Draft) -> bool:
    """Put a draft, as it is in memory, under a new key, and that key into the box of its code."""
    assert draft.waiting is not None
    old_id = draft.key.lookup_id
    draft.key = BoxKey.generate()
    draft.waiting = replace(draft.waiting, code="")
    draft.saved_at = int(clock.now().timestamp())
    record = draft.close()
    with write(engine) as connection:
        if not drafts.move_draft(
            connection,
            old_id,
            revision=draft.revision,
            new_id=draft.key.lookup_id,
            record=record,
            expires_hour=find_expiry(config, draft),
        ):
            return False
        _put_box(connection, draft.waiting, draft.key)
        draft.revision += 1
    return True


def leave(engine: Engine, store: BlobStore, config: IntakeConfig, key: BoxKey) -> None:
    """Leave nothing on this phone: what waits under a code goes on waiting, everything else is erased."""
    with read(engine) as connection:
        draft = load_draft(connection, key, config)
    if draft is None or draft.waiting is None:
        erase(engine, store, key)
        return
    try:
        put_away(engine, config, draft)
    except DraftGoneError:
        erase(engine, store, key)
        return
    with write(engine) as connection:
        boxes.delete_box(connection, tables.boxes, key.lookup_id)


def erase_waiting(engine: Engine, store: BlobStore, draft: Draft) -> None:
    """Erase a draft with its files, and end its code."""
    erase(engine, store, draft.key)
    if draft.waiting:
        with write(engine) as connection:
            end_code(connection, draft.waiting)
