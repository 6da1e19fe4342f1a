"""`python -m exports verify FILE`: tells whether a PDF is whole and ours, without any database or private key.

It must never show a stack trace, nor write anything but to the terminal.
"""

import argparse
import sys
from datetime import datetime
from pathlib import Path

from exports.signatures.certificates import UnreadableCertificateError
from exports.signatures.verifying import Verdict, verify_pdf

WHOLE, NOT_WHOLE, UNREADABLE = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return 0 for a file that is whole (and ours), 1 for one that is not, 2 where nothing was read."""
    parser = argparse.ArgumentParser(prog="python -m exports", description="Check a PDF that the office signed.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    verify = commands.add_parser("verify", help="tell whether a file is whole, who signed it and when")
    verify.add_argument("file", type=Path, help="the PDF")
    verify.add_argument(
        "--certificate", type=Path, help="the office's certificates (PEM), from its own page: was it this office?"
    )
    given = parser.parse_args(arguments)
    return _verify(given.file, given.certificate)


def _verify(path: Path, certificate_path: Path | None) -> int:
    try:
        content = path.read_bytes()
        certificate = certificate_path.read_bytes() if certificate_path else None
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else None
        _tell(f"A file cannot be read: {reason or 'unknown reason'}.")
        return UNREADABLE
    try:
        verdict = verify_pdf(content, certificate)
    except UnreadableCertificateError:
        _tell("The file given as certificate holds none.")
        return UNREADABLE
    for line in _list_lines(verdict):
        sys.stdout.write(f"{line}\n")
    return WHOLE if verdict.is_whole and verdict.is_ours is not False else NOT_WHOLE


def _list_lines(verdict: Verdict) -> list[str]:
    lines = list(verdict.sentences)
    if verdict.is_whole:
        lines.append(f"Signed by: {verdict.signer or 'no name'}")
        lines.append(f"Signed at: {_write_time(verdict.signed_at)}, by the signer's own clock")
        lines.append(f"SHA-256 of the signer's certificate: {verdict.fingerprint}")
    return lines


def _write_time(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC") if moment else "no time given"


def _tell(words: str) -> None:
    sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    sys.exit(main())
