"""After the receipt: forget it, or begin another report that carries a helper's own answers over."""

from sqlalchemy import Engine

from intake.drafts import Draft, begin_draft, erase, save_answers
from intake.sending import ReceiptBox
from models.blobs import BlobStore
from models.questionnaire.pages import PAGES
from vault.boxes import BoxKey
from web.config import IntakeConfig


def forget_receipt(engine: Engine, store: BlobStore, key: BoxKey) -> None:
    """Forget the code: it is written down."""
    erase(engine, store, key)


def begin_another(engine: Engine, config: IntakeConfig, box: ReceiptBox, language: str, *, share_place: bool) -> Draft:
    """Begin another report with the helper's own answers and, if wanted, place, time and agency.

    Names of others and the story are never carried over. Raises as `begin_draft`.
    """
    draft = begin_draft(engine, config)
    carried = {**box.helper, **(box.shared if share_place else {})}
    for page in PAGES:
        values = {question.id: carried[question.id] for question in page.questions if question.id in carried}
        if values:
            draft = save_answers(engine, config, draft, page.stem, values, language=language)
    return draft
