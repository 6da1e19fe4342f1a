"""Makes the demo office: its keys, its people, its agencies, its reports, and what was done about them.

Never touches a folder that holds anything else: it makes an office only where there is none, and clears only what
carries its own mark of an unfinished one.
"""

import json
import os
import shutil
from pathlib import Path

from casework.accounts import NewAccount, NewPerson, add_staff
from casework.ceremony import CeremonyResult, OfficeSettings, hold_ceremony
from casework.permissions import Role
from casework.shipped_facts import load_shipped_facts
from demo.directory import put_agencies
from demo.filing import file_report
from demo.people import PEOPLE, PERSON_BY_KEY, DemoPerson
from demo.reports.collection import REPORTS
from demo.timeline import TIME_ZONE, Timeline
from demo.work import WORK, Work
from demo.working import DemoDesk
from models.engine import write
from web import clock
from web.database import open_engine

ACCOUNTS = "demo-accounts.json"
_UNFINISHED = "unfinished-demo"


class NotADemoError(Exception):
    """The folder holds something that is not a demo office."""


def make_demo_office(data_dir: Path) -> bool:
    """Make a demo office in a folder, anew where one was left half made; False when there is a whole one already.

    Raises:
        NotADemoError: the folder holds something else; nothing was changed.
    """
    data_dir = data_dir.resolve()
    mark = data_dir / _UNFINISHED
    if (data_dir / ACCOUNTS).exists():
        mark.unlink(missing_ok=True)
        return False
    if mark.exists():
        _clear(data_dir, mark)
    elif data_dir.exists() and any(data_dir.iterdir()):
        raise NotADemoError
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark.touch()
    timeline = Timeline(clock.now())
    with clock.standing_at(timeline.founded_at):
        result = _hold_ceremony(data_dir)
    accounts = _make_history(result, timeline)
    _write_accounts(data_dir / ACCOUNTS, accounts)
    mark.unlink()
    return True


def _clear(data_dir: Path, mark: Path) -> None:
    for path in data_dir.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path != mark:
            path.unlink()


def _to_new_person(person: DemoPerson) -> NewPerson:
    role = Role.SUPERVISING_ATTORNEY if person.is_supervising else Role(person.role)
    return NewPerson(person.name, person.email, role)


def _hold_ceremony(data_dir: Path) -> CeremonyResult:
    settings = OfficeSettings(
        data_dir=data_dir,
        office_name="Prairie Lantern Legal Aid (demo)",
        site_name="Notes",
        intake_origin="http://127.0.0.1:8000",
        casework_origin="http://127.0.0.1:8001",
        time_zone=TIME_ZONE.key,
        exit_url="https://www.weather.gov/",
        languages="en es",
        office_line="555-0100",
        office_hours="mon-fri 09:00-17:00",
        duty_address="duty@demo.example",
        is_demo=True,
    )
    return hold_ceremony(
        settings,
        administrator=_to_new_person(PERSON_BY_KEY["admin"]),
        supervisor=_to_new_person(PERSON_BY_KEY["supervisor"]),
    )


def _make_history(result: CeremonyResult, timeline: Timeline) -> list[NewAccount]:
    """Add the rest of the people, then let everything happen in the order of its moments."""
    engine = open_engine(result.casework)
    try:
        made = {account.person.email: account for account in result.accounts}
        with clock.standing_at(timeline.founded_at):
            for person in PEOPLE:
                if person.email not in made:
                    made[person.email] = add_staff(engine, result.casework, result.granter, _to_new_person(person))
        with write(engine) as connection:
            put_agencies(connection, timeline.first_start_on)
        # Real agencies' published facts stand beside them: the public pages are about these.
        with clock.standing_at(timeline.founded_at):
            load_shipped_facts(engine, result.casework)
        accounts = {person.key: made[person.email] for person in PEOPLE}
        desk = DemoDesk(engine, result.casework, accounts)
        references: dict[str, str] = {}
        for moment, deed in timeline.list_deeds(REPORTS, WORK):
            with clock.standing_at(moment):
                if isinstance(deed, Work):
                    desk.do_work(deed, references[deed.report], timeline.first_start_on)
                else:
                    references[deed.key] = file_report(engine, result.intake, deed, timeline.first_start_on)
    finally:
        engine.dispose()
    return list(accounts.values())


def _write_accounts(path: Path, accounts: list[NewAccount]) -> None:
    """Write who can sign in, whole or not at all: its presence says that the office is complete."""
    rows = [
        {
            "role": account.person.role.value,
            "email": account.person.email,
            "passphrase": account.passphrase,
            "totp_secret": account.totp_secret,
        }
        for account in accounts
    ]
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(rows, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
