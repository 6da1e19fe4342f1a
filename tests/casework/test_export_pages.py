"""The pages of documents of several cases: choosing in the queue, how far it is, cancelling, taking what was made."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from casework.permissions import Role
from models.engine import read, write
from models.export_tables import export_runs, workers
from models.tables import ledger_entries
from tests.casework.conftest import MoveClock, SignInAs
from tests.casework.filing import FiledCase, Filing
from tests.casework.running import Runs, find_key
from tests.casework.staff_office import StaffOffice
from tests.casework.taken_back import Desk
from tests.page_client import Page, PageClient
from vault.identities import Identity

VALUES = {"reason": "For the meeting on Friday"}


@pytest.fixture
def runs(staff_office: StaffOffice, filing: Filing, owner_url: str) -> Iterator[Runs]:
    """An office with a worker's place."""
    desk = Desk(staff_office, filing, owner_url)
    yield Runs(desk, staff_office)
    desk.close()


def choose(reader: PageClient, cases: list[FiledCase]) -> Page:
    """Tick cases in the queue and go on."""
    page = reader.get("/cases")
    boxes = [box.get("value", "") for box in page.find_all("input") if box.get("form") == "choose"]
    assert {case.reference for case in cases} <= set(boxes)
    return reader.get("/exports/new?" + "&".join(f"case={case.reference}" for case in cases))


def ask(reader: PageClient, cases: list[FiledCase]) -> Page:
    """Ask for the summaries of these cases."""
    return reader.submit(choose(reader, cases), VALUES, action="/exports")


def find_links(page: Page, part: str) -> list[str]:
    """The addresses of a page's links that hold a part."""
    return [link.get("href", "") for link in page.find_all("a") if part in link.get("href", "")]


def test_from_the_queue_to_the_zip(runs: Runs, sign_in_as: SignInAs) -> None:
    """Cases are ticked, the document chosen, a page shows how far it is, and all that was made comes as one ZIP."""
    cases, worker = runs.file_cases(2), runs.hire()
    reader = sign_in_as(Role.ATTORNEY)
    page = ask(reader, cases)
    assert (page.status, page.heading) == (200, "Case summary, facts copy")
    assert "0 of 2" in page.words
    assert "It has just begun" in page.words
    bar = page.find_all("progress")[0]
    assert (bar.get("max"), bar.get("value")) == ("2", "0")
    match = re.fullmatch(r"5; url=(/exports/[0-9a-f-]+\?looks=\d+)", page.headers["Refresh"])
    assert match is not None
    runs.desk.work(worker)
    page = reader.get(match.group(1))
    assert "Refresh" not in page.headers
    assert "It is over" in page.words
    one, everything = find_links(page, "/files/")[0], find_links(page, "/all")[0]
    document = reader.client.get(one)
    assert (document.status_code, document.mimetype) == (200, "application/pdf")
    assert (
        document.headers["Content-Disposition"] == f"attachment; filename=case-{cases[0].reference}-summary-facts.pdf"
    )
    answer = reader.client.get(everything)
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert len(archive.namelist()) == 2
        assert archive.read(f"case-{cases[0].reference}-summary-facts.pdf") == document.data
    assert "2 of 2 made" in reader.get("/exports").words
    with read(runs.desk.owner) as connection:
        kinds = list(connection.execute(select(ledger_entries.c.kind)).scalars())
    assert kinds.count("export:taken") == 2


def test_the_page_comes_again_only_while_something_moves(runs: Runs, sign_in_as: SignInAs) -> None:
    """It comes again a bounded number of times, not without being asked, and not while no worker has the keys."""
    worker = runs.hire()
    reader = sign_in_as(Role.ATTORNEY)
    path = ask(reader, runs.file_cases(1)).path.partition("?")[0]
    most = runs.desk.config.idle_minutes * 12
    for looks, header in (("1", "5; url={}?looks=0"), ("99999", f"5; url={{}}?looks={most - 1}")):
        assert reader.get(f"{path}?looks={looks}").headers["Refresh"] == header.format(path)
    for query in ("", "?looks=0", "?looks=-1", "?looks=x", "?looks=9999999"):
        page = reader.get(path + query)
        assert page.status == 200
        assert "Refresh" not in page.headers
    runs.kill(worker)
    page = reader.get(f"{path}?looks=5")
    assert "Refresh" not in page.headers
    assert "No worker is running" in page.words


def test_any_page_goes_on_with_it(runs: Runs, sign_in_as: SignInAs) -> None:
    """After a worker died, opening any page gives what is left to another one."""
    dead = runs.hire()
    reader = sign_in_as(Role.ATTORNEY)
    path = ask(reader, runs.file_cases(1)).path.partition("?")[0]
    runs.kill(dead)
    other = runs.hire()
    sign_in_as(Role.INTAKE).get("/cases")
    runs.desk.work(other)
    reader.get("/account")
    runs.desk.work(other)
    assert "It is over" in reader.get(path).words


def test_all_that_the_list_shows(runs: Runs, sign_in_as: SignInAs) -> None:
    """All cases that the filter shows are chosen, and none that it does not."""
    cases = runs.file_cases(3)
    reader = sign_in_as(Role.ATTORNEY)
    assert "3 cases are chosen" in reader.get("/exports/new?all=y&status=undecided").words
    page = reader.get("/exports/new?all=y&status=accepted")
    assert (page.status, "Choose at least one case" in page.words) == (400, True)
    assert reader.get("/exports/new").status == 400
    assert all(case.reference in reader.get("/exports/new?all=y").words for case in cases)


def test_says_what_is_wrong_and_keeps_what_was_typed(runs: Runs, sign_in_as: SignInAs) -> None:
    """Without a reason, or with a case that is gone, nothing is asked for; choice and words stay."""
    cases = runs.file_cases(2)
    reader = sign_in_as(Role.ATTORNEY)
    page = reader.submit(
        choose(reader, cases), {"reason": "", "variant": "office", "purpose": "other"}, action="/exports"
    )
    assert page.status == 400
    assert page.list_errors() == ["Write why it is made. It is kept, sealed, with the case"]
    chosen = [box.get("value") for box in page.find_all("input") if box.get("checked") is not None]
    assert {"summary", "office", "other"} <= set(chosen)
    runs.desk.take_back(cases[0].id)
    page = reader.submit(page, VALUES, action="/exports")
    assert page.status == 409
    assert cases[0].reference in page.words
    assert VALUES["reason"] in page.text
    with read(runs.desk.owner) as connection:
        assert connection.execute(select(export_runs)).all() == []


def test_cancelling_on_the_page(runs: Runs, sign_in_as: SignInAs) -> None:
    """The button ends it, and the page says so."""
    runs.hire()
    reader = sign_in_as(Role.ATTORNEY)
    page = ask(reader, runs.file_cases(2))
    page = reader.submit(page, {}, action="/cancel")
    assert page.status == 200
    assert "It was cancelled" in page.words
    assert "2 cancelled" in page.words
    assert reader.client.get(page.path + "/all").status_code == 404


def test_others_get_404(runs: Runs, sign_in_as: SignInAs) -> None:
    """A colleague who knows the address finds nothing: no page, no file, nothing to cancel."""
    cases, worker = runs.file_cases(1), runs.hire()
    reader = sign_in_as(Role.ATTORNEY)
    page = ask(reader, cases)
    runs.desk.work(worker)
    path = page.path.partition("?")[0]
    page = reader.get(path)
    other = sign_in_as(Role.SUPERVISING_ATTORNEY)
    for address in (path, f"{path}/all", *find_links(page, "/files/")):
        assert other.client.get(address).status_code == 404
    token = next(each.get("value", "") for each in other.get("/cases").root.iter() if each.get("name") == "csrf_token")
    assert other.post(f"{path}/cancel", [("csrf_token", token)]).status == 404
    assert "You asked for nothing" in other.get("/exports").words


def test_taking_needs_the_second_factor_fresh(runs: Runs, sign_in_as: SignInAs, move_clock: MoveClock) -> None:
    """Looking does not ask again; asking for documents, and taking them, do."""
    cases, worker = runs.file_cases(1), runs.hire()
    reader = sign_in_as(Role.ATTORNEY)
    page = ask(reader, cases)
    runs.desk.work(worker)
    path = page.path.partition("?")[0]
    move_clock(timedelta(minutes=11))
    page = reader.get(path)
    assert page.heading == "Case summary, facts copy"
    for address in (f"{path}/all", *find_links(page, "/files/")):
        assert reader.client.get(address).headers["Location"].startswith("/confirm?next=")
    form = choose(reader, cases)
    assert form.status == 200
    assert reader.submit(form, VALUES, action="/exports").status == 401


def test_a_strangers_worker_closes_the_form_and_no_other_page(runs: Runs, sign_in_as: SignInAs) -> None:
    """A swapped worker's key: asking is refused with the page that says so, other pages work, one entry is written."""
    dead = runs.hire()
    reader = sign_in_as(Role.ATTORNEY)
    cases = runs.file_cases(2)
    ask(reader, cases[:1])
    runs.kill(dead)
    stranger = find_key(runs.hire()).id
    with write(runs.desk.owner) as connection:
        swapped = update(workers).where(workers.c.id == stranger)
        connection.execute(swapped.values(recipient=Identity.generate().recipient.raw))
    assert reader.get("/cases").status == 200
    page = ask(reader, cases[1:])
    assert (page.status, page.heading) == (503, "A stored key is not its owner's")
    with read(runs.desk.owner) as connection:
        kinds = list(connection.execute(select(ledger_entries.c.kind)).scalars())
    assert kinds.count("key:untrusted") == 1
    assert "export:resumed" not in kinds
