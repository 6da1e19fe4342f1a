"""What is shown where a case is made ready for copies: marks, suggestions, and the story as each copy has it."""

from dataclasses import dataclass, field

from casework.case_files import build_case_file
from casework.caseworker import Caseworker
from casework.opening import OpenedCase, WorkItem
from casework.passage_marks import list_marks
from casework.redaction_forms import MARKABLE
from exports.case_file import CaseFile, Exhibit, Language, Variant
from exports.productions import Omission
from exports.redaction.marks import GROUND_WORDS, FitExhibit, Mark
from exports.redaction.matching import Haystack, make_needle
from exports.redaction.names import reads_as_sentence
from exports.redaction.own_words import list_unsearchable
from exports.redaction.policies import COPY_NAMES, POLICIES
from exports.redaction.redacting import redact
from exports.redaction.suggesting import Suggestion, list_suggestions
from exports.redaction.walking import list_texts


@dataclass(frozen=True)
class ShownMark:
    """A mark on a passage: where it hits, how often, and in which copies."""

    item: WorkItem
    mark: Mark = field(repr=False)
    why: str
    copies: str
    in_story: int
    elsewhere: int


@dataclass(frozen=True)
class ShownCopy:
    """The story as one copy has it, with what is left out of that copy."""

    name: str
    story: str = field(repr=False)
    translation: str = field(repr=False)
    omissions: tuple[Omission, ...]
    unsearchable: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class RedactionView:
    """Everything on the page. ``fit`` are names of copies by the id of a file."""

    case_file: CaseFile = field(repr=False)
    marks: tuple[ShownMark, ...]
    exhibits: tuple[Exhibit, ...] = field(repr=False)
    fit: dict[str, str]
    suggestions: tuple[tuple[Suggestion, str], ...] = field(repr=False)
    sentences: tuple[str, ...]
    copies: tuple[ShownCopy, ...]
    language: Language


def view_redaction(caseworker: Caseworker, case: OpenedCase) -> RedactionView:
    """Put together what the page shows.

    Raises:
        CannotExportError: the case may not go on paper now.
    """
    case_file = build_case_file(caseworker, case)
    standing = list_marks(case)
    marks = [each.mark for each in standing]
    passages = [mark for mark in marks if isinstance(mark, Mark)]
    removing = POLICIES[Variant.PRESS].removed_kinds
    parties = (*case_file.parties, *case_file.witnesses)
    return RedactionView(
        case_file=case_file,
        marks=tuple(_show_mark(case_file, each.item, each.mark) for each in standing if isinstance(each.mark, Mark)),
        exhibits=case_file.exhibits,
        fit={mark.exhibit_id: _name_copies(mark.variants) for mark in marks if isinstance(mark, FitExhibit)},
        suggestions=tuple(
            (each, _name_copies(frozenset(each.variants))) for each in list_suggestions(case_file, passages)
        ),
        sentences=tuple(
            dict.fromkeys(
                party.label for party in parties if party.kind in removing and reads_as_sentence(party.answer.text)
            )
        ),
        copies=tuple(_show_copy(case_file, variant, marks) for variant in MARKABLE),
        language=case_file.language,
    )


def _show_mark(case_file: CaseFile, item: WorkItem, mark: Mark) -> ShownMark:
    needle = make_needle(mark.text)
    in_story = len(Haystack(case_file.story.text).find(needle)) if needle else 0
    everywhere = sum(len(Haystack(text).find(needle)) for text in list_texts(case_file)) if needle else 0
    return ShownMark(
        item, mark, GROUND_WORDS[mark.ground], _name_copies(mark.variants), in_story, everywhere - in_story
    )


def _show_copy(case_file: CaseFile, variant: Variant, marks: list[Mark | FitExhibit]) -> ShownCopy:
    production = redact(case_file, variant, marks)
    shown = production.case_file
    return ShownCopy(
        COPY_NAMES[variant],
        shown.story.text,
        shown.translation.text if shown.translation else "",
        production.omissions,
        list_unsearchable(production),
    )


def _name_copies(variants: frozenset[Variant]) -> str:
    return ", ".join(COPY_NAMES[variant] for variant in Variant if variant in variants)
