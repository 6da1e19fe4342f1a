"""A staff session that is ended is ended in every process of the site as it is served."""

from __future__ import annotations

import http.client
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from casework.ceremony import read_settings_file
from casework.permissions import Role
from casework.sessions import end_sessions_of
from models.engine import write
from script.serve import Site, is_ready, start_site
from tests.casework.staff_office import StaffOffice, make_staff_office
from tests.conftest import DatabaseUrls
from tests.serving import find_free_port
from web.database import open_engine

READY_LIMIT_SECONDS = 60.0
ROLE = Role.ADMINISTRATOR


@pytest.fixture
def office(database_urls: DatabaseUrls, tmp_path: Path) -> StaffOffice:
    """An office with one person of each role."""
    return make_staff_office(database_urls, tmp_path / "office")


@pytest.fixture
def site(office: StaffOffice, tmp_path: Path) -> Iterator[Site]:
    """The staff site in two processes."""
    site = Site("casework", find_free_port())
    settings = read_settings_file(office.ceremony.casework.data_dir / "config" / "casework.env")
    settings |= {"TESTIMONIO_ORIGIN": site.address.rstrip("/")}
    with (tmp_path / "site.log").open("ab") as log:
        process = start_site(site, settings, log)
    try:
        end = time.monotonic() + READY_LIMIT_SECONDS
        while not is_ready(site):
            assert process.poll() is None, (tmp_path / "site.log").read_text(encoding="utf-8")
            assert time.monotonic() < end
            time.sleep(0.05)
        yield site
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def ask(site: Site, method: str, path: str, cookie: str = "", fields: dict[str, str] | None = None) -> tuple[str, str]:
    """Ask on a connection of its own; returns where it leads or the status, and the cookie that was given."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    headers = {"Origin": site.address.rstrip("/"), "Content-Type": "application/x-www-form-urlencoded"}
    if cookie:
        headers["Cookie"] = f"desk={cookie}"
    connection.request(method, path, urlencode(fields or {}) if method == "POST" else None, headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    given = re.match(r"desk=([^;]+)", response.headers.get("Set-Cookie", ""))
    return response.headers.get("Location") or str(response.status), given[1] if given else ""


def sign_in(site: Site, office: StaffOffice) -> str:
    """Sign somebody in and return their cookie."""
    account = office.accounts[ROLE]
    fields = {"email": account.person.email, "passphrase": account.passphrase, "code": office.make_code(ROLE)}
    leads, cookie = ask(site, "POST", "/sign-in", fields=fields)
    assert leads == "/"
    return cookie


def test_ended_session_is_over_in_every_process(site: Site, office: StaffOffice) -> None:
    """Sessions that both processes knew are ended elsewhere: from then on no request gets through, in either."""
    cookies = [sign_in(site, office), sign_in(site, office)]
    for cookie in cookies * 6:
        assert ask(site, "GET", "/staff", cookie)[0] == "200"
    engine = open_engine(office.ceremony.casework)
    with write(engine) as connection:
        assert end_sessions_of(connection, office.accounts[ROLE].staff_id) == 2
    engine.dispose()
    answers = {ask(site, "GET", "/staff", cookie)[0] for cookie in cookies * 12}
    assert answers == {"/sign-in?next=/staff"}


def test_session_outlives_a_restart_of_the_site(site: Site, office: StaffOffice, tmp_path: Path) -> None:
    """A session that one process opened is open in every other, also in one that starts later."""
    cookie = sign_in(site, office)
    later = Site("casework", find_free_port())
    settings = read_settings_file(office.ceremony.casework.data_dir / "config" / "casework.env")
    with (tmp_path / "later.log").open("ab") as log:
        process = start_site(later, settings | {"TESTIMONIO_ORIGIN": later.address.rstrip("/")}, log)
    try:
        end = time.monotonic() + READY_LIMIT_SECONDS
        while not is_ready(later):
            assert time.monotonic() < end
            time.sleep(0.05)
        for _request in range(6):
            assert ask(later, "GET", "/staff", cookie)[0] == "200"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
