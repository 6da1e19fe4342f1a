"""What a case summary costs beside WeasyPrint alone on the same HTML, and whether drawing many slows down.

Processor time, not time on the clock, so that a busy machine disturbs less.
Run from the project's folder: python -m bench.pdf_summary
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from exports.case_file import (
    NOT_ASKED,
    Answer,
    CaseFile,
    Deadline,
    Digests,
    Fact,
    FactSection,
    Incident,
    Language,
    Party,
    PrivilegeClass,
    Variant,
    WorkingTranslation,
)
from exports.documents.summary import build_summary_html, render_case_summary
from exports.environment import TEMPLATES
from exports.redaction.redacting import redact

ROUNDS = 9
PROCESSES = 5
DRAWN_IN_EACH = 10

SPANISH = Language("es", "Spanish")
AT = datetime(2026, 11, 20, 20, 5, tzinfo=UTC)


def make_case(number: int) -> CaseFile:
    """A case of ordinary length: a story of about 2,500 characters, its translation, and 40 questions."""
    return CaseFile(
        reference=f"0000-{number:04d}",
        office_name="Example office",
        received_on=date(2026, 11, 20),
        language=SPANISH,
        typed_by="the affected person",
        reporter_role="Affected person",
        privilege_class=PrivilegeClass.LEGAL_ADVICE_SOUGHT,
        digests=Digests(sealed_report=f"{number:064x}", opened_report=f"{number + 1:064x}"),
        story=Answer(
            "\n\n".join(["Iba a mi trabajo cuando la patrulla me siguió y el oficial me pidió papeles. " * 5] * 6),
            language=SPANISH,
        ),
        translation=WorkingTranslation(
            text="\n\n".join(["I was driving to work when the patrol followed me and asked for papers. " * 5] * 6),
            translated_by="R. Example",
            translated_at=AT,
        ),
        parties=tuple(Party(f"Officer {place}", Answer("alto, con lentes")) for place in range(4)),
        incident=Incident(earliest_on=date(2026, 11, 1), latest_on=date(2026, 11, 19), state=Answer("Nebraska")),
        sections=tuple(
            FactSection(
                f"Group {group}",
                tuple(
                    Fact(f"Question {group}.{place}", Answer("Yes") if place % 2 else NOT_ASKED) for place in range(8)
                ),
            )
            for group in range(5)
        ),
        contact=(Fact("Safe times", Answer("después de las seis", language=SPANISH)),),
        deadlines=(Deadline(kind="Notice of claim", due_on=date(2027, 5, 1), signed_by="T. Example", signed_at=AT),),
    )


def measure_cpu(draw: Callable[[], object]) -> float:
    """Processor seconds of this process for one call."""
    before = time.process_time()
    draw()
    return time.process_time() - before


def compare_with_weasyprint() -> float:
    """Processor time of a summary over that of WeasyPrint alone: tagged, same HTML, fonts and styles kept."""
    fonts = FontConfiguration()
    styles = CSS(string=(TEMPLATES / "documents.css").read_text(encoding="utf-8"), font_config=fonts)
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(ROUNDS + 1):
        case = make_case(number)
        html = build_summary_html(redact(case, Variant.FACTS))
        ours.append(measure_cpu(lambda case=case: render_case_summary(redact(case, Variant.FACTS))))  # type: ignore[misc]  # mypy cannot type a default
        theirs.append(
            measure_cpu(
                lambda html=html: HTML(string=html).write_pdf(  # type: ignore[misc]  # the same
                    stylesheets=[styles], font_config=fonts, pdf_variant="pdf/ua-1"
                )
            )
        )
    # The first of each loads fonts. The least of several is the one that other programs disturbed least.
    return min(ours[1:]) / min(theirs[1:])


def draw_in_a_row() -> Iterator[float]:
    """Processor seconds of each of ten different summaries, drawn one after the other."""
    for number in range(DRAWN_IN_EACH):
        yield measure_cpu(lambda number=number: render_case_summary(redact(make_case(number), Variant.FACTS)))  # type: ignore[misc]  # mypy cannot type a default


def compare_tenth_with_second() -> float:
    """Processor time of the tenth summary of a fresh process over that of its second; the median of some processes."""
    ratios = []
    for _ in range(PROCESSES):
        done = subprocess.run(
            [sys.executable, "-m", "bench.pdf_summary", "--row"],
            capture_output=True,
            check=True,
            cwd=Path(__file__).parent.parent,
            text=True,
        )
        seconds = [float(line) for line in done.stdout.split()]
        ratios.append(seconds[9] / seconds[1])
    return statistics.median(ratios)


def run() -> Iterable[tuple[str, str, float, float]]:
    """The rows of the table: name, unit, measured, limit."""
    yield "case summary PDF / WeasyPrint alone", "times CPU", compare_with_weasyprint(), 1.15
    yield "tenth case summary / second", "times CPU", compare_tenth_with_second(), 1.1


if __name__ == "__main__":
    if sys.argv[1:] == ["--row"]:
        for spent in draw_in_a_row():
            print(spent)
    else:
        for name, unit, measured, limit in run():
            print(f"{name:<45} {measured:8.3f} {unit:<10} limit {limit}")
