"""Recovery on paper: enough shares open what the office holds today, whatever changed since, and nothing less does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import pytest
from sqlalchemy import Engine, select, update

from casework.access_changes import restrict_case
from casework.opening import open_case
from casework.permissions import Role
from casework.recovering import drill
from casework.recovery import SharesChangedError, ShareSet, SharesReplacedError, make_share_set, open_recovery
from casework.rotating import rotate_office_key
from models import tables
from models.cases import get_case_key
from models.engine import create_engine, read, write
from models.office_keys import count_holders, get_office_key, list_held_keys
from tests.casework.desks import open_supervisor, sit_down
from tests.casework.filing import FiledCase, Filing
from tests.casework.staff_office import StaffOffice
from vault.contexts import Context
from vault.errors import CannotOpenError, CannotSealError, InvalidShareError, UntrustedKeyError
from vault.identities import Identity
from vault.opening import open_identity
from vault.signing import SigningKey, sign_recipient


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


def make_shares(
    engine: Engine, office: StaffOffice, *, threshold: int = 2, count: int = 3, replaces: str | None = None
) -> ShareSet:
    """Shares made by the supervising attorney."""
    caseworker = sit_down(engine, office, Role.SUPERVISING_ATTORNEY)
    granter = open_supervisor(engine, office)
    return make_share_set(caseworker, granter, threshold=threshold, count=count, replaces=replaces)


def restrict(engine: Engine, case: FiledCase, office: StaffOffice, *roles: Role) -> None:
    """Restrict a case to these people; its deed by the supervising attorney."""
    caseworker = sit_down(engine, office, Role.SUPERVISING_ATTORNEY)
    people = [office.accounts[role].staff_id for role in roles]
    granter = open_supervisor(engine, office)
    restrict_case(caseworker, granter, open_case(caseworker, case.reference), people, "Somebody knows them")


def test_any_enough_shares_open_what_the_office_holds(engine: Engine, staff_office: StaffOffice) -> None:
    """Each two of three shares open today's office identity and the signing key; one alone opens nothing."""
    made = make_shares(engine, staff_office)
    with read(engine) as connection:
        for some in combinations(made.shares, 2):
            opened = open_recovery(connection, some)
            assert opened.signing_key.verify_key == staff_office.ceremony.casework.office_verify_key
            assert opened.office_identities.keys() == staff_office.ceremony.granter.office_identities.keys()
        with pytest.raises(CannotOpenError):
            open_recovery(connection, made.shares[:1])


def test_shares_count_as_somebody_who_can_open(engine: Engine, staff_office: StaffOffice) -> None:
    """The public site counts the paper among the holders of the office identity."""
    with read(engine) as connection:
        office_key = get_office_key(connection)
        assert office_key is not None
        before = count_holders(connection, office_key.id)
    make_shares(engine, staff_office)
    with read(engine) as connection:
        assert count_holders(connection, office_key.id) == before + 1


def test_paper_stays_valid_when_the_office_key_changes(
    engine: Engine, early: Filing, staff_office: StaffOffice
) -> None:
    """Shares from before two new office keys open the newest, and through it reports from before and after."""
    made = make_shares(engine, staff_office, threshold=3, count=5)
    filed = early.file()
    for _ in range(2):
        rotate_office_key(engine, staff_office.ceremony.casework, open_supervisor(engine, staff_office))
    with read(engine) as connection:
        opened = open_recovery(connection, made.shares[2:])
        key_row = get_case_key(connection, filed.id, list(opened.office_identities))
    assert len(opened.office_identities) == 3
    assert key_row is not None
    context = Context("report_identity", (filed.id, key_row.holder_id))
    holder = opened.office_identities[key_row.holder_id]
    assert open_identity(key_row.sealed_report_identity, identity=holder, context=context).seed
    assert drill(engine, staff_office.ceremony.casework, made.shares[:3]).cases_opened == 1


def test_new_shares_take_the_place_of_the_old(engine: Engine, staff_office: StaffOffice) -> None:
    """After a second set the first opens nothing of today, says when it was replaced, and holds no row."""
    first = make_shares(engine, staff_office)
    second = make_shares(engine, staff_office, replaces=first.recovery_key_id)
    with read(engine) as connection:
        with pytest.raises(SharesReplacedError):
            open_recovery(connection, first.shares)
        assert list_held_keys(connection, first.recovery_key_id) == []
        assert open_recovery(connection, second.shares).recovery_key_id == second.recovery_key_id


def test_the_same_page_sent_twice_makes_one_set(engine: Engine, staff_office: StaffOffice) -> None:
    """Reloading the answer, or two people at the same moment, makes one set of shares; the other is told."""
    first = make_shares(engine, staff_office)
    with pytest.raises(SharesChangedError):
        make_shares(engine, staff_office, replaces=None)
    together = threading.Barrier(2)

    def make_again(_number: int) -> bool:
        together.wait()
        try:
            make_shares(engine, staff_office, replaces=first.recovery_key_id)
        except SharesChangedError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(make_again, range(2))) == [False, True]


def test_restricted_cases_are_on_the_paper_too(engine: Engine, early: Filing, staff_office: StaffOffice) -> None:
    """Restricted cases that the maker of the shares opens are sealed to them; the others are counted."""
    mine, theirs, office_wide = early.file(), early.file(), early.file()
    restrict(engine, mine, staff_office, Role.SUPERVISING_ATTORNEY, Role.ATTORNEY)
    restrict(engine, theirs, staff_office, Role.ATTORNEY)
    first = make_shares(engine, staff_office)
    assert first.cases_left == 1
    made = make_shares(engine, staff_office, replaces=first.recovery_key_id)
    with read(engine) as connection:
        opened = open_recovery(connection, made.shares)
        key_row = get_case_key(connection, mine.id, [made.recovery_key_id])
        assert key_row is not None
        context = Context("work_identity", (mine.id, made.recovery_key_id))
        assert open_identity(key_row.sealed_work_identity, identity=opened.identity, context=context).seed
        assert get_case_key(connection, mine.id, [first.recovery_key_id]) is None
        for case in (theirs, office_wide):
            assert get_case_key(connection, case.id, [made.recovery_key_id]) is None
    assert drill(engine, staff_office.ceremony.casework, made.shares).restricted_opened == 1


@pytest.mark.parametrize(("threshold", "count"), [(1, 1), (3, 2), (2, 17)])
def test_sets_that_would_not_be_safe_are_not_made(
    engine: Engine, staff_office: StaffOffice, threshold: int, count: int
) -> None:
    """A share that opens alone, or more than sixteen, is refused, and nothing changes."""
    with pytest.raises(CannotSealError):
        make_shares(engine, staff_office, threshold=threshold, count=count)
    with read(engine) as connection:
        assert connection.execute(select(tables.recovery_keys)).all() == []


def list_rows(owner_url: str) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    engine = create_engine(owner_url)
    with read(engine) as connection:
        rows = {
            table.name: sorted(repr(row) for row in connection.execute(table.select()))
            for table in tables.metadata.sorted_tables
        }
    engine.dispose()
    return rows


def test_nothing_of_the_shares_is_stored_or_shown(engine: Engine, staff_office: StaffOffice, owner_url: str) -> None:
    """Neither the words nor the private half are in any row, or in what prints the result."""
    made = make_shares(engine, staff_office)
    with read(engine) as connection:
        seed = open_recovery(connection, made.shares).identity.seed
    rows = [row for found in list_rows(owner_url).values() for row in found]
    assert rows
    words = [share.split()[5:9] for share in made.shares]
    for row in rows:
        assert repr(seed)[2:-1] not in row
        assert seed.hex() not in row
        assert not any(" ".join(each) in row for each in words)
    assert not any(" ".join(each) in repr(made) for each in words)


def test_a_drill_changes_nothing(engine: Engine, early: Filing, staff_office: StaffOffice, owner_url: str) -> None:
    """Proving shares leaves every row of every table as it was, the ledger's too."""
    made = make_shares(engine, staff_office)
    early.file()
    before = list_rows(owner_url)
    result = drill(engine, staff_office.ceremony.casework, made.shares[1:])
    assert list_rows(owner_url) == before
    assert (result.cases_opened, result.restricted_opened) == (1, 0)
    assert result.office_fingerprint == staff_office.ceremony.office_fingerprint


def test_a_drill_names_a_misspelt_share_and_refuses_strangers(engine: Engine, staff_office: StaffOffice) -> None:
    """A slip of the pen is named; whole shares of another office open nothing here."""
    made = make_shares(engine, staff_office)
    config = staff_office.ceremony.casework
    wrong = made.shares[1].replace(made.shares[1].split()[20], "notaword")
    with pytest.raises(InvalidShareError) as fault:
        drill(engine, config, [made.shares[0], wrong])
    assert fault.value.share == 2
    with write(engine) as connection:
        connection.execute(update(tables.recovery_keys).values(recipient=Identity.generate().recipient.raw))
    with pytest.raises(CannotOpenError):
        drill(engine, config, made.shares)


def test_an_office_that_somebody_made_up_is_noticed(engine: Engine, staff_office: StaffOffice) -> None:
    """With an office key in the database that the shares' own office did not sign, nothing is believed."""
    made = make_shares(engine, staff_office)
    stranger, forger = Identity.generate(), SigningKey.generate()
    with write(engine) as connection:
        key_id = connection.execute(select(tables.office_keys.c.id)).scalar_one()
        signature = sign_recipient(stranger.recipient.raw, context=Context("office_recipient", (key_id,)), key=forger)
        connection.execute(
            update(tables.office_keys).values(recipient=stranger.recipient.raw, recipient_signature=signature)
        )
    with pytest.raises(UntrustedKeyError):
        drill(engine, staff_office.ceremony.casework, made.shares)
