"""Who is reading, as far as this site knows: the box of a browser, and what lies in it."""

from dataclasses import dataclass

from flask import current_app, g

from intake.drafts import Draft, load_draft
from intake.sending import ReceiptBox, load_receipt_box
from models.engine import look_up
from web.config import IntakeConfig
from web.database import get_engine


@dataclass(frozen=True)
class ReaderState:
    """A draft, a receipt, or neither."""

    draft: Draft | None
    receipt: ReceiptBox | None


def get_config() -> IntakeConfig:
    """Return the configuration of the public site."""
    config: IntakeConfig = current_app.extensions["site_config"]
    return config


def find_reader_state() -> ReaderState:
    """Open what this browser has here."""
    key = g.box_key
    if key is None:
        return ReaderState(None, None)
    with look_up(get_engine()) as connection:
        draft = load_draft(connection, key, get_config())
    return ReaderState(draft, None if draft else load_receipt_box(get_engine(), key))
