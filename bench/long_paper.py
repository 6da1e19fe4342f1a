"""How much memory a paper of 900 pages takes on its way to numbered pages, in this process and in each child.

Run from the project's folder: python -m bench.long_paper
"""

import io
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pikepdf
from PIL import Image

from bench.pdf_summary import make_case
from bench.table import Row, print_table
from exports.case_file import Exhibit, Variant
from exports.children.pool import DrawingPool
from exports.exhibits.drawing import ExhibitFile, iterate_volumes, pack_volumes
from exports.productions import Numbering
from exports.redaction.redacting import redact

PAGES = 900
LIMIT_MEGABYTES = 350.0
_PER_MEGABYTE = 1024


@dataclass
class Peaks:
    """The most memory that this process and its children, by name, held at any time, in kilobytes."""

    parent: int = 0
    children: dict[str, int] = field(default_factory=dict)
    together: int = 0


def _read_sizes(pid: int, *names: str) -> int:
    """The sum of these sizes of a process, in kilobytes; nothing when it is gone."""
    found = 0
    for file in ("status", "smaps_rollup"):
        try:
            text = Path(f"/proc/{pid}/{file}").read_text(encoding="utf-8")
        except OSError:
            continue
        found += sum(int(line.split()[1]) for line in text.splitlines() if line.partition(":")[0] in names)
    return found


def _list_children(pid: int) -> list[tuple[int, str]]:
    """The processes that this one started, with the names of their programs."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):
            for child in (task / "children").read_text(encoding="utf-8").split():
                words = Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8").split("\0")
                # Before it is our program, a child is for a moment a copy of this process.
                found += [(int(child), Path(word).name) for word in words if word.endswith("child.py")][:1]
    return found


@contextmanager
def watch_memory(pid: int) -> Iterator[Peaks]:
    """Look at a process and its children all the time while the block runs."""
    peaks, is_over = Peaks(), threading.Event()

    def look() -> None:
        while not is_over.wait(0.02):
            children = _list_children(pid)
            peaks.parent = max(peaks.parent, _read_sizes(pid, "VmHWM"))
            for child, name in children:
                peaks.children[name] = max(peaks.children.get(name, 0), _read_sizes(child, "VmHWM"))
            # What several share, such as libraries, is counted once: each has its part of it.
            shares = [_read_sizes(each, "Pss") for each in (pid, *(child for child, _name in children))]
            peaks.together = max(peaks.together, sum(shares))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield peaks
    finally:
        is_over.set()
        watcher.join()


def make_paper(pages: int = PAGES) -> bytes:
    """A PDF as a scanner makes it: each page a picture of 1,275 by 1,650 pixels, with grain, and a line of words."""
    paper = pikepdf.new()
    font = paper.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )
    grain = Image.effect_noise((1275, 1650), 24).point(lambda value: min(value + 90, 255))
    scanned = io.BytesIO()
    grain.save(scanned, "JPEG", quality=60)
    picture = paper.make_stream(
        scanned.getvalue(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=1275,
        Height=1650,
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    for number in range(1, pages + 1):
        page = paper.add_blank_page(page_size=(612, 792))
        page.obj.Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(F1=font), XObject=pikepdf.Dictionary(P1=picture)
        )
        words = f"q 612 0 0 792 0 0 cm /P1 Do Q BT /F1 24 Tf 72 {700 - number % 600} Td (Page {number}) Tj ET"
        page.obj.Contents = paper.make_stream(words.encode())
    target = io.BytesIO()
    paper.save(target)
    return target.getvalue()


class _Stored:
    """A file on the disk, read a piece at a time, as the office's store gives it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")

    def iterate(self, start: int, end: int) -> Iterator[bytes]:
        self._file.seek(start)
        yield self._file.read(end - start)


def draw_paper(path: Path) -> int:
    """Draw the paper as exhibit pages and as numbered documents, volume by volume, and return how many pages."""
    exhibit = Exhibit(name="paper.pdf", kind="PDF", length=path.stat().st_size, sha256="ab" * 32, id="paper")
    production = redact(replace(make_case(1), exhibits=(exhibit,)), Variant.FACTS)
    file = ExhibitFile("paper", "pdf", "application/pdf", exhibit.length)
    numbering, pages = Numbering("TST", 1), 0
    with DrawingPool(1) as pool:
        for volume in pack_volumes(iterate_volumes(_Stored(path), file)):
            drawing = pool.draw("exhibits", production, drawn=volume, numbering=numbering)
            numbering = replace(numbering, first=numbering.first + drawing.pages)
            pages += sum(len(each.pages) for each in volume)
            del volume, drawing
    return pages


def measure_memory(folder: Path, pages: int = PAGES) -> Peaks:
    """The peaks of a process that draws such a paper, and of its children."""
    path = folder / "paper.pdf"
    path.write_bytes(make_paper(pages))
    child = subprocess.Popen([sys.executable, "-m", "bench.long_paper", "--paper", str(path)])
    with watch_memory(child.pid) as peaks:
        status = child.wait()
    assert status == 0, status
    return peaks


def run(pages: int = PAGES) -> Iterable[Row]:
    """The rows of the table."""
    with tempfile.TemporaryDirectory() as folder:
        peaks = measure_memory(Path(folder), pages)
    yield f"{pages} pages as an exhibit: the worker itself", "MB", peaks.parent / _PER_MEGABYTE, LIMIT_MEGABYTES
    for name, peak in sorted(peaks.children.items()):
        yield f"{pages} pages as an exhibit: {name}", "MB", peak / _PER_MEGABYTE, LIMIT_MEGABYTES
    yield f"{pages} pages as an exhibit: all at once", "MB", peaks.together / _PER_MEGABYTE, LIMIT_MEGABYTES


if __name__ == "__main__":
    if sys.argv[1:2] == ["--paper"]:
        print(draw_paper(Path(sys.argv[2])), file=sys.stderr)
    else:
        raise SystemExit(0 if print_table(run()) else 1)
