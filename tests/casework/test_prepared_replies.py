"""Prepared replies: the same ones in every language, and no fact of a case in any."""

from __future__ import annotations

import re

import pytest

from casework.case_forms import LONG
from casework.prepared_replies import list_prepared_languages, list_prepared_replies, read_prepared_replies
from models.questionnaire.vocabularies import STORY_LANGUAGE


def test_every_language_has_the_same_replies() -> None:
    """A reply that is offered can be had in each language that there are replies in."""
    stems = set(list_prepared_replies())
    assert len(stems) >= 10
    assert {language: set(found) for language, found in read_prepared_replies().items()} == dict.fromkeys(
        list_prepared_languages(), stems
    )


def test_languages_are_those_that_reports_come_in() -> None:
    """A language of replies is one that a reporter can choose."""
    assert set(list_prepared_languages()) <= {term.code for term in STORY_LANGUAGE}
    assert {"en", "es"} <= set(list_prepared_languages())


@pytest.mark.parametrize("language", list_prepared_languages())
def test_replies_carry_no_fact_and_leave_no_gap(language: str) -> None:
    """There is no figure, name to fill in, address or placeholder: sent unread by mistake, it says nothing wrong."""
    for stem, reply in read_prepared_replies()[language].items():
        assert reply.title, stem
        assert 20 < len(reply.text) < LONG, stem
        assert not re.search(r"[\d{}\[\]<>@_%]|https?:|\.\.\.|…", reply.text), stem
