"""The daily mail with the ledger's heads, against a real mail server: in the clear, with TLS, refused, and late."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from casework.head_mail import find_last_mailed, find_mail_fault, send_heads
from casework.ledger_commands import find_faults, verify_chains
from casework.ledger_heads import read_kept_heads
from casework.permissions import Role
from casework.worker import Worker
from casework.workplace import Workplace
from models.blobs import FolderStore
from models.engine import create_engine, read
from tests.casework.conftest import SignInAs
from tests.casework.staff_office import StaffOffice
from tests.mail_server import PASSWORD, USER, MailBox, make_certificate, run_mail_server
from web import clock
from web.config import CaseworkConfig, read_config

TO = "binder@elsewhere.example"


@pytest.fixture
def box() -> Iterator[MailBox]:
    """A mail server that takes everything."""
    with run_mail_server() as box:
        yield box


def make_place(office: StaffOffice, url: str, to: str = TO) -> Workplace:
    """A worker's place in an office that mails its heads to a server."""
    config = office.ceremony.casework
    named = {"TESTIMONIO_SMTP_URL": url, "TESTIMONIO_HEAD_MAIL_TO": to}
    read_from = read_config(
        CaseworkConfig,
        {
            "TESTIMONIO_DATA_DIR": f"{config.data_dir}",
            "TESTIMONIO_OFFICE_NAME": config.office_name,
            "TESTIMONIO_TIME_ZONE": "America/Chicago",
            "TESTIMONIO_ORIGIN": config.origin,
            "TESTIMONIO_OFFICE_VERIFY_KEY": config.office_verify_key.hex(),
            "TESTIMONIO_SITE_SIGNING_KEY": config.signing_key.hex(),
            "TESTIMONIO_INTAKE_VERIFY_KEY": config.intake_verify_key.hex(),
            "DATABASE_URL": config.database_url,
            **{name: text for name, text in named.items() if text},
        },
    )
    return Workplace(create_engine(config.engine_url), FolderStore(config.data_dir / "blobs"), read_from)


@pytest.fixture
def place(staff_office: StaffOffice, box: MailBox) -> Iterator[Workplace]:
    """A worker's place in an office that mails its heads."""
    place = make_place(staff_office, f"smtp://localhost:{box.port}")
    yield place
    place.engine.dispose()


def find_fault(place: Workplace) -> str:
    """What is wrong with the daily mail."""
    with read(place.engine) as connection:
        return find_mail_fault(connection, place.config)


def test_mail_holds_the_heads_and_nothing_of_the_office(place: Workplace, box: MailBox) -> None:
    """The mail is plain text with both heads and the day; neither office nor machine is named, and it verifies."""
    send_heads(place, "all")
    (mail,) = box.mails
    text = mail.get_content()
    assert mail.get_content_type() == "text/plain"
    assert (mail["To"], mail["From"]) == (TO, TO)
    assert set(mail.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID"),
        *("Content-Type", "Content-Transfer-Encoding", "MIME-Version", "X-Peer", "X-MailFrom", "X-RcptTo"),
    } & set(mail.keys())
    today = clock.today(place.config.time_zone).isoformat()
    assert today in mail["Subject"]
    whole = mail.as_string()
    assert "Prairie" not in whole
    assert "person" not in whole
    assert box.greetings == ["[127.0.0.1]"]
    kept = read_kept_heads(text)
    assert set(kept) == {"casework", "intake"}
    assert all(report.holds for report in verify_chains(place.engine, place.config, kept))


def test_one_mail_a_day(place: Workplace, box: MailBox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked again on the same day it sends nothing; on the next day where the office is, it does."""
    morning = datetime(2026, 11, 23, 8, tzinfo=place.config.time_zone)
    for hours, mails in ((0, 1), (1, 1), (15.9, 1), (16.1, 2), (30, 2), (64, 3)):
        moment = morning + timedelta(hours=hours)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        send_heads(place, "all")
        assert len(box.mails) == mails, hours
    with read(place.engine) as connection:
        assert find_last_mailed(connection, place.config) == (morning + timedelta(hours=64)).date()
    assert len({mail["Message-ID"] for mail in box.mails}) == 3


# The test's server does not count TLS from the start as TLS, and warns of the password.
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
@pytest.mark.parametrize("scheme", ["starttls", "smtps"])
def test_mail_goes_over_tls_with_a_password(
    staff_office: StaffOffice, tmp_path: Path, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The certificate is checked before the password is shown; a server that cannot prove itself gets nothing."""
    certificate = make_certificate(tmp_path)
    with run_mail_server(scheme, certificate) as box:
        url = f"{scheme}://{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@localhost:{box.port}"
        place = make_place(staff_office, url)
        with pytest.raises(ssl.SSLCertVerificationError):
            send_heads(place, "all")
        assert box.mails == []
        monkeypatch.setenv("SSL_CERT_FILE", f"{certificate[0]}")
        send_heads(place, "all")
        assert [mail["From"] for mail in box.mails] == [USER]
        wrong = make_place(staff_office, url.replace(quote(PASSWORD, safe=""), "wrong"))
        with clock.standing_at(clock.now() + timedelta(days=1)), pytest.raises(smtplib.SMTPAuthenticationError):
            send_heads(wrong, "all")
        wrong.engine.dispose()
        place.engine.dispose()


def test_tls_that_is_not_offered_stops_the_mail(staff_office: StaffOffice, box: MailBox) -> None:
    """Where TLS was asked for and the server has none, nothing is sent."""
    place = make_place(staff_office, f"starttls://u%40office.example:secret@localhost:{box.port}")
    with pytest.raises(smtplib.SMTPNotSupportedError):
        send_heads(place, "all")
    assert box.mails == []
    place.engine.dispose()


def test_failure_is_shown_and_made_good(
    place: Workplace, box: MailBox, sign_in_as: SignInAs, staff_office: StaffOffice, caplog: pytest.LogCaptureFixture
) -> None:
    """While the server refuses, `check` says so and the worker waits; when it takes mail again, the fault is gone."""
    box.is_full = True
    worker = Worker(place)
    while worker.do_next():
        pass
    assert box.mails == []
    assert "could not be mailed" in find_fault(place)
    assert any("could not be mailed" in fault for fault in find_faults(place.engine, place.config))
    assert "SMTPDataError at" in caplog.text
    assert "Mailbox full" not in caplog.text
    box.is_full = False
    with clock.standing_at(clock.now() + timedelta(hours=1)):
        while worker.do_next():
            pass
    assert len(box.mails) == 1
    assert find_fault(place) == ""
    page = sign_in_as(Role.SUPERVISING_ATTORNEY).get("/ledger")
    assert "Heads of the ledger sent by mail" in page.words
    assert staff_office.accounts


def test_silence_is_a_fault(place: Workplace) -> None:
    """No mail ever, and none since the day before yesterday, are both told; one yesterday is none."""
    assert "never mailed yet" in find_fault(place)
    send_heads(place, "all")
    for days, fault in ((0, ""), (1, ""), (2, "were last mailed on")):
        with clock.standing_at(clock.now() + timedelta(days=days)):
            found = find_fault(place)
        assert fault in found
        assert bool(found) == bool(fault)


@pytest.mark.parametrize(("url", "to"), [("", TO), ("smtp://localhost:25", "")])
def test_half_a_setting_is_told(staff_office: StaffOffice, url: str, to: str) -> None:
    """A mailbox without a server, or a server without a mailbox, mails nothing and says so."""
    place = make_place(staff_office, url, to)
    send_heads(place, "all")
    assert "belong together" in find_fault(place)
    place.engine.dispose()


def test_no_mail_wanted_is_no_fault(staff_office: StaffOffice, sign_in_as: SignInAs) -> None:
    """An office without mail settings is not told off; the page says to print."""
    place = make_place(staff_office, "", "")
    assert find_fault(place) == ""
    assert "print them every day" in sign_in_as(Role.SUPERVISING_ATTORNEY).get("/ledger").words
    place.engine.dispose()


def test_page_says_when_and_what_is_wrong(
    staff_office: StaffOffice, staff_site: object, sign_in_as: SignInAs, box: MailBox
) -> None:
    """The ledger's page shows the day of the last mail, and a fault where there is one."""
    from flask import Flask  # noqa: PLC0415  # for the type alone

    assert isinstance(staff_site, Flask)
    place = make_place(staff_office, f"smtp://localhost:{box.port}")
    staff_site.extensions["site_config"] = replace(
        staff_office.ceremony.casework, head_mail_to=TO, mail_server=place.config.mail_server
    )
    reader = sign_in_as(Role.SUPERVISING_ATTORNEY)
    assert "Daily mail: The heads of the ledger were never mailed yet" in reader.get("/ledger").words
    send_heads(place, "all")
    page = reader.get("/ledger")
    assert "The heads were last mailed on" in page.words
    assert TO in page.words
    assert "Daily mail:" not in page.words
    place.engine.dispose()
