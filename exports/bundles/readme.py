"""The first page of a bundle: what is in it, how to check it, and what is not in it and why.

It is made of a production and of what was written, so it never says more than the copy does.
"""

from collections.abc import Sequence
from textwrap import fill, indent
from typing import Final

from exports.bundles.case_json import BundledFile
from exports.bundles.wording import ORIGINALS_FOLDER, ORIGINALS_WARNING
from exports.printable import show_plain
from exports.productions import Production
from exports.redaction.policies import COPY_NAMES

_WIDTH: Final = 80
_PARTS: Final = {
    "documents/": "the paper, as PDF",
    "evidence/": "the files that were handed in, by the number of the exhibit",
    "ledger/": "what the office's ledger has about this case, and how to check it",
    f"{ORIGINALS_FOLDER}/": "the files as they are stored, sealed, with the key: read its README first",
    "tables/": "the same as tables (CSV) for a spreadsheet",
    "case.json": "the same as data: every answer, every file with its SHA-256",
}
_CHECK: Final = """\
Every file is named with its SHA-256 in manifest-sha256.txt, in the folder above
this one. To check there that all is here and nothing was changed, on Linux:

    sha256sum -c manifest-sha256.txt tagmanifest-sha256.txt

on macOS the same with "shasum -a 256 -c", or with the program of the Library of Congress: bagit.py --validate FOLDER
(BagIt 1.0, RFC 8493)."""


def write_readme(
    production: Production, files: Sequence[BundledFile], *, paths: Sequence[str], has_originals: bool = False
) -> str:
    """Write the page: plain text, lines of at most 80 letters but for commands."""
    case = production.case_file
    parts = [f"CASE {case.reference}", f"From: {show_plain(case.office_name)}\n{COPY_NAMES[production.variant]}"]
    if case.is_demo:
        parts.append("This is a demonstration. Nobody in it is real.")
    parts.append("WHAT IS HERE\n\n" + "\n".join(_list_parts(paths)))
    if has_originals:
        parts.append("WARNING\n\n" + fill(ORIGINALS_WARNING, _WIDTH))
    parts.append(f"HOW TO CHECK IT\n\n{_CHECK}")
    missing = [f"Exhibit {each.exhibit}: {each.missing}" for each in files if each.missing]
    if missing:
        parts.append("EXHIBITS WHOSE FILE IS NOT HERE\n\n" + "\n".join(missing))
    omitted = [
        f"{each.what}{f' ({each.times} times)' if each.times > 1 else ''}: {each.ground}"
        for each in production.omissions
    ]
    if omitted:
        parts.append("LEFT OUT OF THIS COPY\n\n" + "\n".join(fill(each, _WIDTH) for each in omitted))
    return "\n\n".join(parts) + "\n"


def _list_parts(paths: Sequence[str]) -> list[str]:
    width = max(len(name) for name in _PARTS) + 2
    return [
        f"{name:<{width}}" + indent(fill(words, _WIDTH - width), " " * width).lstrip()
        for name, words in _PARTS.items()
        if any(path.startswith(name) for path in paths)
    ]
