"""Bundles of a case: valid bags that hold what the copy holds, with every file proved or named as missing."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest
from flask import Flask
from PIL import Image

from casework.bundled_evidence import FileChangedError
from casework.bundles import BundleDocument, BundleOptions, choose_lock, name_bundle, write_bundle
from casework.case_files import CannotExportError, build_case_file
from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.notes import add_note
from casework.opening import ConflictState, open_case
from exports.bundles.schema import SCHEMA_FILE
from exports.bundles.wording import ANOTHER, GONE, SHUT, WITHHELD
from exports.case_file import Variant
from exports.exhibit_numbers import ExhibitNumbers
from exports.redaction.marks import FitExhibit
from exports.redaction.policies import COPY_NAMES
from exports.redaction.redacting import redact
from models.blobs import FolderStore
from models.evidence import EvidenceFile
from tests.casework.corresponding import Correspondence, make_pdf, make_photo, make_recording
from tests.casework.filing import STORY, FiledCase, Filing
from tests.casework.unpacked_bundle import Bundling, open_outside
from tests.exports.json_schema import check_schema
from vault.errors import CannotSealError
from vault.identities import Identity
from vault.outside import CHEAPEST_WORK_FACTOR, Passphrase

PHOTO, SOUND = make_photo(), make_recording(40)
REDACTED = sorted(set(Variant) - {Variant.FACTS, Variant.OFFICE})


@pytest.fixture
def store(staff_site: Flask) -> FolderStore:
    """Where the site's files lie."""
    store = staff_site.extensions["blob_store"]
    assert isinstance(store, FolderStore)
    return store


@pytest.fixture
def case(filing: Filing) -> FiledCase:
    """A case as filed."""
    return filing.file()


@pytest.fixture
def files(caseworker: Caseworker, filing: Filing, store: FolderStore, case: FiledCase) -> list[EvidenceFile]:
    """A photo that came with the report and a recording that came with a message; names were checked."""
    reporter = Correspondence(filing, store, case)
    photo = reporter.put_file(PHOTO, "la foto de Rosa.jpg", "photo", "image/jpeg")
    sound = reporter.put_file(SOUND, "nota.wav", "audio", "audio/wav")
    reporter.name_in_report(photo)
    reporter.send(reporter.make_receipt(), "Aquí está", files=[sound])
    decide_conflict(caseworker, open_case(caseworker, case.reference), ConflictState.CLEAR, "Not known to us")
    add_note(caseworker, open_case(caseworker, case.reference), "zurnote")
    return [photo, sound]


@pytest.fixture
def bundling(
    caseworker: Caseworker, store: FolderStore, case: FiledCase, files: list[EvidenceFile], tmp_path: Path
) -> Bundling:
    """A way to make bundles of that case."""
    assert files
    return Bundling(caseworker, store, case, tmp_path)


def read_table(path: Path) -> list[dict[str, str]]:
    """Read a table as a spreadsheet program does."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_holds_paper_files_data_and_proof(bundling: Bundling, files: list[EvidenceFile]) -> None:
    """A facts bundle has the documents, the very files that came in, case.json after its schema, tables, the ledger."""
    numbers = (ExhibitNumbers(files[0].id, "TST-000002", "TST-000002"),)
    document = BundleDocument("case-summary.pdf", b"%PDF-1.7 invented", 2, "TST-000001", "TST-000002", numbers)
    data = bundling.make(documents=(document,))
    assert (data / "evidence/exhibit-001.jpg").read_bytes() == PHOTO
    assert (data / "evidence/exhibit-002.wav").read_bytes() == SOUND
    assert (data / "documents/case-summary.pdf").read_bytes() == document.content
    case_json = json.loads((data / "case.json").read_bytes())
    check_schema(case_json, json.loads(SCHEMA_FILE.read_bytes()))
    assert case_json["case"]["story"]["text"] == STORY
    assert [(each["role"], each["exhibit"], each["sha256"]) for each in case_json["files"]] == [
        ("document", 0, hashlib.sha256(document.content).hexdigest()),
        ("evidence", 1, files[0].sha256),
        ("evidence", 2, files[1].sha256),
    ]
    assert all((data / each["path"]).stat().st_size == each["length"] for each in case_json["files"])
    assert [row["path"] for row in read_table(data / "tables/exhibits.csv")] == [
        "evidence/exhibit-001.jpg",
        "evidence/exhibit-002.wav",
    ]
    assert [(row["first_number"], row["last_number"]) for row in read_table(data / "tables/exhibits.csv")] == [
        ("TST-000002", "TST-000002"),
        ("", ""),
    ]
    (row,) = read_table(data / "tables/load-file.csv")
    assert (row["BEGBATES"], row["ENDBATES"], row["FILENAME"]) == (
        "TST-000001",
        "TST-000002",
        "documents/case-summary.pdf",
    )
    assert not (data / "sealed-originals").exists()


def test_every_copy_is_a_valid_bag(bundling: Bundling) -> None:
    """Each copy's bundle is accepted by the reference program, and its case.json follows the schema."""
    schema = json.loads(SCHEMA_FILE.read_bytes())
    for variant in Variant:
        data = bundling.make(variant)
        check_schema(json.loads((data / "case.json").read_bytes()), schema)
        readme = (data / "README.txt").read_text(encoding="utf-8")
        assert "HOW TO CHECK IT" in readme
        assert COPY_NAMES[variant] in readme


def test_the_same_case_gives_the_same_bytes(bundling: Bundling) -> None:
    """Two bundles of one state of a case are the same to the byte."""
    assert bundling.write()[0] == bundling.write()[0]


def test_only_the_office_copy_has_the_offices_words(bundling: Bundling) -> None:
    """A note of the office is in no file of the facts bundle, under any name."""
    for variant, is_in in ((Variant.FACTS, False), (Variant.OFFICE, True)):
        with zipfile.ZipFile(io.BytesIO(bundling.write(variant)[0])) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
            assert (b"zurnote" in content) is is_in
            assert not any("Rosa" in name or "foto" in name for name in archive.namelist())


def test_a_copy_that_leaves_things_out_has_no_file_as_it_came(bundling: Bundling) -> None:
    """What cameras write into a file reaches no such copy; what is not there is named in README and data."""
    for variant in REDACTED:
        content, written = bundling.write(variant)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            held = [archive.read(name) for name in archive.namelist()]
        assert not any(PHOTO in each or b"palabra-escondida" in each for each in held)
        assert {each.role for each in written.files if not each.missing} <= {"cleaned_copy"}
        readme = (bundling.unpack(content) / "README.txt").read_text(encoding="utf-8")
        assert all(each.missing in readme for each in written.missing)


def test_what_somebody_found_fit_goes_along_cleaned(bundling: Bundling, files: list[EvidenceFile]) -> None:
    """A photo found fit for the court's copy is in it, the same picture without hidden data; another file is not."""
    assert b"palabra-escondida" in PHOTO
    fit = FitExhibit(files[0].id, frozenset({Variant.COURT}))
    content, written = bundling.write(Variant.COURT, marks=(fit,))
    copy, withheld = written.files
    assert (copy.role, copy.path, copy.missing) == ("cleaned_copy", "evidence/exhibit-001.jpg", "")
    assert (withheld.exhibit, withheld.missing) == (2, WITHHELD)
    cleaned = (bundling.unpack(content) / copy.path).read_bytes()
    assert hashlib.sha256(cleaned).hexdigest() == copy.sha256 != files[0].sha256
    assert len(cleaned) == copy.length
    with Image.open(io.BytesIO(cleaned)) as picture, Image.open(io.BytesIO(PHOTO)) as original:
        assert sorted(picture.size) == sorted(original.size)
        assert not picture.getexif()


def test_what_cannot_be_cleaned_is_named(
    bundling: Bundling, filing: Filing, store: FolderStore, case: FiledCase, files: list[EvidenceFile]
) -> None:
    """In a copy that takes files cleaned, sound and photo are in, and a PDF is named with the reason."""
    reporter = Correspondence(filing, store, case)
    reporter.name_in_report(files[0], reporter.put_file(make_pdf(), "x.pdf", "pdf", "application/pdf"))
    _content, written = bundling.write(Variant.CO_COUNSEL)
    assert [(each.exhibit, each.path) for each in written.files] == [
        (1, "evidence/exhibit-001.jpg"),
        (2, ""),
        (3, "evidence/exhibit-003.wav"),
    ]
    assert written.files[1].missing.startswith("Hidden data cannot be taken out")


@pytest.mark.parametrize("lock", ["", "luna"])
def test_a_removed_word_in_the_data_stops_the_bundle(caseworker: Caseworker, bundling: Bundling, lock: str) -> None:
    """A word that was to be removed and is still there stops it, sealed or not: nobody could search it afterwards."""
    opened = open_case(caseworker, bundling.case.reference)
    production = redact(build_case_file(caseworker, opened), Variant.FACTS)
    leaking = dataclasses.replace(production, removed=("Nombre-Inventado",))
    options = BundleOptions(lock=Passphrase(lock, work_factor=CHEAPEST_WORK_FACTOR) if lock else None)
    sink = io.BytesIO()
    with pytest.raises(CannotExportError):
        write_bundle(sink, caseworker, bundling.store, opened, leaking, (), options)
    assert not zipfile.is_zipfile(sink)
    unharmed = dataclasses.replace(production, removed=("Zacarías Inexistente",))
    write_bundle(io.BytesIO(), caseworker, bundling.store, opened, unharmed, (), options)


def test_our_own_words_are_no_leak(caseworker: Caseworker, bundling: Bundling) -> None:
    """A person whose name is a word of README or ledger page stops no bundle that does not hold the name."""
    opened = open_case(caseworker, bundling.case.reference)
    production = redact(build_case_file(caseworker, opened), Variant.FACTS)
    for name in ("Manifest", "Python", "Congress", "Signature", "Previous"):
        named = dataclasses.replace(production, removed=(name,))
        write_bundle(io.BytesIO(), caseworker, bundling.store, opened, named, (), BundleOptions())


@pytest.mark.parametrize("harm", ["gone", "changed", "cut", "another"])
def test_a_file_that_is_not_what_came_in_is_named(
    bundling: Bundling, filing: Filing, store: FolderStore, case: FiledCase, files: list[EvidenceFile], harm: str
) -> None:
    """A file that is gone, changed, cut or another one is left out with the reason; the others are in."""
    path = store._path(files[0].id)
    if harm == "gone":
        path.unlink()
    elif harm == "another":
        Correspondence(filing, store, case).put_file(PHOTO[::-1], "x.jpg", "photo", "image/jpeg", file_id=files[0].id)
    else:
        sealed = path.read_bytes()
        path.write_bytes(sealed[:-20] if harm == "cut" else sealed[:-20] + b"x" + sealed[-19:])
    content, written = bundling.write()
    words = {"gone": GONE, "changed": SHUT, "cut": SHUT, "another": ANOTHER}[harm]
    assert [(each.exhibit, each.missing) for each in written.missing] == [(1, words)]
    data = bundling.unpack(content)
    assert [each.name for each in (data / "evidence").iterdir()] == ["exhibit-002.wav"]
    assert f"Exhibit 1: {words}" in (data / "README.txt").read_text(encoding="utf-8")
    assert read_table(data / "tables/exhibits.csv")[0]["missing"] == words


def test_a_file_that_changes_meanwhile_stops_the_bundle(
    caseworker: Caseworker, store: FolderStore, case: FiledCase, files: list[EvidenceFile]
) -> None:
    """A file that is proved and then gone when its turn comes stops the bundle, and what was written is no ZIP."""
    opened = open_case(caseworker, case.reference)
    production = redact(build_case_file(caseworker, opened), Variant.FACTS)

    seen: list[str] = []

    class VanishingStore(FolderStore):
        """A folder from which the recording goes away once it was proved."""

        def open(self, blob_id: str) -> BinaryIO:
            if seen.count(files[1].id):
                store.delete(files[1].id)
            seen.append(blob_id)
            return super().open(blob_id)

    sink = io.BytesIO()
    with pytest.raises(FileChangedError):
        write_bundle(sink, caseworker, VanishingStore(store._folder), opened, production, (), BundleOptions())
    assert not zipfile.is_zipfile(sink)


def test_two_hundred_files_with_hostile_names(
    bundling: Bundling, filing: Filing, store: FolderStore, case: FiledCase
) -> None:
    """Two hundred exhibits whose names hold line ends, paths, formulas and signs that turn text make a valid bag."""
    reporter = Correspondence(filing, store, case)
    names = ["../../etc/passwd", "a\nb\r\nc.jpg", "=HYPERLINK(1)", "\u202egpj.exe", "x" * 300, "50%.jpg", "", "con"]
    files = [
        reporter.put_file(bytes([number]) * 10, names[number % len(names)], "photo", "image/jpeg")
        for number in range(200)
    ]
    reporter.name_in_report(*files)
    data = bundling.make()
    assert len(list((data / "evidence").iterdir())) == 201
    assert (data / "evidence/exhibit-200.jpg").read_bytes() == bytes([199]) * 10
    rows = read_table(data / "tables/exhibits.csv")
    assert len(rows) == 201
    assert not any(row["name"].startswith("=") for row in rows)
    exhibits = json.loads((data / "case.json").read_bytes())["case"]["exhibits"]
    assert [each["name"] for each in exhibits[: len(names)]] == names


def test_sealed_to_somebody_outside(bundling: Bundling) -> None:
    """A bundle sealed to a recipient opens with their identity in another program, and is the same bag."""
    alice = Identity.generate()
    options = BundleOptions(lock=choose_lock(recipient=alice.recipient.to_text()))
    sealed, _written = bundling.write(options=options)
    assert not zipfile.is_zipfile(io.BytesIO(sealed))
    opened = open_outside(sealed, identity=alice.to_text())
    assert opened == bundling.write()[0]
    assert (bundling.unpack(opened) / "case.json").exists()


def test_sealed_under_words(bundling: Bundling) -> None:
    """A bundle sealed under a passphrase opens with it in another program, and with no other."""
    sealed, _written = bundling.write(options=BundleOptions(lock=choose_lock(passphrase="luna vela correo")))
    assert open_outside(sealed, passphrase="luna vela correo") == bundling.write()[0]
    assert open_outside(sealed, passphrase="luna vela") is None


def test_a_lock_is_words_or_a_recipient() -> None:
    """Nothing typed is no lock; both, or a recipient that is none, are refused."""
    assert choose_lock() is None
    for typed in ({"passphrase": "x", "recipient": "age1x"}, {"recipient": "somebody@example.org"}):
        with pytest.raises(CannotSealError):
            choose_lock(**typed)


def test_its_name_names_nobody(bundling: Bundling) -> None:
    """A bundle's file name has reference, kind and copy, and says whether it is sealed."""
    opened = open_case(bundling.caseworker, bundling.case.reference)
    production = redact(build_case_file(bundling.caseworker, opened), Variant.FACTS)
    name = f"case-{bundling.case.reference}-bundle-facts.zip"
    assert name_bundle(production, BundleOptions()) == name
    assert name_bundle(production, BundleOptions(lock=choose_lock(passphrase="x"))) == f"{name}.age"


def test_originals_never_go_with_a_copy_that_leaves_things_out(bundling: Bundling) -> None:
    """Sealed originals hold everything: asked for with a redacted copy, there is no bundle."""
    for variant in REDACTED:
        with pytest.raises(CannotExportError):
            bundling.write(variant, options=BundleOptions(with_sealed_originals=True))
