"""Files fictional reports exactly as the public site does: a draft, page by page, then the send."""

from datetime import date

from sqlalchemy import Engine

from demo.reports.report import DemoReport, list_values
from intake.drafts import begin_draft, save_answers
from intake.sending import send_report
from models.questionnaire.pages import Page, list_asked_pages
from models.report import Value
from web.config import IntakeConfig


def _list_posted_pages(values: dict[str, Value]) -> list[Page]:
    """List the pages that this reporter sent: the whole minimum path, and the details if they gave any."""
    details = list_asked_pages(values, details=True)
    has_details = any(question.id in values for page in details for question in page.questions)
    return [*list_asked_pages(values), *(details if has_details else ())]


def file_report(engine: Engine, config: IntakeConfig, report: DemoReport, first_start_on: date) -> str:
    """File one report at the moment that the clock shows, and return its reference."""
    values = list_values(report, first_start_on)
    draft = begin_draft(engine, config)
    for page in _list_posted_pages(values):
        answers = {question.id: values.get(question.id, "") for question in page.questions}
        draft = save_answers(engine, config, draft, page.stem, answers, language=report.language)
    return send_report(engine, config, draft, draft.key, report.language).reference
