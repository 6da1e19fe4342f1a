"""The forms of the conversation, of evidence and of a legal hold, as they stand on a case's page."""

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField

from casework.case_forms import LONG, SHORT, ChoiceField, OneOf, Words, make_text
from casework.conversations import Turn
from casework.opening import OpenedCase
from casework.prepared_replies import (
    ENGLISH,
    find_prepared_reply,
    list_prepared_languages,
    list_prepared_replies,
)
from casework.words import find_language
from models.questionnaire.vocabularies import STORY_LANGUAGE
from web.csrf import N_, BoxForm
from web.languages import gettext as _

WITHOUT_TEXT = N_(
    "There is no prepared reply in this language. It stands here in English: translate it before sending."
)
CHOOSE_TEXT = N_("Choose which prepared reply to put into the box")


class ReplyForm(BoxForm):
    """Asking or answering. `prepared` only fills the box; what is sent is what stands in the box."""

    reply_to = ChoiceField("To whom?", [OneOf(N_("Choose whom to write to"))])
    reply_language = ChoiceField(
        "Language of the reply",
        [OneOf(N_("Choose the language of the reply"))],
        choices=[(term.code, term.text) for term in STORY_LANGUAGE],
    )
    prepared = ChoiceField("Prepared reply", [OneOf()])
    reply_text = make_text("Reply", Words(LONG, N_("Write the reply")))
    reply_is_question = BooleanField("This is a question: the reader is told that we wait for an answer")

    def insert_prepared(self) -> None:
        """Put the chosen prepared reply into the box, under what is typed there; says so where it has to be English."""
        if not self.prepared.code:
            self.prepared.errors = [_(CHOOSE_TEXT)]
            return
        reply = find_prepared_reply(self.prepared.code, self.reply_language.code)
        if reply is None:
            reply = find_prepared_reply(self.prepared.code, ENGLISH)
            self.reply_language.errors = [_(WITHOUT_TEXT)]
        if reply is not None:
            self.reply_text.data = "\n\n".join(part for part in (self.reply_text.data, reply.text) if part)


class HoldForm(BoxForm):
    """Setting or lifting a legal hold."""

    hold_reason = make_text("Reason for the hold, or for lifting it", Words(SHORT, N_("Write the reason")))


class ButtonForm(BoxForm):
    """A button and nothing else: verifying a file, making previews."""


def make_reply_form(sent: Any, case: OpenedCase, readers: Mapping[str, str], turns: tuple[Turn, ...]) -> ReplyForm:  # noqa: ANN401  # WTForms takes any multidict
    """Make the form to write to a reporter: to who wrote last, in the language in which they filed."""
    last = next((turn.item.text("receipt_id") for turn in reversed(turns) if not turn.is_ours), "")
    language = case.report.language if case.report else ENGLISH
    form = ReplyForm(
        sent, data={"reply_to": last if last in readers else next(iter(readers)), "reply_language": language}
    )
    form.reply_to.choices = list(readers.items())
    form.prepared.choices = list(list_prepared_replies().items())
    names = ", ".join(find_language(code).name for code in list_prepared_languages())
    form.prepared.description = f"Written in {names}. Put one into the box, then change it as the case needs."
    return form
