"""Documents of many cases at once: made by a worker with keys that are sealed to it, for who asked and nobody else."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pikepdf
import pytest
from sqlalchemy import select, update

from casework.access_changes import restrict_case
from casework.destruction import settle_withdrawal
from casework.export_forms import LETTERS
from casework.export_runs import KEPT_SECONDS, RunNotFoundError, RunRefusedError, resume_runs, start_run, stop_run
from casework.ledger_commands import verify_chains
from casework.opening import open_case
from casework.orders import DocumentKind
from casework.permissions import Role
from casework.producing import Product, make_product
from casework.run_listing import list_own_runs, view_run
from casework.run_results import LIST_NAME, iterate_zip
from casework.sweeps import sweep_runs
from casework.worker_keys import announce_worker, find_live_worker, make_worker_key
from exports.signatures.verifying import verify_pdf
from models import tables
from models.engine import read, write
from models.export_runs import CaseState, RunState
from models.export_tables import export_run_cases, export_runs, workers
from models.jobs import list_jobs
from tests.casework.desks import open_supervisor
from tests.casework.filing import Filing
from tests.casework.running import ORDER, Runs, find_key
from tests.casework.staff_office import StaffOffice
from tests.casework.taken_back import Desk
from vault.contexts import Context
from vault.errors import CannotOpenError, UntrustedKeyError
from vault.identities import Identity
from vault.signing import SigningKey, sign_recipient


@pytest.fixture
def runs(staff_office: StaffOffice, filing: Filing, owner_url: str) -> Iterator[Runs]:
    """An office with a worker's place."""
    desk = Desk(staff_office, filing, owner_url)
    yield Runs(desk, staff_office)
    desk.close()


def test_makes_each_document_once_for_who_asked(runs: Runs) -> None:
    """A run of three cases ends with three PDFs that open for who asked, an entry each in their name, no key left."""
    cases, worker = runs.file_cases(3), runs.hire()
    run_id = runs.ask(cases)
    assert runs.view(run_id).is_moving
    assert len(runs.list_keys()) == 6
    runs.desk.work(worker)
    run = runs.view(run_id)
    assert (run.state, run.total, run.done, run.waiting) == (RunState.ENDED, 3, 3, 0)
    assert [case.reference for case in run.cases] == [case.reference for case in cases]
    for made in run.cases:
        with pikepdf.open(io.BytesIO(runs.read_result(run, made))) as document:
            assert len(document.pages) == made.pages
        assert verify_pdf(runs.read_result(run, made), None).is_whole, "it is not signed"
    assert runs.list_keys() == []
    with read(runs.desk.owner) as connection:
        assert connection.execute(select(export_runs.c.sealed_document_key)).scalar_one() is None
    attorney = runs.office.accounts[Role.ATTORNEY].staff_id
    for case in cases:
        entries = [json.loads(entry) for entry in runs.list_exports(case)]
        assert [entry["actor"] for entry in entries] == [attorney]
        assert "export:requested" in runs.desk.list_events(case.id)
    assert not any(report.faults for report in verify_chains(runs.desk.place.engine, runs.desk.config, {}))
    assert runs.desk.list_waiting() == []


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_a_worker_can_make_every_kind(runs: Runs, kind: DocumentKind) -> None:
    """Whatever can be made of one case can be made in a run, by a worker that holds no key but those it was given."""
    cases, worker = runs.file_cases(1), runs.hire()
    letter = LETTERS[0][0] if kind is DocumentKind.LETTER else ""
    is_bundle = kind is DocumentKind.BUNDLE
    order = replace(ORDER, kind=kind, letter=letter, is_numbered=True, with_sealed_originals=is_bundle)
    run_id = runs.ask(cases, order)
    runs.desk.work(worker)
    run = runs.view(run_id)
    assert [case.words for case in run.cases] == [""]
    assert runs.read_result(run, run.cases[0]).startswith(b"PK" if is_bundle else b"%PDF")


def test_nobody_else_sees_or_opens_it(runs: Runs) -> None:
    """To a colleague the run is not there, in the list either, and its files do not open with their key."""
    cases, worker = runs.file_cases(1), runs.hire()
    run_id = runs.ask(cases)
    runs.desk.work(worker)
    supervisor = runs.sit_down(Role.SUPERVISING_ATTORNEY)
    with pytest.raises(RunNotFoundError):
        view_run(supervisor, run_id)
    with pytest.raises(RunNotFoundError):
        stop_run(supervisor, run_id)
    assert list_own_runs(supervisor) == []
    run = runs.view(run_id)
    with pytest.raises(CannotOpenError):
        runs.read_result(run, run.cases[0], Role.SUPERVISING_ATTORNEY)


def test_zip_holds_all_and_says_what_is_missing(runs: Runs) -> None:
    """The ZIP has a file for each case that was made, and names with its reason the one that was not."""
    cases, worker = runs.file_cases(2), runs.hire()
    unchecked = runs.desk.filing.file()
    run_id = runs.ask([*cases, unchecked])
    runs.desk.work(worker)
    run = runs.view(run_id)
    assert (run.done, run.failed) == (2, 1)
    content = b"".join(iterate_zip(runs.sit_down(), runs.desk.store, run))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == [*(f"case-{case.reference}-summary-facts.pdf" for case in cases), LIST_NAME]
        assert all(archive.read(name).startswith(b"%PDF") for name in names[:2])
        missing = archive.read(LIST_NAME).decode()
    assert missing.startswith(unchecked.reference)
    assert "Record a conflict decision first" in missing


def test_a_dead_workers_run_waits_for_who_asked(runs: Runs) -> None:
    """Nobody opens what is sealed to a dead worker; when who asked comes back it is sealed to another, and ends."""
    cases, dead = runs.file_cases(2), runs.hire()
    run_id = runs.ask(cases)
    runs.kill(dead)
    other = runs.hire()
    assert runs.desk.work(other) > 0  # its rounds, and nothing of the run
    assert runs.view(run_id).done == 0
    assert not runs.view(run_id).is_moving
    resume_runs(runs.sit_down(Role.SUPERVISING_ATTORNEY))
    assert not runs.view(run_id).is_moving, "a colleague gave keys away"
    resume_runs(runs.sit_down())
    assert runs.view(run_id).is_moving
    runs.desk.work(other)
    assert runs.view(run_id).done == 2
    # The dead one comes back to life: nothing waits for it any more.
    runs.desk.work(dead)
    assert [len(runs.list_exports(case)) for case in cases] == [1, 1]


def test_without_a_worker_it_waits(runs: Runs) -> None:
    """A run that was asked for while no worker was up is taken up at the next request after one is."""
    run_id = runs.ask(runs.file_cases(1))
    run = runs.view(run_id)
    assert run.is_running
    assert not run.has_worker
    assert runs.list_keys() == []
    resume_runs(runs.sit_down())
    worker = runs.hire()
    resume_runs(runs.sit_down())
    runs.desk.work(worker)
    assert runs.view(run_id).done == 1


def test_cancelling_keeps_what_is_done(runs: Runs) -> None:
    """After cancelling nothing more is made, the keys are gone, and what was made before stays."""
    cases, worker = runs.file_cases(2), runs.hire()
    run_id = runs.ask(cases)
    with write(runs.desk.owner) as connection:  # the second one for nobody, so that the worker stops after the first
        rows = export_run_cases.c
        connection.execute(update(export_run_cases).where(rows.position == 1).values(worker_id=None))
    runs.desk.work(worker)
    assert runs.view(run_id).done == 1
    stop_run(runs.sit_down(), run_id)
    run = runs.view(run_id)
    assert (run.state, run.done, run.cancelled, run.waiting) == (RunState.CANCELLED, 1, 1, 0)
    assert runs.list_keys() == []
    resume_runs(runs.sit_down())
    runs.desk.work(worker)
    assert runs.list_exports(cases[1]) == []
    assert runs.read_result(run, run.cases[0]).startswith(b"%PDF")


def test_cancelled_in_the_middle_of_a_case_leaves_nothing_of_it(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is finished after somebody cancelled is not kept: no file, no entry, nothing in the case's register."""
    cases, worker = runs.file_cases(1), runs.hire()
    run_id = runs.ask(cases)

    def make_and_cancel(*order: Any) -> Product:  # noqa: ANN401  # as it is asked for
        product = make_product(*order)
        stop_run(runs.sit_down(), run_id)
        return product

    monkeypatch.setattr("casework.run_work.make_product", make_and_cancel)
    runs.desk.work(worker)
    assert runs.view(run_id).cancelled == 1
    assert runs.list_exports(cases[0]) == []
    assert runs.desk.list_files() == []
    assert open_case(runs.sit_down(), cases[0].reference).list_items("export") == []


def test_a_case_that_was_taken_from_who_asked_is_not_made(runs: Runs) -> None:
    """Who lost a restricted case after asking gets words and no file; the other cases are made."""
    cases, worker = runs.file_cases(2), runs.hire()
    run_id = runs.ask(cases)
    supervisor = runs.sit_down(Role.SUPERVISING_ATTORNEY)
    granter = open_supervisor(runs.desk.place.engine, runs.office)
    opened = open_case(supervisor, cases[0].reference)
    restrict_case(supervisor, granter, opened, [supervisor.staff_id], "Somebody knows them")
    runs.desk.work(worker)
    run = runs.view(run_id)
    assert (run.done, run.failed) == (1, 1)
    assert "cannot open this case any more" in run.list_cases("failed")[0].words
    assert runs.list_exports(cases[0]) == []


def test_a_case_with_new_keys_waits_for_who_asked(runs: Runs) -> None:
    """A case that got new keys meanwhile, and that who asked still holds, is made when they come back."""
    cases, worker = runs.file_cases(1), runs.hire()
    run_id = runs.ask(cases)
    supervisor, attorney = runs.sit_down(Role.SUPERVISING_ATTORNEY), runs.sit_down()
    granter = open_supervisor(runs.desk.place.engine, runs.office)
    opened = open_case(supervisor, cases[0].reference)
    restrict_case(supervisor, granter, opened, [supervisor.staff_id, attorney.staff_id], "Somebody knows them")
    runs.desk.work(worker)
    assert runs.view(run_id).waiting == 1
    assert runs.list_keys() == []
    resume_runs(runs.sit_down())
    runs.desk.work(worker)
    assert runs.view(run_id).done == 1


def test_a_report_that_was_taken_back_is_not_made(runs: Runs) -> None:
    """A report that its reporter took back after it was asked for fails with words."""
    cases, worker = runs.file_cases(1), runs.hire()
    run_id = runs.ask(cases)
    runs.desk.take_back(cases[0].id)
    runs.desk.work(worker)
    assert [case.words for case in runs.view(run_id).cases] == ["This report was taken back."]


def test_what_the_ledger_does_not_know_is_not_made(runs: Runs) -> None:
    """Another name or another order put into the database: nothing is made for them."""
    cases, worker = runs.file_cases(1), runs.hire()
    run_id = runs.ask(cases)
    intake = runs.office.accounts[Role.INTAKE].staff_id
    with write(runs.desk.owner) as connection:
        connection.execute(update(export_runs).values(staff_id=intake))
    runs.desk.work(worker)
    run = runs.view(run_id, Role.INTAKE)
    assert [case.state for case in run.cases] == [CaseState.FAILED]
    assert "The ledger does not know" in run.cases[0].words
    assert runs.list_exports(cases[0]) == []


def test_an_order_that_was_put_in_its_place_is_not_done(runs: Runs) -> None:
    """An order of another run does not open in this one: every case fails with words, and none waits for ever."""
    cases, worker = runs.file_cases(2), runs.hire()
    other, run_id = runs.ask(cases[:1]), runs.ask(cases[1:])
    with write(runs.desk.owner) as connection:
        rows = export_runs.c
        order = connection.execute(select(rows.sealed_order).where(rows.id == other)).scalar_one()
        connection.execute(update(export_runs).where(rows.id == run_id).values(sealed_order=order))
    runs.desk.work(worker)
    assert runs.view(other).done == 1
    run = runs.view(run_id)
    assert (run.failed, run.is_running, run.order) == (1, False, None)


def test_keys_of_another_case_open_nothing(runs: Runs) -> None:
    """Keys that were moved to another case's row do not open there."""
    cases, worker = runs.file_cases(2), runs.hire()
    run_id = runs.ask(cases)
    rows = export_run_cases.c
    with write(runs.desk.owner) as connection:
        first = connection.execute(select(export_run_cases).where(rows.position == 0)).one()
        moved = {
            "sealed_report_identity": first.sealed_report_identity,
            "sealed_work_identity": first.sealed_work_identity,
        }
        connection.execute(update(export_run_cases).where(rows.position == 1).values(**moved))
    runs.desk.work(worker)
    run = runs.view(run_id)
    assert (run.done, run.failed) == (1, 1)
    assert "keys of this case could not be opened" in run.cases[1].words


@pytest.mark.parametrize("signed_by", ["nobody", "intake", "another worker"])
def test_a_strangers_worker_is_given_nothing(runs: Runs, signed_by: str) -> None:
    """A worker's public key that this site did not sign for it is refused before anything is sealed."""
    cases, worker = runs.file_cases(1), runs.hire()
    own, raw = find_key(worker).id, Identity.generate().recipient.raw
    values = {"recipient": raw}
    if signed_by == "intake":
        key = SigningKey.from_bytes(runs.office.ceremony.intake.signing_key)
        values["recipient_signature"] = sign_recipient(raw, context=Context("worker_recipient", (own,)), key=key)
    if signed_by == "another worker":
        other = find_key(runs.hire()).id
        with read(runs.desk.owner) as connection:
            row = connection.execute(select(workers).where(workers.c.id == other)).one()
        values = {"recipient": row.recipient, "recipient_signature": row.recipient_signature}
    with write(runs.desk.owner) as connection:
        connection.execute(update(workers).where(workers.c.id == own).values(**values))
    with pytest.raises(UntrustedKeyError):
        runs.ask(cases)
    with read(runs.desk.owner) as connection:
        assert connection.execute(select(export_runs)).all() == []


def test_everything_is_gone_after_a_day(runs: Runs) -> None:
    """After 24 hours the run is not there for anybody, and the sweep deletes its rows, jobs and files."""
    cases, worker = runs.file_cases(2), runs.hire()
    done = runs.ask(cases[:1])
    runs.desk.work(worker)
    runs.ask(cases[1:])
    assert len(runs.desk.list_files()) == 1
    sweep_runs(runs.desk.place, "all")
    assert len(runs.desk.list_files()) == 1
    with runs.desk.after_the_wait(days=1):
        with pytest.raises(RunNotFoundError):
            runs.view(done)
        sweep_runs(runs.desk.place, "all")
    assert KEPT_SECONDS == 24 * 3600
    assert runs.desk.list_files() == []
    with read(runs.desk.owner) as connection:
        assert connection.execute(select(export_runs)).all() == []
        assert connection.execute(select(workers)).all() == []
        assert {row.subject for row in list_jobs(connection)} == {"all"}


def test_destroying_a_report_takes_what_was_made_of_it(runs: Runs) -> None:
    """When a report that was taken back is destroyed, the documents of runs about it go with it."""
    cases, worker = runs.file_cases(1), runs.hire()
    run_id = runs.ask(cases)
    runs.desk.work(worker)
    assert len(runs.desk.list_files()) == 1
    runs.desk.take_back(cases[0].id, days=0)
    runs.desk.work(worker)
    settle_withdrawal(runs.desk.place, cases[0].id)
    assert runs.desk.list_files() == []
    assert runs.view(run_id).total == 0


def test_refuses_what_cannot_be_asked_for(runs: Runs) -> None:
    """No case, too many cases, or one that this person cannot open: nothing is laid down, and words say why."""
    attorney = runs.sit_down()
    for references, words in (
        ([], "at least one"),
        ([f"R-0000-{number:04}" for number in range(501)], "500 cases"),
        (["R-0000-0000"], "R-0000-0000"),
    ):
        with pytest.raises(RunRefusedError) as refusal:
            start_run(attorney, references, ORDER)
        assert words in refusal.value.words
    with read(runs.desk.owner) as connection:
        assert connection.execute(select(export_runs)).all() == []


def test_work_goes_to_the_worker_with_the_least(runs: Runs) -> None:
    """Of two workers that are up, the one for which no keys wait is chosen."""
    cases, busy = runs.file_cases(2), runs.hire()
    runs.ask(cases)
    idle = make_worker_key()
    announce_worker(runs.desk.place.engine, runs.desk.config, idle)
    with read(runs.desk.owner) as connection:
        found = find_live_worker(connection, runs.desk.config)
    assert found is not None
    assert found.id == idle.id != find_key(busy).id


def test_whose_account_was_closed_gets_nothing(runs: Runs) -> None:
    """An account that is closed after asking has nothing made for it, and a name that was changed by hand neither."""
    cases, worker = runs.file_cases(1), runs.hire()
    run_id = runs.ask(cases)
    attorney = runs.office.accounts[Role.ATTORNEY].staff_id
    with write(runs.desk.owner) as connection:
        connection.execute(update(tables.staff).where(tables.staff.c.id == attorney).values(is_active=False))
    runs.desk.work(worker)
    assert runs.view(run_id).failed == 1
    assert runs.list_exports(cases[0]) == []


def test_a_new_passphrase_leaves_what_was_made_shut(runs: Runs) -> None:
    """With another key of their own, who asked is told to ask again, both of what was made and of what was left."""
    cases, worker = runs.file_cases(2), runs.hire()
    made = runs.ask(cases[:1])
    runs.desk.work(worker)
    left = runs.ask(cases[1:])
    runs.kill(worker)
    runs.hire()
    attorney = runs.sit_down()
    changed = replace(attorney, session=replace(attorney.session, identity=Identity.generate()))
    resume_runs(changed)
    for run_id in (made, left):
        run = view_run(changed, run_id)
        assert not run.is_running
        assert [case.state for case in run.cases] == [CaseState.FAILED]
        assert "Your own key has changed" in run.cases[0].words
