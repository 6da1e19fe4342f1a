"""A list of participating agencies as ICE publishes it, made up row by row: the same columns and every trap seen."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from openpyxl import Workbook

HEADER = ("STATE", "LAW ENFORCEMENT AGENCY", "TYPE", "COUNTY", "SUPPORT TYPE", "SIGNED", "MOA", "ADDENDUM")
TFM, WSO, JEM = "Task Force Model", "Warrant Service Officer", "Jail Enforcement Model"


@dataclass(frozen=True)
class Entry:
    """One row as somebody typed it. `moa` is an address, "link pending", or nothing."""

    state: str
    agency: str
    county: str
    model: str = TFM
    type: str = "County"
    signed: date | str | None = date(2025, 9, 22)
    moa: str = "https://www.ice.gov/doclib/287gMOA/made_up.pdf"
    addendum: str = ""

    def change(self, **fields: object) -> Entry:
        """The same row with other cells."""
        return replace(self, **fields)  # type: ignore[arg-type]  # names are checked by the class


# Every trap: spaces at the end, curly apostrophes, misspelt counties, blank ones in three ways, territories, the FBI's
# codes, saints, parishes, a city apart from its county, a wrapped address, an address that is pending.
TRAPS: tuple[Entry, ...] = (
    Entry("ALABAMA", "Autauga County Sheriff's Office ", "Autauga County", type="County "),
    Entry("ALABAMA", "Autauga County Sheriff’s Office", "Autauga County ", WSO),
    Entry("ARKANSAS", "Arkansas Department of Corrections", "Pulaksi County", f"{JEM} ", "State Agency"),
    Entry("NB", "Dakota County Sheriff's Office", "Dakota County", JEM, signed=date(2020, 6, 9)),
    Entry("GM", "Office Of The Attorney General", "Kattan District ", TFM, "State Agency"),
    Entry("NORTHERN MARIANA ISLANDS", "Department of Public Safety", "#N/A", TFM, "State Agency"),
    Entry("LOUISIANA ", "St. Bernard Parish Sheriff's Office", "Chalmette Parish"),
    Entry("LOUISIANA", "East Baton Rouge Parish Sheriff’s Office", "#NA", JEM),
    Entry("MISSOURI", "Saint Louis County Police", "Saint Louis County"),
    Entry("VIRGINIA", "Richmond City Sheriff's Office", "Richmond City"),
    Entry("INDIANA", "Lake County Sheriff's Office", "Lake Conty"),
    Entry("OKLAHOMA", "Custer County Sheriff's Office", "Custer Countey"),
    Entry("TENNESSEE", "Decatur County Sheriff's Office", "Decatur"),
    Entry("TEXAS", "Nixon Police Department", "N/A", TFM, "Municipality "),
    Entry("TEXAS", "Overton Police Department", "Overton County", TFM, "Municipality"),
    Entry("NEBRASKA", "Wheeler County Sheriff's Office", "Wheeler County", moa=(
        "https://gcc02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.ice.gov%2Fwheeler.pdf&data=05"
    )),
    Entry("NEBRASKA", "Beatrice Police Department", "Gage County", TFM, "Municipality", moa="link pending"),
    Entry("IOWA", "Iowa Department of Public Safety", "", TFM, "State Agency", addendum="https://www.ice.gov/a.pdf"),
)  # fmt: skip


def list_plain(number: int) -> list[Entry]:
    """So many ordinary rows, each of another agency, in counties of Nebraska, Texas and Georgia."""
    counties = [
        *(("NEBRASKA", name) for name in ("Adams", "Boone", "Cass", "Dawes", "Frontier")),
        *(("TEXAS", name) for name in ("Aransas", "Burnet", "Comal", "Ector", "Goliad")),
        *(("GEORGIA", name) for name in ("Floyd", "Hall", "Polk", "Oconee", "Whitfield")),
    ]
    entries = []
    for index in range(number):
        state, county = counties[index % len(counties)]
        agency = f"{county} County Sheriff's Office {index // len(counties) or ''}".strip()
        entries.append(Entry(state, agency, f"{county} County", (TFM, WSO, JEM)[index % 3]))
    return entries


def make_workbook(entries: Sequence[Entry], header: Sequence[str] = HEADER) -> bytes:
    """A workbook of these rows, with the blank rows that follow in the real one."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(header))
    for entry in entries:
        signed = datetime.combine(entry.signed, time()) if isinstance(entry.signed, date) else entry.signed
        is_link = entry.moa.startswith("http")
        values = (entry.state, entry.agency, entry.type, entry.county, entry.model, signed)
        sheet.append([*values, "link" if is_link else entry.moa, "link" if entry.addendum else None][: len(header)])
        row = sheet.max_row
        if is_link and len(header) == len(HEADER):
            sheet.cell(row, 7).hyperlink = entry.moa
            sheet.cell(row, 7).value = "link"
        if entry.addendum:
            sheet.cell(row, 8).hyperlink = entry.addendum
    for _ in range(10):
        sheet.append([None] * len(header))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def make_table(entries: Sequence[Entry]) -> bytes:
    """The same rows as text, as a spreadsheet program saves them."""
    lines = [",".join(HEADER)]
    for entry in entries:
        moa = "link" if entry.moa.startswith("http") else entry.moa
        addendum = "link" if entry.addendum else ""
        signed = str(entry.signed or "")
        cells = (entry.state, entry.agency, entry.type, entry.county, entry.model, signed, moa, addendum)
        lines.append(",".join(f'"{cell}"' if "," in cell else cell for cell in cells))
    return ("\ufeff" + "\r\n".join(lines)).encode()
