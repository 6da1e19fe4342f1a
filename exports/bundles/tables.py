"""Tables of chosen cases and fields: CSV that a spreadsheet program opens safely, JSON that is exact, and load files.

Cells hold what people typed, and spreadsheet programs run cells that begin as a formula. So CSV is written for eyes:
such a cell gets an apostrophe before it. Whoever wants the very letters takes the JSON.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from exports.bundles.case_json import BundledFile, write_json
from exports.case_file import Answer, AnswerState
from exports.environment import describe_state
from exports.exhibit_numbers import ExhibitNumbers
from exports.printable import strip_controls
from exports.productions import Production

# What begins a formula, in narrow and in wide letters, also behind blanks (OWASP, "CSV Injection"); carriage returns
# and tabs are gone before. A semicolon begins a cell where a program takes it for the separator, as in many countries.
_FORMULA: Final = re.compile("(^|;)([\\s\u200b\ufeff]*)([=+\\-@\uff1d\uff0b\uff0d\uff20])")
_SIGN_OF_TEXT: Final = "'"
# Excel takes a file without this mark for one in the letters of its own country, and spoils every accent.
_BYTE_ORDER_MARK: Final = "\ufeff"
# What Excel can hold in a cell: it breaks longer ones over the rows below.
_LONGEST_CELL: Final = 32_767
_CUT: Final = " [cut here: the JSON has all of it]"

Cell = str | int
Row = Sequence[object]


@dataclass(frozen=True)
class Column:
    """One field that can be chosen for a table: its name in the file, its words for staff, and how it is read."""

    name: str
    words: str
    read: Callable[[Production], Cell]


def _tell(answer: Answer) -> str:
    return answer.text if answer.state is AnswerState.ANSWERED and answer.text else describe_state(answer)


def _tell_contact(production: Production) -> str:
    facts = production.case_file.contact
    return "\n".join(f"{fact.question} {_tell(fact.answer)}" for fact in facts if fact.answer.text)


def _tell_deadlines(production: Production) -> str:
    return "\n".join(f"{each.kind}: {each.due_on.isoformat()}" for each in production.case_file.deadlines)


def _tell_parties(production: Production) -> str:
    return "\n".join(f"{each.label}: {each.answer.text}" for each in production.case_file.parties if each.answer.text)


def _tell_day(day: object) -> str:
    return "" if day is None else str(day)


def _tell_agreement(production: Production) -> str:
    agreement = production.case_file.agreement
    return agreement.answer if agreement else ""


def _tell_translation(production: Production) -> str:
    translation = production.case_file.translation
    return translation.text if translation else ""


COLUMNS: Final[tuple[Column, ...]] = (
    Column("reference", "Reference", lambda each: each.case_file.reference),
    Column("variant", "Copy", lambda each: each.variant.value),
    Column("received_on", "Received", lambda each: each.case_file.received_on.isoformat()),
    Column("language", "Language of the account", lambda each: each.case_file.language.name),
    Column("reporter_role", "Who reported", lambda each: each.case_file.reporter_role),
    Column("privilege_class", "Why they wrote", lambda each: each.case_file.privilege_class.value),
    Column("earliest_on", "First possible day", lambda each: _tell_day(each.case_file.incident.earliest_on)),
    Column("latest_on", "Last possible day", lambda each: _tell_day(each.case_file.incident.latest_on)),
    Column("when", "When, in their words", lambda each: _tell(each.case_file.incident.words)),
    Column("time_of_day", "Time of day", lambda each: _tell(each.case_file.incident.time_of_day)),
    Column("place_kind", "Kind of place", lambda each: _tell(each.case_file.incident.place_kind)),
    Column("county", "County", lambda each: _tell(each.case_file.incident.county)),
    Column("state", "State", lambda each: _tell(each.case_file.incident.state)),
    Column("agency", "Agency", lambda each: _tell(each.case_file.stop.agency)),
    Column("how_it_began", "How it began", lambda each: _tell(each.case_file.stop.how_it_began)),
    Column("how_it_ended", "How it ended", lambda each: _tell(each.case_file.stop.how_it_ended)),
    Column("agreement", "287(g) that day", _tell_agreement),
    Column("parties", "Who was there", _tell_parties),
    Column("contact", "How to reach them", _tell_contact),
    Column("deadlines", "Deadlines", _tell_deadlines),
    Column("exhibits", "Files handed in", lambda each: len(each.case_file.exhibits)),
    Column("story", "What happened", lambda each: _tell(each.case_file.story)),
    Column("translation", "Working translation", _tell_translation),
)


def choose_columns(names: Iterable[str]) -> tuple[Column, ...]:
    """The columns of these names, in the order in which a table has them.

    Raises:
        ValueError: there is none of that name, or none was chosen.
    """
    chosen = set(names)
    found = tuple(column for column in COLUMNS if column.name in chosen)
    if not found or len(found) != len(chosen):
        raise ValueError("Choose at least one field, and only fields that there are.")
    return found


def write_cases_csv(productions: Iterable[Production], columns: Sequence[Column]) -> bytes:
    """One row for each case: the chosen columns, as CSV."""
    rows = ([column.read(production) for column in columns] for production in productions)
    return write_csv([column.name for column in columns], rows)


def write_cases_json(productions: Iterable[Production], columns: Sequence[Column]) -> bytes:
    """The same as a JSON list of objects, to the letter."""
    return write_json([{column.name: column.read(each) for column in columns} for each in productions])


def write_answers_csv(productions: Iterable[Production]) -> bytes:
    """One row for each question and answer of each case: case, section, question, how it was met, answer, language."""
    return write_csv(
        ["reference", "section", "question", "state", "answer", "language"],
        (
            [
                production.case_file.reference,
                section.title,
                fact.question,
                fact.answer.state.value,
                fact.answer.text,
                fact.answer.language.code if fact.answer.language else "",
            ]
            for production in productions
            for section in production.case_file.sections
            for fact in section.facts
        ),
    )


def write_exhibits_csv(
    production: Production, files: Iterable[BundledFile], numbers: Mapping[str, ExhibitNumbers]
) -> bytes:
    """One row for each exhibit: what it is, its SHA-256 on the day it came, where it lies or why not, its page numbers.

    ``numbers`` are those of the numbered exhibit set, by the exhibit's id; empty where none was made.
    """
    by_exhibit = {each.exhibit: each for each in files if each.exhibit}
    return write_csv(
        [
            "exhibit",
            "name",
            "kind",
            "length",
            "received_on",
            "sha256",
            "path",
            "missing",
            "first_number",
            "last_number",
        ],
        (
            [
                number,
                exhibit.name,
                exhibit.kind,
                exhibit.length,
                _tell_day(exhibit.received_on),
                exhibit.sha256,
                by_exhibit[number].path,
                by_exhibit[number].missing,
                numbers[exhibit.id].first if exhibit.id in numbers else "",
                numbers[exhibit.id].last if exhibit.id in numbers else "",
            ]
            for number, exhibit in enumerate(production.case_file.exhibits, 1)
        ),
    )


def write_csv(header: Row, rows: Iterable[Row]) -> bytes:
    """Write a table as CSV (RFC 4180): UTF-8 with a byte order mark, CRLF, every text in quotes, no formulas.

    Control characters go. A cell that is longer than a spreadsheet's cells can be is cut, and says so.
    """
    target = io.StringIO()
    target.write(_BYTE_ORDER_MARK)
    writer = csv.writer(target, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    for row in (header, *rows):
        writer.writerow([make_safe(cell) if isinstance(cell, str) else cell for cell in row])
    return target.getvalue().encode("utf-8")


def make_safe(text: str) -> str:
    """A text that no spreadsheet program takes for a formula; nothing else is changed but control characters."""
    safe = _FORMULA.sub(rf"\1{_SIGN_OF_TEXT}\2\3", strip_controls(text))
    return safe if len(safe) <= _LONGEST_CELL else safe[: _LONGEST_CELL - len(_CUT)] + _CUT


@dataclass(frozen=True, kw_only=True)
class LoadRow:
    """One produced file in a load file: its first and last Bates number, its path, SHA-256, and how many pages."""

    first_number: str
    last_number: str
    file_name: str
    sha256: str
    pages: int


def write_load_file(rows: Iterable[LoadRow]) -> bytes:
    """Write the index that review programs load beside a production (as for Concordance), as CSV."""
    return write_csv(
        ["BEGBATES", "ENDBATES", "PAGES", "FILENAME", "SHA256"],
        ([each.first_number, each.last_number, each.pages, each.file_name, each.sha256] for each in rows),
    )
