"""Second factors: what is taken, that each is taken once, and what is told when it is not."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select

from casework.challenges import LIFE_SECONDS
from casework.errors import CopiedPasskeyError, FactorsChangedError, SignInRefusedError
from casework.factors import FactorAnswer, FactorKind, Factors, check_second_factor, open_factors, seal_factors
from casework.passkeys import make_creation_options, make_request_options, read_new_passkey
from casework.permissions import Role
from casework.recovery_codes import ALPHABET, CODES, hash_code, make_codes, read_recovery_code
from casework.sweeps import sweep_expired
from casework.workplace import Workplace
from models import tables
from models.blobs import FolderStore
from models.engine import create_engine, read, write
from models.staff import get_staff, replace_factors
from tests.casework.soft_passkey import SoftPasskey
from tests.casework.staff_office import StaffOffice
from tests.page_client import Page, PageClient
from vault.errors import CannotOpenError
from vault.identities import Identity
from web import clock
from web.config import CaseworkConfig

REFUSED = "That did not match. Check your e-mail and your passphrase, and try again with a new code or a passkey."
ROLE = Role.ATTORNEY


@dataclass
class Owner:
    """The attorney, with a passkey and ten recovery codes beside the app."""

    engine: Engine
    config: CaseworkConfig
    office: StaffOffice
    staff_id: str
    identity: Identity
    device: SoftPasskey
    codes: tuple[str, ...]

    def check(self, code: str = "", assertion: str = "") -> FactorKind:
        """Show a second factor."""
        return check_second_factor(
            self.engine,
            self.config,
            staff_id=self.staff_id,
            identity=self.identity,
            answer=FactorAnswer(code, assertion),
        )

    def sign(self) -> str:
        """What the device signs now."""
        return self.device.sign(make_request_options(self.config))

    def put(self, **columns: object) -> None:
        """Change the account's second factors."""
        with write(self.engine) as connection:
            row = get_staff(connection, self.staff_id)
            assert row is not None
            assert replace_factors(connection, row, **columns)

    def read_factors(self) -> Factors:
        """The document as it lies in the database."""
        with read(self.engine) as connection:
            row = get_staff(connection, self.staff_id)
        assert row is not None
        return open_factors(row.sealed_factors, identity=self.identity, staff_id=self.staff_id)

    def sign_in(self, site: Flask, *, code: str = "", assertion: str = "") -> Page:
        """Send the sign-in page."""
        reader = PageClient(site.test_client())
        account = self.office.accounts[ROLE]
        values = {"email": account.person.email, "passphrase": account.passphrase, "code": code, "assertion": assertion}
        return reader.submit(reader.get("/sign-in"), values, action="/sign-in")

    def list_events(self) -> list[str]:
        """Kinds of what the ledger says of this person."""
        query = (
            select(tables.ledger_entries.c.kind)
            .where(tables.ledger_entries.c.subject == self.staff_id)
            .order_by(tables.ledger_entries.c.sequence)
        )
        with read(self.engine) as connection:
            return list(connection.execute(query).scalars())


@pytest.fixture
def owner(staff_site: Flask, staff_office: StaffOffice, staff_identity: Identity) -> Owner:
    """The attorney of the office."""
    staff_id = staff_office.accounts[ROLE].staff_id
    engine, config = staff_site.extensions["engine"], staff_office.ceremony.casework
    owner = Owner(engine, config, staff_office, staff_id, staff_identity, SoftPasskey(), make_codes())
    options = make_creation_options(config, staff_id=staff_id, email="ana@office.example", name="Ana")
    passkey, _challenge = read_new_passkey(config, owner.device.create(options), staff_id=staff_id, name="Phone")
    hashes = tuple(hash_code(code, staff_id=staff_id) for code in owner.codes)
    factors = Factors((passkey,), hashes)
    owner.put(sealed_factors=seal_factors(factors, recipient=staff_identity.recipient, staff_id=staff_id))
    return owner


def test_codes_are_ten_and_hard_to_guess() -> None:
    """Ten different codes of twelve letters that are not taken for each other: more than 57 bits each."""
    codes = make_codes()
    assert len(set(codes)) == CODES == 10
    assert all(len(code.replace("-", "")) == 12 for code in codes)
    assert len(set(ALPHABET)) ** 12 > 2**57
    assert not set(ALPHABET) & set("il1o0")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("abcd-efgh-jkmn", "abcd-efgh-jkmn"),
        (" ABCD EFGH JKMN ", "abcd-efgh-jkmn"),
        ("abcdefghjkmn", "abcd-efgh-jkmn"),
        ("abcd\u2013efgh\u2010jkmn", "abcd-efgh-jkmn"),
        ("abcd-efgh-jkm", ""),
        ("abcd-efgh-jkml", ""),
        ("123456", ""),
        ("", ""),
    ],
)
def test_recovery_code_is_read_as_people_type_it(typed: str, code: str) -> None:
    """Capitals, spaces and any dash are read; anything else is no code."""
    assert read_recovery_code(typed) == code


def test_hash_is_one_persons() -> None:
    """The same code of two people has two hashes, so that a document moved to a colleague's row opens nothing."""
    assert hash_code("abcd-efgh-jkmn", staff_id="a") != hash_code("abcd-efgh-jkmn", staff_id="b")


def test_document_opens_to_its_owner_only(owner: Owner) -> None:
    """The document shows nothing without its owner's key, and nothing in a colleague's place."""
    recipient = owner.identity.recipient
    sealed = seal_factors(owner.read_factors(), recipient=recipient, staff_id=owner.staff_id)
    assert owner.device.credential_id not in sealed
    for identity, staff_id in ((Identity.generate(), owner.staff_id), (owner.identity, "somebody-else")):
        with pytest.raises(CannotOpenError):
            open_factors(sealed, identity=identity, staff_id=staff_id)
    assert open_factors(None, identity=owner.identity, staff_id=owner.staff_id) == Factors()


def test_each_kind_signs_in(staff_site: Flask, owner: Owner) -> None:
    """A code of the app, a recovery code and a passkey each open a session, in the one request with the passphrase."""
    assert owner.sign_in(staff_site, code=owner.office.make_code(ROLE)).path == "/cases"
    assert owner.sign_in(staff_site, code=owner.codes[0].upper().replace("-", " ")).path == "/cases"
    assert owner.sign_in(staff_site, assertion=owner.sign()).path == "/cases"


def test_recovery_code_works_once_and_is_in_the_ledger(staff_site: Flask, owner: Owner) -> None:
    """A recovery code that was used is refused, nine are left, and the ledger says that one was used."""
    assert owner.sign_in(staff_site, code=owner.codes[3]).status == 200
    page = owner.sign_in(staff_site, code=owner.codes[3])
    assert (page.status, page.list_errors()) == (401, [REFUSED])
    assert len(owner.read_factors().recovery_codes) == 9
    assert owner.list_events()[:3] == ["staff:added", "factor:recovery_code_used", "session:started"]


def try_at_once(owner: Owner, **answer: str) -> list[FactorKind | None]:
    """Show the same second factor eight times at once and give what was taken."""
    barrier = threading.Barrier(8)
    taken: list[FactorKind | None] = []

    def try_it() -> None:
        barrier.wait(10)
        try:
            taken.append(owner.check(**answer))
        except SignInRefusedError:
            taken.append(None)

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(taken, key=str)


def test_same_answer_at_the_same_moment_is_taken_once(owner: Owner) -> None:
    """Of eight requests at once with one answer of any kind one gets through; another answer is not lost by it."""
    for kind, answer in (
        (FactorKind.RECOVERY_CODE, {"code": owner.codes[0]}),
        (FactorKind.PASSKEY, {"assertion": owner.sign()}),
        (FactorKind.APP, {"code": owner.office.make_code(ROLE)}),
    ):
        assert try_at_once(owner, **answer) == [None] * 7 + [kind]
    assert owner.check(code=owner.codes[1]) is FactorKind.RECOVERY_CODE


def test_two_recovery_codes_at_the_same_moment_are_both_taken(owner: Owner) -> None:
    """Two different codes shown at once both count, and both are used up."""
    results: list[FactorKind] = []
    threads = [
        threading.Thread(target=lambda code=code: results.append(owner.check(code=code))) for code in owner.codes[:2]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [FactorKind.RECOVERY_CODE] * 2
    assert len(owner.read_factors().recovery_codes) == 8


def test_signed_challenge_is_taken_once_by_all_processes(staff_site: Flask, owner: Owner) -> None:
    """What a passkey signed opens one session; sent again it is refused, also by another process."""
    text = owner.sign()
    assert owner.sign_in(staff_site, assertion=text).status == 200
    assert owner.sign_in(staff_site, assertion=text).status == 401
    other = create_engine(owner.config.engine_url)
    try:
        with pytest.raises(SignInRefusedError):
            replace(owner, engine=other).check(assertion=text)
        assert replace(owner, engine=other).check(assertion=owner.sign()) is FactorKind.PASSKEY
    finally:
        other.dispose()


def test_code_of_the_app_is_taken_once_everywhere(staff_site: Flask, owner: Owner) -> None:
    """A code that signed somebody in is refused where a second factor is asked for again."""
    code = owner.office.make_code(ROLE)
    assert owner.sign_in(staff_site, code=code).status == 200
    with pytest.raises(SignInRefusedError):
        owner.check(code=code)
    assert owner.check(code=owner.office.make_code(ROLE)) is FactorKind.APP


def test_counter_is_kept(owner: Owner) -> None:
    """The counter that a passkey showed is remembered, so that its copy is noticed."""
    owner.device.counter = 6
    assert owner.check(assertion=owner.sign()) is FactorKind.PASSKEY
    assert owner.read_factors().passkeys[0].sign_count == 7


def test_copied_passkey_is_refused_and_told(staff_site: Flask, owner: Owner) -> None:
    """A passkey whose counter went back is refused in plain words, and the ledger says so."""
    owner.device.counter = 6
    owner.check(assertion=owner.sign())
    owner.device.counter = 2
    page = owner.sign_in(staff_site, assertion=owner.sign())
    assert page.status == 401
    assert "its counter went back" in page.list_errors()[0]
    assert owner.list_events()[-1] == "factor:copy_suspected"
    assert owner.read_factors().passkeys[0].sign_count == 7
    with pytest.raises(CopiedPasskeyError):
        owner.check(assertion=owner.sign())


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"id": 1}', "\u202e", "x" * 20_001, "é" * 9_000])
def test_garbage_in_the_place_of_a_passkey_is_a_clear_refusal(staff_site: Flask, owner: Owner, text: str) -> None:
    """Whatever stands where a passkey's answer should stand, the page comes back with a message and without it."""
    page = owner.sign_in(staff_site, assertion=text)
    assert page.status in {400, 401}
    assert page.list_errors()
    form = page.find_form("/sign-in")
    assert [each.get("value") for each in form.iter() if each.get("name") == "assertion"] == [""]


def test_account_without_app_takes_no_code(owner: Owner) -> None:
    """Whoever has passkeys only is not let in by any six digits."""
    owner.put(sealed_totp_secret=None)
    for code in ("000000", owner.office.make_code(ROLE)):
        with pytest.raises(SignInRefusedError):
            owner.check(code=code)
    assert owner.check(assertion=owner.sign()) is FactorKind.PASSKEY


def test_passkey_of_a_colleague_is_refused(owner: Owner) -> None:
    """A passkey that another person of the office made shows nothing of this one."""
    stranger = SoftPasskey()
    stranger.create(make_creation_options(owner.config, staff_id="other", email="b@office.example", name="B"))
    with pytest.raises(SignInRefusedError):
        owner.check(assertion=stranger.sign(make_request_options(owner.config)))


def test_identity_of_before_shows_nothing(owner: Owner) -> None:
    """A session whose account got another key meanwhile is refused, and not with a failure."""
    with pytest.raises(SignInRefusedError):
        replace(owner, identity=Identity.generate()).check(code=owner.codes[0])


def test_document_that_changed_in_between_is_read_again(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the document changed under a check, the check is made again; when it never stands still, it is refused."""
    factors = pytest.importorskip("casework.factors")
    use_up, lost = factors._use_up, [2]

    def lose(*arguments: object) -> None:
        if lost[0]:
            lost[0] -= 1
            raise FactorsChangedError
        use_up(*arguments)

    monkeypatch.setattr(factors, "_use_up", lose)
    assert owner.check(code=owner.codes[0]) is FactorKind.RECOVERY_CODE
    lost[0] = 3
    with pytest.raises(SignInRefusedError):
        owner.check(code=owner.codes[1])
    assert len(owner.read_factors().recovery_codes) == 9


def test_unknown_account_gets_the_same_check(staff_site: Flask, owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has no account, or a wrong passphrase, has their second factor checked all the same, and one answer."""
    factors = pytest.importorskip("casework.factors")
    check, checked = factors._check_answer, []

    def count(*arguments: object) -> object:
        checked.append(arguments[0])
        return check(*arguments)

    monkeypatch.setattr(factors, "_check_answer", count)
    account = owner.office.accounts[ROLE]
    pages = []
    for email, passphrase, assertion in (
        ("nobody@office.example", "six wrong words", owner.sign()),
        (account.person.email, "six wrong words", owner.sign()),
        (account.person.email, account.passphrase, json.dumps({"id": "x"})),
    ):
        reader = PageClient(staff_site.test_client())
        values = {"email": email, "passphrase": passphrase, "assertion": assertion}
        pages.append(reader.submit(reader.get("/sign-in"), values, action="/sign-in"))
    assert [(page.status, page.list_errors()) for page in pages] == [(401, [REFUSED])] * 3
    assert checked == ["nobody", "nobody", owner.staff_id]


def test_options_are_for_anybody(reader: PageClient) -> None:
    """The sign-in page's script gets a challenge without signing in; it is never the same, and nothing is stored."""
    first, second = (reader.client.get("/passkeys/options") for _ in range(2))
    assert first.status_code == 200
    assert first.json is not None
    assert second.json is not None
    assert first.json["challenge"] != second.json["challenge"]
    assert "Set-Cookie" not in first.headers


def test_used_challenge_is_forgotten_when_it_has_expired(
    owner: Owner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was used is remembered while it could be sent again, and no longer: the worker sweeps it."""

    def count() -> int:
        with read(owner.engine) as connection:
            return connection.execute(select(func.count()).select_from(tables.used_challenges)).scalar_one()

    start = clock.now()
    owner.check(assertion=owner.sign())
    for seconds, left in ((LIFE_SECONDS - 5, 1), (LIFE_SECONDS + 1, 0)):
        moment = start + timedelta(seconds=seconds)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        sweep_expired(Workplace(owner.engine, FolderStore(tmp_path / "files"), owner.config), "")
        assert count() == left
