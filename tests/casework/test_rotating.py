"""A new office key: at once for new reports, for everybody who may, and nothing that came before is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select, update

from casework.ledger_writing import append_event
from casework.opening import open_case
from casework.permissions import Role
from casework.rotating import KeyChangedError, rotate_office_key
from intake.drafts import begin_draft, save_answers
from intake.sending import send_report
from models import tables
from models.cases import list_case_holders
from models.engine import create_engine, read, write
from models.ledger import Event
from models.office_keys import count_holders, get_office_key, list_held_keys, list_holder_ids, list_keys
from tests.casework.desks import open_supervisor, sit_down, sit_down_again
from tests.casework.filing import Filing
from tests.casework.staff_office import StaffOffice
from tests.faults.stored_reports import wait_until
from vault.errors import UntrustedKeyError
from vault.identities import Identity

FILERS = 16
STORY = "Me pararon otra vez."


@pytest.fixture
def engine(staff_office: StaffOffice) -> Iterator[Engine]:
    """The database with the staff site's rights."""
    engine = create_engine(staff_office.ceremony.casework.engine_url)
    yield engine
    engine.dispose()


@pytest.fixture
def early(engine: Engine, staff_office: StaffOffice) -> Iterator[Filing]:
    """A way to file reports with the first key."""
    filing = Filing(engine, staff_office.ceremony.intake)
    yield filing
    filing.intake_engine.dispose()


def get_todays_id(engine: Engine) -> str:
    """The id of today's office key."""
    with read(engine) as connection:
        row = get_office_key(connection)
    assert row is not None
    return str(row.id)


def file_report(engine: Engine, office: StaffOffice) -> str:
    """File a report with the public site's own deeds, and return its reference."""
    config = office.ceremony.intake
    draft = begin_draft(engine, config)
    draft = save_answers(engine, config, draft, "what_happened", {"what_happened": STORY}, language="es")
    return send_report(engine, config, draft, draft.key, "es").reference


def test_everybody_who_held_the_key_holds_the_new_one_and_opens_everything(
    engine: Engine, early: Filing, staff_office: StaffOffice
) -> None:
    """After two new keys on one day each colleague holds one row, and opens a report from before and one from after."""
    config = staff_office.ceremony.casework
    before = early.file().reference
    first = get_todays_id(engine)
    made = [rotate_office_key(engine, config, open_supervisor(engine, staff_office), reason="left") for _ in range(2)]
    after = file_report(early.intake_engine, staff_office)
    assert get_todays_id(engine) == made[1].office_key_id
    assert len({made[0].fingerprint, made[1].fingerprint}) == 2
    with read(engine) as connection:
        assert [row.id for row in list_keys(connection)] == [made[1].office_key_id, made[0].office_key_id, first]
        assert [count_holders(connection, each) for each in (first, made[0].office_key_id)] == [0, 0]
        assert count_holders(connection, made[1].office_key_id) == 3
    for role in (Role.INTAKE, Role.ATTORNEY, Role.SUPERVISING_ATTORNEY):
        caseworker = sit_down(engine, staff_office, role)
        assert list(caseworker.session.office_identities) == [made[1].office_key_id, made[0].office_key_id, first]
        for reference in (before, after):
            report = open_case(caseworker, reference).report
            assert report is not None
            assert report.find_answer("what_happened") is not None


def test_only_supervising_attorneys_get_the_signing_key(engine: Engine, staff_office: StaffOffice) -> None:
    """Whoever could give access before can afterwards, and nobody else."""
    rotate_office_key(engine, staff_office.ceremony.casework, open_supervisor(engine, staff_office))
    key = open_supervisor(engine, staff_office).signing_key
    assert key.verify_key == staff_office.ceremony.casework.office_verify_key
    with read(engine) as connection:
        for role in (Role.INTAKE, Role.ATTORNEY):
            (held,) = list_held_keys(connection, staff_office.accounts[role].staff_id)
            assert held.sealed_signing_key is None


@pytest.mark.parametrize(
    ("change", "is_on_record"),
    [
        ({"is_active": False}, True),
        ({"recipient_signature": b""}, True),
        ({"role": "administrator"}, True),
        ({"name": "somebody brought back"}, False),
    ],
)
def test_whoever_may_not_have_it_does_not_get_it(
    engine: Engine, staff_office: StaffOffice, change: dict[str, object], *, is_on_record: bool
) -> None:
    """Who left, waits for a comparison, has another role, or is not as the ledger says, is left out and loses it."""
    attorney = staff_office.accounts[Role.ATTORNEY].staff_id
    with write(engine) as connection:
        connection.execute(update(tables.staff).where(tables.staff.c.id == attorney).values(**change))
        if is_on_record:
            append_event(connection, Event("staff:changed", attorney), staff_office.ceremony.casework)
    rotate_office_key(engine, staff_office.ceremony.casework, open_supervisor(engine, staff_office))
    with read(engine) as connection:
        assert list_held_keys(connection, attorney) == []
        assert len(list_holder_ids(connection, get_todays_id(engine))) == 2


def test_a_strangers_key_gets_nothing(engine: Engine, staff_office: StaffOffice) -> None:
    """With another public key in a colleague's place no key is made, and nothing changes."""
    attorney = staff_office.accounts[Role.ATTORNEY].staff_id
    granter, before = open_supervisor(engine, staff_office), get_todays_id(engine)
    with write(engine) as connection:
        stranger = Identity.generate().recipient.raw
        connection.execute(update(tables.staff).where(tables.staff.c.id == attorney).values(recipient=stranger))
    with pytest.raises(UntrustedKeyError):
        rotate_office_key(engine, staff_office.ceremony.casework, granter)
    assert get_todays_id(engine) == before


def test_of_two_at_once_one_wins(engine: Engine, staff_office: StaffOffice) -> None:
    """Two supervising attorneys at the same moment make one new key; the other is told and has changed nothing."""
    granter, config = open_supervisor(engine, staff_office), staff_office.ceremony.casework
    together = threading.Barrier(2)

    def rotate(_number: int) -> bool:
        together.wait()
        try:
            rotate_office_key(engine, config, granter)
        except KeyChangedError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(rotate, range(2))) == [False, True]
    with read(engine) as connection:
        assert len(list_keys(connection)) == 2
        assert count_holders(connection, get_todays_id(engine)) == 3


def test_a_stale_key_makes_no_new_one(engine: Engine, staff_office: StaffOffice) -> None:
    """Who opened the office's keys before somebody else made a new one must open them again first."""
    stale = open_supervisor(engine, staff_office)
    rotate_office_key(engine, staff_office.ceremony.casework, stale)
    with pytest.raises(KeyChangedError):
        rotate_office_key(engine, staff_office.ceremony.casework, stale)


def test_it_is_in_the_ledger_with_its_reason_and_no_longer_due(engine: Engine, staff_office: StaffOffice) -> None:
    """The ledger names who made a key and why, in one word; the mark that one is due is gone."""
    with write(engine) as connection:
        connection.execute(update(tables.office_keys).values(is_rotation_due=True))
    granter = open_supervisor(engine, staff_office)
    made = rotate_office_key(engine, staff_office.ceremony.casework, granter, reason="lost")
    with read(engine) as connection:
        entry = connection.execute(
            select(tables.ledger_entries.c.entry).where(tables.ledger_entries.c.kind == "office:rotated")
        ).scalar_one()
        assert connection.execute(select(tables.office_keys.c.is_rotation_due)).scalars().all() == [False, False]
    assert f'"subject":"{made.office_key_id}"' in entry
    assert '"item":"lost"' in entry
    assert granter.staff_id in entry


def test_a_draft_from_before_can_still_be_sent(engine: Engine, early: Filing, staff_office: StaffOffice) -> None:
    """Whoever had begun a report when the key changed sends it, and the office opens it."""
    config = staff_office.ceremony.intake
    draft = begin_draft(early.intake_engine, config)
    rotate_office_key(engine, staff_office.ceremony.casework, open_supervisor(engine, staff_office))
    answers = {"what_happened": STORY}
    draft = save_answers(early.intake_engine, config, draft, "what_happened", answers, language="es")
    sent = send_report(early.intake_engine, config, draft, draft.key, "es")
    case = open_case(sit_down(engine, staff_office, Role.INTAKE), sent.reference)
    assert case.report is not None
    assert case.card is not None


def test_reports_keep_arriving_while_keys_change(engine: Engine, early: Filing, staff_office: StaffOffice) -> None:
    """Sixteen reporters file while the key changes four times: none is lost, none refused, and all open."""
    together, is_over = threading.Barrier(FILERS + 1), threading.Event()
    references: list[str] = []

    def file_until_over(_number: int) -> None:
        together.wait()
        while not is_over.is_set():
            references.append(file_report(early.intake_engine, staff_office))

    supervisor = sit_down(engine, staff_office, Role.SUPERVISING_ATTORNEY)
    with ThreadPoolExecutor(FILERS) as pool:
        filers = [pool.submit(file_until_over, number) for number in range(FILERS)]
        together.wait()
        try:
            for _ in range(4):
                arrived = len(references)
                wait_until(lambda known=arrived: len(references) > known + 2)  # type: ignore[misc]  # bound on purpose
                rotate_office_key(engine, staff_office.ceremony.casework, open_supervisor(engine, staff_office))
            arrived = len(references)
            wait_until(lambda: len(references) > arrived + 2)
        finally:
            is_over.set()
        for each in filers:
            each.result()
    supervisor = sit_down_again(supervisor)
    holders = set()
    assert len(set(references)) == len(references)
    for reference in references:
        case = open_case(supervisor, reference)
        assert case.report is not None
        assert case.is_report_vouched
        assert case.card is not None
        with read(engine) as connection:
            holders |= set(list_case_holders(connection, case.id))
    assert len(holders) > 2
    assert holders <= set(supervisor.session.office_identities)
