"""The page “Who may open this case”: what each role reads and may change there, and what it says when it refuses."""

from __future__ import annotations

import pytest

from casework.access_changes import restrict_case, wall_person
from casework.opening import open_case
from casework.permissions import Role
from models.engine import read
from models.ledger import list_entries
from tests.casework.accessing import ATTORNEY, INTAKE, SUPERVISOR, list_openers, opened_by, restrict, wall
from tests.casework.conftest import SignInAs
from tests.casework.filing import FiledCase, Filing
from tests.casework.keyholders import Keyholders
from tests.page_client import Page, PageClient


def open_access(reader: PageClient, case: FiledCase) -> Page:
    """Open the page."""
    page = reader.get(f"/cases/{case.reference}/access")
    assert page.status == 200, page.words
    return page


def send(reader: PageClient, case: FiledCase, action: str, **values: str | list[str]) -> Page:
    """Fill in one form of the page and send it."""
    return reader.submit(open_access(reader, case), values, action=f"/access/{action}")


def list_actions(page: Page) -> set[str]:
    """What the page offers to change."""
    actions = [form.get("action", "") for form in page.find_all("form")]
    return {action.rsplit("/", 1)[1] for action in actions if "/access/" in action}


def test_each_role_is_offered_what_it_may(sign_in_as: SignInAs, keyholders: Keyholders, filing: Filing) -> None:
    """Intake reads; an attorney may hand over, and give on what is restricted; a supervisor may do all that fits."""
    case = filing.file()
    readers = {role: sign_in_as(role) for role in (INTAKE, ATTORNEY, SUPERVISOR)}
    offered = {role: list_actions(open_access(reader, case)) for role, reader in readers.items()}
    assert offered == {INTAKE: set(), ATTORNEY: {"hand-over"}, SUPERVISOR: {"hand-over", "restrict", "wall", "renew"}}
    restrict(keyholders, case, INTAKE, ATTORNEY, SUPERVISOR)
    offered = {role: list_actions(open_access(reader, case)) for role, reader in readers.items()}
    assert offered[INTAKE] == set()
    assert offered[ATTORNEY] == {"hand-over", "grant"}
    assert offered[SUPERVISOR] == {"hand-over", "grant", "take", "restrict", "open", "renew", "wall"}
    wall(keyholders, case, INTAKE)
    assert list_actions(open_access(readers[SUPERVISOR], case)) >= {"lift"}
    assert "open" not in list_actions(open_access(readers[SUPERVISOR], case))


def test_an_open_case_says_so(sign_in_as: SignInAs, filing: Filing) -> None:
    """The case's page leads there; the page names everybody who can open the case, and that nobody is walled off."""
    case = filing.file()
    reader = sign_in_as(INTAKE)
    assert f"/cases/{case.reference}/access" in reader.get(f"/cases/{case.reference}").text
    page = open_access(reader, case)
    for words in (
        "Open to the office",
        "intake person , Intake (you)",
        "attorney person , Attorney",
        "Nobody is walled",
    ):
        assert words in page.words
    assert "administrator person" not in page.words


def test_a_case_is_restricted_on_the_page(sign_in_as: SignInAs, keyholders: Keyholders, filing: Filing) -> None:
    """The people chosen hold the case, others get a plain 404 everywhere, and the queue of theirs is empty."""
    case = filing.file()
    supervisor, intake = sign_in_as(SUPERVISOR), sign_in_as(INTAKE)
    people = [keyholders.find_id(SUPERVISOR), keyholders.find_id(ATTORNEY)]
    page = send(supervisor, case, "restrict", restrict_people=people, restrict_reason="A deputy's cousin asked")
    assert "Restricted to these people" in page.words
    assert "A deputy's cousin asked" in page.words
    assert list_openers(keyholders, case) == {SUPERVISOR, ATTORNEY}
    assert "0 undecided" in intake.get("/cases").words
    unknown = intake.get("/cases/R-0000-0000")
    for path in ("", "/access", "/export", "/files/none/original"):
        answer = intake.get(f"/cases/{case.reference}{path}")
        assert (answer.status, answer.words) == (404, unknown.words)


def test_nobody_shuts_themselves_out_by_oversight(sign_in_as: SignInAs, keyholders: Keyholders, filing: Filing) -> None:
    """Leaving oneself out is asked about first, with all that was typed kept, and done when ticked."""
    case = filing.file()
    supervisor = sign_in_as(SUPERVISOR)
    people = [keyholders.find_id(ATTORNEY)]
    page = send(supervisor, case, "restrict", restrict_people=people, restrict_reason="My own cousin")
    assert page.status == 400
    assert page.list_errors() == ["You would shut yourself out. Tick the box if you mean it, or change your choice."]
    assert "My own cousin" in page.text
    assert len(list_openers(keyholders, case)) == 3
    page = supervisor.submit(page, {"restrict_without_me": "y"}, action="/access/restrict")
    assert page.path == "/cases"
    assert list_openers(keyholders, case) == {ATTORNEY}


def test_a_wall_is_built_and_lifted_on_the_page(sign_in_as: SignInAs, keyholders: Keyholders, filing: Filing) -> None:
    """The wall stands there with its reason, the person loses the case in an open session, and gets it back."""
    case = filing.file()
    supervisor, attorney = sign_in_as(SUPERVISOR), sign_in_as(ATTORNEY)
    assert open_access(attorney, case).status == 200
    walled = keyholders.find_id(ATTORNEY)
    page = send(supervisor, case, "wall", wall_person=walled, wall_reason="Acted for the deputy in 2024")
    assert "Acted for the deputy in 2024" in page.words
    assert attorney.get(f"/cases/{case.reference}").status == 404
    assert case.reference not in attorney.get("/cases").text
    assert "Somebody is walled off" in supervisor.get(f"/cases/{case.reference}").words
    page = send(supervisor, case, "lift", lift_person=walled, lift_reason="It was somebody else")
    assert "Nobody is walled off" in page.words
    assert attorney.get(f"/cases/{case.reference}").status == 404
    send(supervisor, case, "grant", grant_person=walled, grant_reason="Will try it")
    assert attorney.get(f"/cases/{case.reference}").status == 200


def test_who_is_walled_off_is_offered_nowhere(sign_in_as: SignInAs, keyholders: Keyholders, filing: Filing) -> None:
    """No list of the page names the person but that of walls to lift; sent by hand, the choice is refused."""
    case = filing.file()
    wall(keyholders, case, ATTORNEY)
    supervisor, walled = sign_in_as(SUPERVISOR), keyholders.find_id(ATTORNEY)
    page = open_access(supervisor, case)
    for action in ("grant", "hand-over", "restrict", "wall", "take"):
        values = [element.get("value") for element in page.find_form(f"/access/{action}").iter()]
        assert walled not in values, action
    assert walled in [element.get("value") for element in page.find_form("/access/lift").iter()]
    refused = send(supervisor, case, "grant", grant_person=walled, grant_reason="Needed")
    assert (refused.status, refused.list_errors()) == (400, ["Choose one of the answers offered"])


def test_assigning_to_who_cannot_open_it_is_refused(
    sign_in_as: SignInAs, keyholders: Keyholders, filing: Filing
) -> None:
    """The case's page says so, and nothing is assigned."""
    case = filing.file()
    supervisor = sign_in_as(SUPERVISOR)
    page = supervisor.get(f"/cases/{case.reference}")
    values = {"conflict_decision": "clear", "conflict_reason": "Not known to us"}
    supervisor.submit(page, values, action="/conflict")
    restrict(keyholders, case, SUPERVISOR)
    page = supervisor.get(f"/cases/{case.reference}")
    page = supervisor.submit(page, {"assignee": keyholders.find_id(ATTORNEY)}, action="/assignment")
    assert page.status == 409
    assert "This person cannot open this case" in page.list_errors()[0]
    assert opened_by(keyholders, case).row.assignee_id is None


@pytest.mark.parametrize("keeps", [True, False])
def test_a_case_is_handed_over_on_the_page(
    sign_in_as: SignInAs, keyholders: Keyholders, filing: Filing, *, keeps: bool
) -> None:
    """An attorney hands a restricted case over, and keeps it or not; giving it up leads back to the queue."""
    case = filing.file()
    restrict(keyholders, case, ATTORNEY)
    attorney = sign_in_as(ATTORNEY)
    values = {"hand_over_person": keyholders.find_id(INTAKE), "hand_over_own": "keep" if keeps else "give_up"}
    page = send(attorney, case, "hand-over", **values)
    assert page.path == (f"/cases/{case.reference}/access" if keeps else "/cases")
    assert ("You do not hold that case any more." in page.words) is not keeps
    assert list_openers(keyholders, case) == ({ATTORNEY, INTAKE} if keeps else {INTAKE})
    assert opened_by(keyholders, case, INTAKE).row.assignee_id == keyholders.find_id(INTAKE)


def test_handing_over_an_open_case_asks_only_for_whom(
    sign_in_as: SignInAs, keyholders: Keyholders, filing: Filing
) -> None:
    """In a case that is open to the office there is nothing to give up, so nothing is asked about it."""
    case = filing.file()
    attorney = sign_in_as(ATTORNEY)
    page = send(attorney, case, "hand-over", hand_over_person=keyholders.find_id(INTAKE))
    assert (page.status, "intake person , Intake – works on it" in page.words) == (200, True)


def test_taking_opening_and_renewing_on_the_page(sign_in_as: SignInAs, keyholders: Keyholders, filing: Filing) -> None:
    """Each does what its button says and stands among the changes with its reason."""
    case = filing.file()
    restrict(keyholders, case, SUPERVISOR, ATTORNEY)
    supervisor = sign_in_as(SUPERVISOR)
    page = send(supervisor, case, "take", take_person=keyholders.find_id(ATTORNEY), take_reason="Other work")
    assert "Taken away from attorney person Other work" in page.words
    assert list_openers(keyholders, case) == {SUPERVISOR}
    page = send(supervisor, case, "take", take_person=keyholders.find_id(SUPERVISOR), take_reason="Alone")
    assert page.status == 400
    page = supervisor.submit(page, {"take_without_me": "y"}, action="/access/take")
    assert (page.status, "Somebody must be able to open the case" in page.list_errors()[0]) == (409, True)
    assert "New keys made" in send(supervisor, case, "renew", renew_reason="To be safe").words
    assert "Open to the office" in send(supervisor, case, "open", open_reason="Settled").words
    assert list_openers(keyholders, case) == {SUPERVISOR, ATTORNEY, INTAKE}


def test_wrong_input_comes_back_with_words(sign_in_as: SignInAs, filing: Filing) -> None:
    """Blank, foreign and endless values are errors of their fields, never of the site, and nothing changes."""
    case = filing.file()
    supervisor = sign_in_as(SUPERVISOR)
    token = ("csrf_token", read_token(open_access(supervisor, case)))
    path = f"/cases/{case.reference}/access"
    for action, fields in (
        ("restrict", []),
        ("restrict", [("restrict_people", "x\x00y"), ("restrict_reason", "é" * 2000)]),
        ("restrict", [("restrict_people", "\ud800")]),
        ("wall", [("wall_person", "nobody"), ("wall_reason", "\x07")]),
        ("hand-over", [("hand_over_person", "' OR 1=1"), ("hand_over_own", "both")]),
        ("renew", [("renew_reason", " ")]),
    ):
        page = supervisor.post(f"{path}/{action}", [token, *fields])
        assert page.status == 400, action
        assert page.list_errors(), action
    for action in ("grant", "take", "lift", "open"):
        page = supervisor.post(f"{path}/{action}", [token])
        assert (page.status, "cannot be done to this case as it stands" in page.words) == (409, True)
    assert supervisor.post(f"{path}/renew", [("renew_reason", "Without a token")]).status == 400
    assert "Open to the office" in open_access(supervisor, case).words
    assert supervisor.get("/cases/%00%ff/access").status == 404


def read_token(page: Page) -> str:
    """The token of the page's forms."""
    return next(each.get("value", "") for each in page.find_all("input") if each.get("name") == "csrf_token")


def test_who_comes_second_is_told(sign_in_as: SignInAs, keyholders: Keyholders, filing: Filing) -> None:
    """A page that was opened before somebody else changed access does what still fits and says what does not."""
    case = filing.file()
    restrict(keyholders, case, SUPERVISOR, ATTORNEY)
    supervisor = sign_in_as(SUPERVISOR)
    page = open_access(supervisor, case)
    wall(keyholders, case, ATTORNEY)
    values = {"take_person": keyholders.find_id(ATTORNEY), "take_reason": "Other work"}
    answer = supervisor.submit(page, values, action="/access/take")
    assert (answer.status, answer.list_errors()) == (400, ["Choose one of the answers offered"])


def test_the_emergency_part_says_how_it_stands(sign_in_as: SignInAs, keyholders: Keyholders, filing: Filing) -> None:
    """With one supervising attorney there is no emergency opening; with two there is; a third has no share yet."""
    case = filing.file()
    restrict(keyholders, case, SUPERVISOR)
    supervisor = sign_in_as(SUPERVISOR)
    assert "Nobody else can open it" in open_access(supervisor, case).words
    keyholders.join("Second Supervisor", SUPERVISOR)
    assert "Without a share until the case gets new keys: Second Supervisor" in open_access(supervisor, case).words
    send(supervisor, case, "renew", renew_reason="A share for the second")
    keyholders.join("Third Supervisor", SUPERVISOR)
    page = open_access(supervisor, case)
    assert "lie with 2 of 3: Second Supervisor, supervising_attorney person" in page.words
    assert "Without a share until the case gets new keys: Third Supervisor" in page.words


def test_looking_at_the_page_is_recorded(sign_in_as: SignInAs, filing: Filing) -> None:
    """Who looked at who may open a case stands in the ledger: the reasons of walls can be read there."""
    case = filing.file()
    open_access(sign_in_as(INTAKE), case)
    with read(filing.engine) as connection:
        assert [entry["kind"] for entry in list_entries(connection, case.id)][-1] == "case:opened"


def test_a_supervisor_without_the_signing_key_is_told(
    sign_in_as: SignInAs, keyholders: Keyholders, filing: Filing
) -> None:
    """Whoever lost the signing key gets words, not a failure."""
    case = filing.file()
    supervisor = keyholders.sit_down(SUPERVISOR)
    restrict_case(
        supervisor, keyholders.open_granter(), open_case(supervisor, case.reference), [supervisor.staff_id], "Own"
    )
    reader = sign_in_as(SUPERVISOR)
    keyholders.take_signing_key(SUPERVISOR)
    page = send(reader, case, "renew", renew_reason="To be safe")
    assert (page.status, "does not hold the office signing key" in page.list_errors()[0]) == (409, True)


def test_an_older_wall_put_back_is_shown_as_that(sign_in_as: SignInAs, keyholders: Keyholders, filing: Filing) -> None:
    """Where the newest record is gone, the page says that walls may be missing and offers to restrict anew."""
    case = filing.file()
    restrict(keyholders, case, SUPERVISOR, INTAKE)
    supervisor = keyholders.sit_down(SUPERVISOR)
    opened = open_case(supervisor, case.reference)
    wall_person(supervisor, keyholders.open_granter(), opened, keyholders.find_id(Role.ATTORNEY), "A former client")
    keyholders.forget_item(open_case(supervisor, case.reference).list_items("access_change")[0].id)
    reader = sign_in_as(SUPERVISOR)
    page = open_access(reader, case)
    assert "Not the newest record" in page.words
    refused = send(reader, case, "grant", grant_person=keyholders.find_id(ATTORNEY), grant_reason="Needed")
    assert (refused.status, "must restrict the case anew" in refused.list_errors()[0]) == (409, True)
