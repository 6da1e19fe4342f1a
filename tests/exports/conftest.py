"""A whole, fictional case on which every part of a document can be seen, and its two drawn copies."""

import dataclasses
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from exports.case_file import (
    NOT_ASKED,
    AgreementOnDay,
    AgreementSource,
    Answer,
    AnswerState,
    CaseFile,
    ChronologyEntry,
    ContactChange,
    CustodyEntry,
    Deadline,
    Decision,
    Digests,
    Exhibit,
    Fact,
    FactSection,
    HistoryEntry,
    Incident,
    Language,
    Note,
    OfficeRecord,
    Party,
    PrivilegeClass,
    Stop,
    Variant,
    WorkingTranslation,
)
from exports.documents.summary import render_case_summary
from exports.redaction.redacting import redact

SPANISH = Language("es", "Spanish")
AT = datetime(2026, 11, 20, 20, 5, tzinfo=UTC)

CONTACT_CHANGES = (
    ContactChange(
        changed_on=date(2026, 11, 22),
        whose_code="The helper's code",
        facts=(Fact("Safe times", Answer("los domingos", language=SPANISH)),),
    ),
    ContactChange(
        changed_on=date(2026, 11, 21),
        whose_code="The person's own code",
        facts=(Fact("Safe times", Answer("al mediodía", language=SPANISH)),),
    ),
)

OFFICE_ONLY = OfficeRecord(
    conflict_checks=(Decision(what="zurcheck cleared", decided_by="zurclerk", decided_at=AT, reason="zurnames"),),
    screening=(Fact("zurquestion", Answer("zurscreen")),),
    dispositions=(Decision(what="zuraccepted", decided_by="zurattorney", decided_at=AT, reason="zurdocket"),),
    marks=(Decision(what="zurdoubtful", decided_by="zurclerk", decided_at=AT),),
    assignments=(Decision(what="zurassigned", decided_by="zurclerk", decided_at=AT),),
    notes=(Note(text="zurnote first.\n\nzurnote second.", written_by="zurattorney", written_at=AT),),
    history=(
        HistoryEntry(what="zurreceived", happened_on=date(2026, 11, 20)),
        HistoryEntry(what="zuropened", happened_on=date(2026, 11, 20), happened_at=AT, who="zurclerk"),
    ),
    chronology=(
        ChronologyEntry(
            what=Answer("zurwrote"),
            when="",
            earliest_on=date(2026, 11, 20),
            latest_on=date(2026, 11, 20),
            source="zurcopy",
        ),
    ),
)


DEADLINES = (Deadline(kind="Notice of claim", due_on=date(2026, 12, 1), signed_by="T. Example", signed_at=AT),)
INCIDENT = Incident(
    earliest_on=date(2024, 6, 1),
    latest_on=date(2024, 8, 31),
    words=Answer("verano, hace dos años", language=SPANISH),
    time_of_day=Answer(state=AnswerState.NOT_SURE),
    place_kind=Answer("Road"),
    county=Answer("Meadowlark County"),
    state=Answer("Nebraska"),
)
SECTIONS = (
    FactSection(
        "Search and force",
        (
            Fact("Was there a search?", Answer("Yes, the car")),
            Fact("What reason did they give?", Answer(state=AnswerState.SKIPPED)),
            Fact("Was anyone hurt?", NOT_ASKED),
        ),
    ),
)
STOP = Stop(
    agency=Answer("Meadowlark County Sheriff"),
    how_it_began=Answer("Vehicle stop"),
    how_it_ended=Answer(state=AnswerState.PREFER_NOT_TO_SAY),
)
EXHIBITS = (
    Exhibit(
        name="grabación de mi primo.mp4",
        kind="Video",
        length=48_123_456,
        sha256="ef56" * 16,
        received_on=date(2026, 11, 20),
        id="e1",
        media_type="video/mp4",
    ),
    Exhibit(name="صورة.jpg", kind="Photo", length=120, sha256="0a1b" * 16, id="e2", media_type="image/jpeg"),
)

CONSENTS = (Fact("Does the person know that you are telling us?", Answer("Yes, they asked me to")),)
WITNESSES = (Party("Who else saw it", Answer("la vecina de enfrente", language=SPANISH)),)
CHRONOLOGY = (
    ChronologyEntry(
        what=Answer("What the report tells of"),
        when="verano, hace dos años",
        earliest_on=date(2024, 6, 1),
        latest_on=date(2024, 8, 31),
        source="Report",
        said_by="Reporter",
    ),
    ChronologyEntry(
        what=Answer("Recordé la placa", language=SPANISH),
        when="",
        earliest_on=date(2026, 11, 21),
        latest_on=date(2026, 11, 21),
        source="Message",
        said_by="The person's own code",
        conflicts_with="what was said before",
    ),
    ChronologyEntry(what=Answer("since Sunday"), when="No calendar day told", source="Report"),
)
CUSTODY = (
    CustodyEntry(
        exhibit_id="e1",
        what="Came in with the report; SHA-256 taken",
        happened_on=date(2026, 11, 20),
        who="Public site",
        digest="ef56" * 16,
    ),
    CustodyEntry(exhibit_id="e1", what="File opened", happened_on=date(2026, 11, 20), happened_at=AT, who="T. Example"),
    CustodyEntry(
        exhibit_id="e1",
        what="File compared",
        happened_on=date(2026, 11, 20),
        happened_at=AT,
        who="T. Example",
        digest="9999" * 16,
    ),
)
AGREEMENT = AgreementOnDay(
    agency="Meadowlark County Sheriff",
    how_found="The reporter chose it in the list",
    days="June 1 to August 31, 2024",
    answer="Signed before and in force on all of these days",
    sentences=("Signed on March 3, 2020.",),
    powers=("Jail model: officers may ask people in jail about immigration.",),
    sources=(
        AgreementSource(
            model="Jail model",
            words="Signed on March 3, 2020.",
            source="ICE list",
            addresses=("https://www.ice.example/doclib/287gMOA/meadowlark-county-sheriffs-office-jem-moa.pdf",),
        ),
    ),
)


@pytest.fixture(scope="session")
def case_file() -> CaseFile:
    """A report in Spanish with a translation; every word of the office's own record begins with "zur"."""
    return CaseFile(
        reference="7K2M-94PD",
        office_name="Meadowlark Legal Aid",
        received_on=date(2026, 11, 20),
        language=SPANISH,
        typed_by="a family member",
        reporter_role="Family member",
        privilege_class=PrivilegeClass.LEGAL_ADVICE_SOUGHT,
        digests=Digests(sealed_report="ab12" * 16, opened_report="cd34" * 16),
        story=Answer("La patrulla me siguió tres cuadras.\n\nPreguntó dónde nací.", language=SPANISH),
        translation=WorkingTranslation(
            text="The patrol car followed me for three blocks.\n\nHe asked where I was born.",
            translated_by="R. Example",
            translated_at=AT,
        ),
        parties=(
            Party("Affected person", Answer("Ximena Quispe", language=SPANISH)),
            Party("Reporter", Answer("Teófilo Quispe", language=SPANISH)),
            Party("Officer 1", Answer("alto, placa 4411", language=SPANISH)),
        ),
        incident=INCIDENT,
        stop=STOP,
        sections=SECTIONS,
        exhibits=EXHIBITS,
        contact=(Fact("Safe times", Answer("después de las seis", language=SPANISH)),),
        contact_changes=CONTACT_CHANGES,
        deadlines=DEADLINES,
        consents=CONSENTS,
        chronology=CHRONOLOGY,
        witnesses=WITNESSES,
        custody=CUSTODY,
        agreement=AGREEMENT,
        office=OFFICE_ONLY,
    )


@pytest.fixture(scope="session")
def facts_pdf(case_file: CaseFile) -> bytes:
    """The facts copy of the case."""
    return render_case_summary(redact(case_file, Variant.FACTS)).content


@pytest.fixture(scope="session")
def office_pdf(case_file: CaseFile) -> bytes:
    """The office copy of the case."""
    return render_case_summary(redact(case_file, Variant.OFFICE)).content


@pytest.fixture(scope="session")
def tell_story(case_file: CaseFile) -> Callable[[Language, str], CaseFile]:
    """Make the same case with another story in another language, without translation and office record."""

    def tell(language: Language, text: str) -> CaseFile:
        return dataclasses.replace(
            case_file, language=language, story=Answer(text, language=language), translation=None, office=None
        )

    return tell


@pytest.fixture(scope="session")
def read_pages() -> Callable[[bytes], list[str]]:
    """Read the text of each page of a PDF as another program sees it."""

    def read(pdf: bytes) -> list[str]:
        done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
        return done.stdout.decode().split("\f")[:-1]

    return read


@pytest.fixture(scope="session")
def check_with_qpdf(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], None]:
    """Have qpdf check a PDF's syntax; raises where it finds an error or gives a warning."""

    def check(pdf: bytes) -> None:
        path = tmp_path_factory.mktemp("qpdf") / "drawn.pdf"
        path.write_bytes(pdf)
        subprocess.run(["qpdf", "--check", str(path)], capture_output=True, check=True)

    return check
