"""Reads ICE's list of participating agencies, as published: a workbook (XLSX) or a table of text (CSV).

The file comes from whoever uploads it, so it is trusted in nothing: it is looked at before it is unpacked, unpacked in
memory alone, and limited in every direction. Nothing here writes anywhere or knows the directory.
"""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from openpyxl import load_workbook

from casework.county_matching import Found, find_listed_county
from casework.errors import CaseworkError
from models.agencies import AgencyType
from models.agency_names import clean_name, make_name_key
from models.agreements import SupportType
from models.counties import list_state_codes, name_state
from web.csrf import N_

LARGEST_FILE = 8_000_000
_LARGEST_UNPACKED = 24_000_000
_MOST_PARTS = 200
_MOST_ROWS = 20_000
_MOST_COLUMNS = 40
_LONGEST_CELL = 2_000
_HEADER_WITHIN = 10

COLUMNS = ("STATE", "LAW ENFORCEMENT AGENCY", "TYPE", "COUNTY", "SUPPORT TYPE", "SIGNED")
_LINKS = ("MOA", "ADDENDUM")
_OTHER_CODES = {"NB": "NE", "GM": "GU", "CNMI": "MP"}
_TYPES = {
    "county": AgencyType.COUNTY,
    "municipality": AgencyType.MUNICIPALITY,
    "municipal": AgencyType.MUNICIPALITY,
    "city": AgencyType.MUNICIPALITY,
    "state agency": AgencyType.STATE,
    "state": AgencyType.STATE,
    "tribal": AgencyType.TRIBAL,
}
_MODELS = {
    "jail enforcement model": SupportType.JAIL_ENFORCEMENT_MODEL,
    "jem": SupportType.JAIL_ENFORCEMENT_MODEL,
    "warrant service officer": SupportType.WARRANT_SERVICE_OFFICER,
    "wso": SupportType.WARRANT_SERVICE_OFFICER,
    "task force model": SupportType.TASK_FORCE_MODEL,
    "tfm": SupportType.TASK_FORCE_MODEL,
}
_LINK_FORMULA = re.compile(r'^=HYPERLINK\(\s*"([^"]+)"', re.IGNORECASE)
_US_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")
_NAME_DATE = (
    re.compile(r"(?<!\d)(?P<year>20\d\d)[-_.]?(?P<month>\d\d)[-_.]?(?P<day>\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<month>\d\d)[-_.]?(?P<day>\d\d)[-_.]?(?P<year>20\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<month>\d\d)[-_.]?(?P<day>\d\d)[-_.]?(?P<year>\d\d)(?!\d)"),
)


class UnreadableListError(CaseworkError):
    """The file is no list of participating agencies that can be read; `message` says why, for the page."""

    def __init__(self, message: str, names: str = "") -> None:
        """Remember what the page says; `names` goes into it."""
        super().__init__(message)
        self.message = message
        self.names = names


TOO_LARGE = N_("This file is larger than such a list ever is.")
NOT_A_LIST = N_("This is not a workbook (XLSX) or a table of text (CSV) that can be read.")
NOT_WHOLE = N_("This workbook is damaged or was not saved whole.")
SUSPICIOUS = N_("This workbook unpacks to far more than it should, or holds parts that no list needs. It was not read.")
NO_COLUMNS = N_("The first rows do not name these columns: {names}.")
PENDING = N_(
    "This looks like ICE's list of pending agencies: it has no column for the day of signing. "
    "Use the list of participating agencies."
)
NO_ROWS = N_("The list has no rows.")
TOO_LONG = N_("This list has more rows than such a list ever has.")


@dataclass(frozen=True)
class ListedRow:
    """One row of the list, cleaned. An address is None where the file cannot tell it, and blank where there is none."""

    number: int
    state: str
    agency: str
    type: str
    county: str
    county_fips: str
    county_found: str
    support_type: str
    signed_on: date | None
    moa_url: str | None
    addendum_url: str | None

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same agreement in another list: state, agency, model. Never the date of signing."""
        return self.state, make_name_key(self.agency), self.support_type


@dataclass(frozen=True)
class Fault:
    """A row that could not be used, or a cell of it: the row's number in the file, and what it says."""

    number: int
    column: str
    text: str


@dataclass(frozen=True)
class ReadList:
    """What was read from a file. `faults` with the column STATE, AGENCY or SUPPORT TYPE lost their row."""

    rows: tuple[ListedRow, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class _Cell:
    text: str
    value: Any = None
    link: str | None = None


def guess_published_on(file_name: str) -> date | None:
    """Guess the day of publication from a file's name, such as "participatingAgencies05182026am.xlsx"."""
    for pattern in _NAME_DATE:
        for match in pattern.finditer(file_name):
            year = int(match["year"])
            try:
                found = date(year if year > 99 else 2000 + year, int(match["month"]), int(match["day"]))  # noqa: PLR2004  # two digits
            except ValueError:
                continue
            if 2015 <= found.year <= 2100:  # noqa: PLR2004  # ICE has published lists since then
                return found
    return None


def read_list(content: bytes) -> ReadList:
    """Read a list.

    Raises:
        UnreadableListError: it cannot be read; nothing of it was used.
    """
    if len(content) > LARGEST_FILE:
        raise UnreadableListError(TOO_LARGE)
    table = _read_workbook(content) if content.startswith(b"PK") else _read_text(content)
    names, rows = _find_header(table)
    found: list[ListedRow] = []
    faults: list[Fault] = []
    seen: set[tuple[str, str, str]] = set()
    for number, cells in rows:
        by_name = {name: cells[position] for name, position in names.items() if position < len(cells)}
        row = _read_row(number, by_name, faults)
        if row is None:
            continue
        if row.key in seen:
            faults.append(Fault(number, "twice", row.agency))
            continue
        seen.add(row.key)
        found.append(row)
    if not found:
        raise UnreadableListError(NO_ROWS)
    return ReadList(tuple(found), tuple(faults))


def _check_workbook(content: bytes) -> None:
    """Look at the parts of a workbook before any is handed to a parser. Raises UnreadableListError."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST_UNPACKED:
                raise UnreadableListError(SUSPICIOUS)
            for part in parts:
                # Sizes in a directory can lie: what is unpacked is counted.
                with archive.open(part) as file:
                    unpacked = file.read(_LARGEST_UNPACKED + 1)
                if len(unpacked) > part.file_size or b"<!DOCTYPE" in unpacked or b"<!ENTITY" in unpacked:
                    raise UnreadableListError(SUSPICIOUS)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as fault:
        raise UnreadableListError(NOT_WHOLE) from fault


def _read_workbook(content: bytes) -> list[tuple[int, list[_Cell]]]:
    _check_workbook(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # remarks on styles and validations that a list may have
            book = load_workbook(io.BytesIO(content), keep_links=False)
            sheet = book.worksheets[0]
    except Exception as fault:  # whatever a parser thinks of a hostile file
        raise UnreadableListError(NOT_A_LIST) from fault
    if (sheet.max_row or 0) > _MOST_ROWS:
        raise UnreadableListError(TOO_LONG)
    rows = sheet.iter_rows(max_col=min(sheet.max_column or 1, _MOST_COLUMNS))
    return [(number, [_read_cell(cell) for cell in row]) for number, row in enumerate(rows, start=1)]


def _read_cell(cell: Any) -> _Cell:  # noqa: ANN401  # a cell of the library, of several classes
    value = cell.value
    link = getattr(getattr(cell, "hyperlink", None), "target", None)
    if isinstance(value, str):
        formula = _LINK_FORMULA.match(value)
        if formula:
            return _Cell("link", None, formula[1])
        if value.startswith("="):
            return _Cell("")
    text = "" if value is None else str(value)[:_LONGEST_CELL]
    return _Cell(clean_name(text), value, str(link) if link else None)


def _read_text(content: bytes) -> list[tuple[int, list[_Cell]]]:
    if b"\x00" in content[:4096]:
        raise UnreadableListError(NOT_A_LIST)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows: list[tuple[int, list[_Cell]]] = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if number > _MOST_ROWS:
                raise UnreadableListError(TOO_LONG)
            rows.append((number, [_read_text_cell(cell) for cell in row[:_MOST_COLUMNS]]))
    except csv.Error as fault:
        raise UnreadableListError(NOT_A_LIST) from fault
    return rows


def _read_text_cell(text: str) -> _Cell:
    clean = clean_name(text[:_LONGEST_CELL])
    return _Cell(clean, clean, clean if clean.lower().startswith(("http://", "https://")) else None)


def _find_header(
    table: Sequence[tuple[int, list[_Cell]]],
) -> tuple[dict[str, int], Iterator[tuple[int, list[_Cell]]]]:
    """Find the row that names the columns. Raises UnreadableListError, naming those that are missing."""
    best: set[str] = set()
    for position, (_number, cells) in enumerate(table[:_HEADER_WITHIN]):
        names = {cell.text.upper(): column for column, cell in reversed(list(enumerate(cells)))}
        if set(COLUMNS) <= set(names):
            wanted = {name: names[name] for name in (*COLUMNS, *_LINKS) if name in names}
            rest = (row for row in table[position + 1 :] if any(cell.text or cell.link for cell in row[1]))
            return wanted, rest
        best = max(best, set(COLUMNS) & set(names), key=len)
    missing = [name for name in COLUMNS if name not in best]
    if missing == ["SIGNED"]:
        raise UnreadableListError(PENDING)
    if len(missing) == len(COLUMNS):
        raise UnreadableListError(NOT_A_LIST if len(table) < 2 else NO_COLUMNS, ", ".join(missing))  # noqa: PLR2004  # one line is no table
    raise UnreadableListError(NO_COLUMNS, ", ".join(missing))


def _read_row(number: int, cells: dict[str, _Cell], faults: list[Fault]) -> ListedRow | None:
    empty = _Cell("")
    texts = {name: cells.get(name, empty).text for name in COLUMNS}
    state = find_state(texts["STATE"])
    agency = clean_name(texts["LAW ENFORCEMENT AGENCY"])[:200]
    model = _MODELS.get(make_name_key(texts["SUPPORT TYPE"]))
    for column, found in (("STATE", state), ("LAW ENFORCEMENT AGENCY", agency), ("SUPPORT TYPE", model)):
        if not found:
            faults.append(Fault(number, column, texts[column][:80]))
            return None
    assert state is not None
    assert model is not None
    signed_on = _read_date(cells.get("SIGNED", empty))
    if signed_on is None:
        faults.append(Fault(number, "SIGNED", texts["SIGNED"][:80]))
    county = find_listed_county(state, texts["COUNTY"], agency)
    return ListedRow(
        number=number,
        state=state,
        agency=agency,
        type=_TYPES.get(make_name_key(texts["TYPE"]), AgencyType.OTHER),
        county="" if county.found in {Found.BLANK, Found.FROM_AGENCY} else texts["COUNTY"][:100],
        county_fips=county.county.fips if county.county else "",
        county_found=county.found,
        support_type=model,
        signed_on=signed_on,
        moa_url=_read_link(cells.get("MOA")),
        addendum_url=_read_link(cells.get("ADDENDUM")),
    )


def find_state(text: str) -> str | None:
    """Find the code of a state or territory from its name or code, also the FBI's own (NB, GM)."""
    code = text.strip().upper().replace(".", "")
    code = _OTHER_CODES.get(code, code)
    if code in list_state_codes():
        return code
    key = make_name_key(text)
    names = {make_name_key(name_state(state)): state for state in list_state_codes()}
    return names.get(key) or names.get(key.removeprefix("commonwealth of the ").removeprefix("us "))


def _read_date(cell: _Cell) -> date | None:
    if isinstance(cell.value, datetime):
        return cell.value.date()
    if isinstance(cell.value, date):
        return cell.value
    text = cell.text.split(" ")[0]
    match = _US_DATE.fullmatch(text)
    try:
        if match:
            year = int(match[3])
            return date(year if year > 99 else 2000 + year, int(match[1]), int(match[2]))  # noqa: PLR2004  # two digits
        return date.fromisoformat(text)
    except ValueError:
        return None


def _read_link(cell: _Cell | None) -> str | None:
    """Read an address: None where the cell says that there is one and not which, as text does for "link"."""
    if cell is None:
        return None
    if cell.link:
        return clean_link(cell.link)
    return None if cell.text.lower().startswith("link") and "pending" not in cell.text.lower() else ""


def clean_link(link: str) -> str:
    """Return a web address without the wrapping of a mail filter; blank when it is none."""
    try:
        parts = urlsplit(link.strip())
        if (parts.hostname or "").endswith("safelinks.protection.outlook.com"):
            parts = urlsplit(parse_qs(parts.query).get("url", [""])[0])
    except ValueError:
        return ""
    is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
    return parts.geturl()[:_LONGEST_CELL] if is_web else ""
