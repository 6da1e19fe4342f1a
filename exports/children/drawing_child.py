"""The child that draws documents, one after the other, with fonts and styles loaded once.

Run as a program of its own by `exports/children/starting.py`, with memory in bytes: it holds no key, no setting and no
open file, writes none, and ends with its parent. It must never say more than that a document is drawn, or is not.
"""

import io
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Final

# WeasyPrint is loaded before the limits are set and before anybody waits for a document.
import exports.rendering  # noqa: F401
from exports.children.limits import limit_itself
from exports.children.requests import DRAWN, NO_MEMORY, READY, read_request, write_answer, write_failure
from exports.productions import Drawing

DOCUMENTS: Final[dict[str, str]] = {
    "summary": "exports.documents.summary:render_case_summary",
    "full": "exports.documents.full_case_file:render_full_case_file",
    "chronology": "exports.documents.chronology:render_chronology",
    "exhibits": "exports.documents.exhibit_set:render_exhibit_set",
    "letter": "exports.documents.letters:render_letter",
}
# Drawing ends by the clock of whoever waits; this is for a child that nobody watches any more.
_CPU_SECONDS: Final = 24 * 3600
_FILES: Final = 256


def find_document(name: str) -> Callable[..., Drawing]:
    """The function that draws a document of this name.

    Raises:
        KeyError: there is none.
    """
    module, function = DOCUMENTS[name].split(":")
    found: Callable[..., Drawing] = getattr(import_module(module), function)
    return found


def main() -> None:
    """Draw what the parent asks for until it asks for nothing more."""
    asked = sys.stdin.buffer
    # Whatever a library prints goes nowhere: the pipe is for answers alone.
    answers = io.FileIO(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    limit_itself(memory=int(sys.argv[1]), cpu_seconds=_CPU_SECONDS, files=_FILES)
    with io.BufferedWriter(answers) as told:
        write_answer(told, READY)
        while True:
            try:
                name, production, options = read_request(asked)
            except EOFError:
                return
            except MemoryError:
                write_answer(told, NO_MEMORY)
                return
            try:
                drawing = find_document(name)(production, **options)
            except MemoryError:
                write_answer(told, NO_MEMORY)
                return
            except BaseException as error:  # noqa: BLE001  # WeasyPrint's refusal of an address is no Exception
                write_failure(told, error)
                continue
            write_answer(told, DRAWN, drawing)
            # Nothing of one case lies about while the next is waited for.
            del name, production, options, drawing


if __name__ == "__main__":
    main()
