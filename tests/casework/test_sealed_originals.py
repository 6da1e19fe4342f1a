"""Sealed originals: another age tool opens them by the README's own commands, and nothing else opens with their key."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from casework.bundles import BundleOptions
from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.notes import add_note
from casework.opening import ConflictState, open_case
from casework.permissions import Role
from exports.bundles.wording import ORIGINALS_WARNING
from models.blobs import FolderStore
from models.engine import read
from models.tables import sealed_items
from tests.casework.corresponding import Correspondence, make_photo, make_recording
from tests.casework.filing import STORY, FiledCase, Filing
from tests.casework.keyholders import Keyholders
from tests.casework.test_rekeying import rekey
from tests.casework.unpacked_bundle import Bundling, open_outside

PHOTO, SOUND = make_photo(), make_recording(20)
ASKED = BundleOptions(with_sealed_originals=True)


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


def hand_in(filing: Filing, store: FolderStore, case: FiledCase) -> Correspondence:
    """Hand in a photo with the report, and a recording with a message."""
    reporter = Correspondence(filing, store, case)
    reporter.name_in_report(reporter.put_file(PHOTO, "foto.jpg", "photo", "image/jpeg"))
    sound = reporter.put_file(SOUND, "nota.wav", "audio", "audio/wav")
    reporter.send(reporter.make_receipt(), "Aquí está", files=[sound])
    return reporter


def check_names(caseworker: Caseworker, case: FiledCase) -> None:
    """Decide that names do not conflict, and write a note."""
    decide_conflict(caseworker, open_case(caseworker, case.reference), ConflictState.CLEAR, "Not known to us")
    add_note(caseworker, open_case(caseworker, case.reference), "zurnote")


def follow_readme(folder: Path) -> dict[str, bytes]:
    """Do what the README's commands say, with another implementation of age; gives what each file opened to."""
    identities = (folder / "identity.txt").read_text(encoding="ascii").split()
    words = (folder / "README.txt").read_text(encoding="utf-8")
    opened: dict[str, bytes] = {}
    for line in words.splitlines():
        if match := re.fullmatch(r"    age -d -i identity\.txt -o (\S+) (\S+)", line):
            sealed = (folder / match[2]).read_bytes()
            found = (open_outside(sealed, identity=identity) for identity in identities)
            opened[match[1]] = next(each for each in found if each is not None)
        elif match := re.fullmatch(r"    head -c (\d+) (\S+) > (\S+)", line):
            opened[match[3]] = opened.pop(match[2])[: int(match[1])]
    return opened


def list_sealed(filing: Filing, case: FiledCase, kind: str) -> list[bytes]:
    """The sealed items of a kind as they are stored."""
    with read(filing.engine) as connection:
        wanted = (sealed_items.c.case_id == case.id) & (sealed_items.c.kind == kind)
        return [bytes(row.sealed) for row in connection.execute(select(sealed_items.c.sealed).where(wanted))]


def test_an_expert_opens_everything_by_the_readme(
    caseworker: Caseworker, filing: Filing, store: FolderStore, case: FiledCase, tmp_path: Path
) -> None:
    """Report, message and both files open to the very bytes, and are sealed as the ledger names them."""
    hand_in(filing, store, case)
    check_names(caseworker, case)
    data = Bundling(caseworker, store, case, tmp_path).make(options=ASKED)
    folder = data / "sealed-originals"
    opened = follow_readme(folder)
    answers = {each["question"]: each["value"] for each in json.loads(opened["report.json"])["answers"]}
    assert answers["what_happened"] == STORY
    assert json.loads(opened["message-001.json"])["text"] == "Aquí está"
    assert (opened["exhibit-001.jpg"], opened["exhibit-002.wav"]) == (PHOTO, SOUND)
    digest = hashlib.sha256((folder / "report.age").read_bytes()).hexdigest()
    assert digest == json.loads((data / "case.json").read_bytes())["case"]["digests"]["sealed_report"]
    assert digest in (data / "ledger/entries.jsonl").read_text(encoding="utf-8")


def test_the_key_opens_nothing_that_the_office_wrote(
    caseworker: Caseworker, filing: Filing, store: FolderStore, case: FiledCase, tmp_path: Path
) -> None:
    """The identity that goes along opens no note and no decision, and is not the work identity."""
    check_names(caseworker, case)
    folder = Bundling(caseworker, store, case, tmp_path).make(options=ASKED) / "sealed-originals"
    (identity,) = (folder / "identity.txt").read_text(encoding="ascii").split()
    notes = list_sealed(filing, case, "note") + list_sealed(filing, case, "conflict_check")
    assert len(notes) == 2
    assert all(open_outside(sealed, identity=identity) is None for sealed in notes)
    opened = open_case(caseworker, case.reference)
    assert opened.report_keyring is not None
    assert opened.work_keyring is not None
    assert identity == opened.report_keyring.newest.to_text()
    assert opened.work_keyring.newest.to_text() not in (folder.parents[2] / "bundle.zip").read_text("latin-1")


def test_a_case_with_new_keys_hands_over_those_that_are_needed(
    keyholders: Keyholders, filing: Filing, store: FolderStore, case: FiledCase, tmp_path: Path
) -> None:
    """Of three generations the two go along that something is sealed to; the newest, which opens nothing yet, stays."""
    supervisor = keyholders.sit_down(Role.SUPERVISING_ATTORNEY)
    reporter = hand_in(filing, store, case)
    rekey(keyholders, case, Role.SUPERVISING_ATTORNEY)
    later = Correspondence(filing, store, case)
    assert later.report_recipient != reporter.report_recipient
    later.send(later.make_receipt(), "Más tarde")
    rekey(keyholders, case, Role.SUPERVISING_ATTORNEY)
    check_names(supervisor, case)
    folder = Bundling(supervisor, store, case, tmp_path).make(options=ASKED) / "sealed-originals"
    opened = open_case(supervisor, case.reference)
    assert opened.report_keyring is not None
    newest, *needed = [each.to_text() for each in opened.report_keyring.list_identities()]
    assert (folder / "identity.txt").read_text(encoding="ascii").split() == needed
    assert newest not in (folder / "identity.txt").read_text(encoding="ascii")
    content = follow_readme(folder)
    assert {json.loads(content[f"message-00{number}.json"])["text"] for number in (1, 2)} == {"Aquí está", "Más tarde"}
    assert content["exhibit-001.jpg"] == PHOTO


def test_says_loudly_what_it_is(
    caseworker: Caseworker, filing: Filing, store: FolderStore, case: FiledCase, tmp_path: Path
) -> None:
    """Both READMEs say that whoever gets this can open everything; a bundle without originals says nothing of it."""
    check_names(caseworker, case)
    assert filing.engine is not None
    bundling = Bundling(caseworker, store, case, tmp_path)
    first = " ".join((bundling.make() / "README.txt").read_text(encoding="utf-8").split())
    assert ORIGINALS_WARNING not in first
    data = bundling.make(options=ASKED)
    for name in ("README.txt", "sealed-originals/README.txt"):
        assert ORIGINALS_WARNING in " ".join((data / name).read_text(encoding="utf-8").split())


def test_what_is_gone_or_smuggled_in_is_not_there(
    caseworker: Caseworker, filing: Filing, store: FolderStore, case: FiledCase, tmp_path: Path
) -> None:
    """A file that is gone is missing and the rest opens; a message that the ledger does not vouch for stays out."""
    reporter = hand_in(filing, store, case)
    reporter.send(reporter.make_receipt(), "inventado", is_logged=False)
    check_names(caseworker, case)
    opened = open_case(caseworker, case.reference)
    assert opened.report is not None
    store.delete(opened.report.files[0].id)
    folder = Bundling(caseworker, store, case, tmp_path).make(options=ASKED) / "sealed-originals"
    assert {each.name for each in folder.glob("*.age")} == {"report.age", "message-001.age", "exhibit-002.age"}
    assert "inventado" not in str(follow_readme(folder))
