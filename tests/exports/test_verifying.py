"""Verifying: one changed byte anywhere, or one added, makes a file fail; and the command tells it in plain words."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from exports.__main__ import NOT_WHOLE, UNREADABLE, WHOLE, main
from exports.signatures.certificates import UnreadableCertificateError, read_certificates, write_pem
from exports.signatures.keys import DocumentKey
from exports.signatures.verifying import Fault, verify_pdf
from tests.architecture.house import ROOT
from tests.exports.signed import find_signature, make_key, make_small_pdf, sign

KEPT = ROOT / "tests" / "exports" / "signed_in_2026.pdf"


@pytest.fixture(scope="module")
def key() -> DocumentKey:
    """The document key of an office."""
    return make_key()


@pytest.fixture(scope="module")
def small(key: DocumentKey) -> bytes:
    """A small document, signed."""
    return sign(make_small_pdf(), key)


@pytest.fixture(scope="module")
def signed(facts_pdf: bytes, key: DocumentKey) -> bytes:
    """The facts copy of a case, signed."""
    return sign(facts_pdf, key)


def flip(content: bytes, place: int, bits: int) -> bytes:
    """The same with some bits of one byte turned over."""
    changed = bytearray(content)
    changed[place] ^= bits
    return bytes(changed)


@pytest.mark.parametrize("bits", [0x01, 0x20, 0x80])
def test_every_byte_of_a_small_file_counts(small: bytes, key: DocumentKey, bits: int) -> None:
    """Whichever byte is changed, be it padding or the case of a hexadecimal digit, the file is not whole."""
    assert verify_pdf(small, key.certificate).is_whole
    passed = [place for place in range(len(small)) if verify_pdf(flip(small, place, bits), key.certificate).is_whole]
    assert passed == []


@pytest.mark.parametrize("bits", [0x01, 0x20])
def test_every_byte_of_a_signature_counts(signed: bytes, bits: int) -> None:
    """In a real document, every byte around and in the signature counts, and 1,500 others across the file."""
    start, end = find_signature(signed)
    spread = range(3, len(signed), len(signed) // 1_500)
    assert verify_pdf(signed).is_whole
    places = [*range(start - 40, min(end + 400, len(signed))), *spread]
    assert [place for place in places if verify_pdf(flip(signed, place, bits)).is_whole] == []


def test_every_value_of_a_digit_but_its_own_fails(small: bytes) -> None:
    """No other byte passes in the place of the signature's brackets, its first and its last digits."""
    start, end = find_signature(small)
    for place in (start, start + 1, start + 7, end - 2, end - 1):
        assert [value for value in range(1, 256) if verify_pdf(flip(small, place, value)).is_whole] == []


def test_what_is_added_or_cut_off_is_noticed(small: bytes) -> None:
    """A byte behind the end, in front or missing, and a later revision, make the file not whole."""
    later = small + b"\n" + make_small_pdf()
    for changed in (small + b"\n", small + b"\x00", b"\n" + small, small[:-1], later, small[:-200]):
        assert not verify_pdf(changed).is_whole
    assert verify_pdf(later).fault is Fault.CHANGED


def test_other_files_are_no_case_for_an_error(small: bytes) -> None:
    """An empty file, text, an unsigned PDF and rubbish in the signature's place each get their verdict."""
    start, end = find_signature(small)
    width = end - start - 2
    rubbish = [b"00" * (width // 2), b"30" * (width // 2), b"3080" * (width // 4), b"zz" * (width // 2)]
    assert verify_pdf(b"").fault is Fault.NOT_A_PDF
    assert verify_pdf(b"words").fault is Fault.NOT_A_PDF
    assert verify_pdf(make_small_pdf()).fault is Fault.NOT_SIGNED
    for digits in rubbish:
        changed = small[: start + 1] + digits.ljust(width, b"0") + small[end - 1 :]
        assert len(changed) == len(small)
        assert verify_pdf(changed).fault is Fault.OTHER_FORM
    for numbers in (b"0 0 0 0", b"9999999999 1 1 1", b"0 1 2 3"):
        assert not verify_pdf(b"%PDF-1.7 /ByteRange [" + numbers + b"]").is_whole


def test_signature_of_another_key_is_whole_and_not_ours(small: bytes, key: DocumentKey) -> None:
    """A file signed with another key under the same name is told apart, and a known one among several is found."""
    other = make_key()
    forged = sign(make_small_pdf(), other)
    assert verify_pdf(forged).is_ours is None
    assert verify_pdf(forged, key.certificate).is_whole
    assert verify_pdf(forged, key.certificate).is_ours is False
    assert verify_pdf(small, write_pem([other.certificate, key.certificate])).is_ours is True
    with pytest.raises(UnreadableCertificateError):
        verify_pdf(small, b"no certificate")


def test_signature_moved_to_another_file_fails(small: bytes, signed: bytes, key: DocumentKey) -> None:
    """The signature of one file in the place of another's fails."""
    start, end = find_signature(small)
    # Signatures differ in length by a byte or two.
    tries = (sign(make_small_pdf().replace(b"612", b"611"), key) for _try in range(100))
    other = next(each for each in tries if find_signature(each) == (start, end))
    moved = other[:start] + small[start:end] + other[end:]
    assert verify_pdf(moved).fault is Fault.CHANGED
    assert verify_pdf(signed).is_whole


def test_file_signed_long_ago_still_verifies() -> None:
    """A file that was signed when this was written verifies with every later version of the program."""
    verdict = verify_pdf(KEPT.read_bytes())
    assert verdict.is_whole
    assert verdict.signer == "Prairie Legal Aid"


def test_certificates_read_back(key: DocumentKey) -> None:
    """Certificates written as one PEM file are read in their order, as DER one."""
    other = make_key("Other Office")
    assert read_certificates(write_pem([key.certificate, other.certificate])) == (key.certificate, other.certificate)
    assert read_certificates(key.certificate) == (key.certificate,)


def test_command_tells_by_words_and_by_its_code(
    small: bytes, key: DocumentKey, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whole and ours is 0, changed or another's 1, what cannot be read 2; each in words."""
    paths = {name: tmp_path / name for name in ("good.pdf", "bad.pdf", "ours.pem", "other.pem", "none.pdf")}
    paths["good.pdf"].write_bytes(small)
    paths["bad.pdf"].write_bytes(flip(small, 100, 1))
    paths["ours.pem"].write_bytes(write_pem([key.certificate]))
    paths["other.pem"].write_bytes(write_pem([make_key().certificate]))
    runs = [
        (["good.pdf"], WHOLE, "WHOLE. Not one byte"),
        (["good.pdf", "ours.pem"], WHOLE, "OURS. It was signed"),
        (["good.pdf", "other.pem"], NOT_WHOLE, "NOT OURS."),
        (["bad.pdf"], NOT_WHOLE, "NOT WHOLE."),
        (["bad.pdf", "ours.pem"], NOT_WHOLE, "NOT WHOLE."),
        (["none.pdf"], UNREADABLE, "cannot be read"),
        (["good.pdf", "good.pdf"], UNREADABLE, "holds none"),
    ]
    for names, code, words in runs:
        given = ["verify", str(paths[names[0]])]
        given += ["--certificate", str(paths[names[1]])] if names[1:] else []
        assert main(given) == code
        told = capsys.readouterr()
        assert words in told.out + told.err
    assert main(["verify", str(tmp_path)]) == UNREADABLE


def test_command_runs_by_itself(small: bytes, tmp_path: Path) -> None:
    """`python -m exports verify FILE` tells who signed and when, without loading what draws or signs."""
    path = tmp_path / "signed.pdf"
    path.write_bytes(small)
    command = [sys.executable, "-X", "importtime", "-m", "exports", "verify", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert "Signed by: Prairie Legal Aid" in done.stdout
    assert "Signed at: 2026-11-23 18:30 UTC" in done.stdout
    assert not re.search(r"\| +(?:weasyprint|pyhanko|flask)$", done.stderr, re.MULTILINE)
