"""Every address of the staff site by every role: an address that is not in this table fails the test."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from casework.permissions import PERMISSIONS, PUBLIC_ENDPOINTS, Permission, Role, find_required_permission
from tests.casework.conftest import SignInAs
from tests.page_client import PageClient

EVERYBODY = frozenset(Role)
LEGAL = EVERYBODY - {Role.ADMINISTRATOR, Role.ANALYST}
COUNTING = LEGAL | {Role.ANALYST}
ATTORNEYS = frozenset({Role.ATTORNEY, Role.SUPERVISING_ATTORNEY})
OVERSIGHT = frozenset({Role.ADMINISTRATOR, Role.SUPERVISING_ATTORNEY})
SUPERVISOR = frozenset({Role.SUPERVISING_ATTORNEY})
PUBLIC = None

# Method and rule of each address, and who may use it. None: answered without signing in.
EXPECTED: dict[tuple[str, str], frozenset[Role] | None] = {
    ("GET", "/static/<path:filename>"): PUBLIC,
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/sign-in"): PUBLIC,
    ("POST", "/sign-in"): PUBLIC,
    ("GET", "/passkeys/options"): PUBLIC,
    ("GET", "/unlock"): PUBLIC,
    ("POST", "/unlock"): PUBLIC,
    ("POST", "/sign-out"): PUBLIC,
    ("GET", "/"): EVERYBODY,
    ("POST", "/lock"): EVERYBODY,
    ("POST", "/account/sessions/end"): EVERYBODY,
    ("POST", "/account/sessions/end-others"): EVERYBODY,
    ("GET", "/confirm"): EVERYBODY,
    ("POST", "/confirm"): EVERYBODY,
    ("GET", "/staff"): OVERSIGHT,
    ("GET", "/ledger"): SUPERVISOR,
    ("POST", "/ledger/verify"): SUPERVISOR,
    ("GET", "/ledger/head"): SUPERVISOR,
    ("GET", "/ledger/head.txt"): SUPERVISOR,
    ("GET", "/ledger/export"): SUPERVISOR,
}
EXPECTED |= {
    ("GET", "/join/<invitation_id>"): PUBLIC,
    ("POST", "/join/<invitation_id>"): PUBLIC,
    ("GET", "/join/<invitation_id>/passphrase"): PUBLIC,
    ("POST", "/join/<invitation_id>/passphrase"): PUBLIC,
    ("GET", "/join/<invitation_id>/proof"): PUBLIC,
    ("POST", "/join/<invitation_id>/proof"): PUBLIC,
    ("GET", "/join/<invitation_id>/factor"): PUBLIC,
    ("POST", "/join/<invitation_id>/factor"): PUBLIC,
    ("GET", "/join/<invitation_id>/passkey/options"): PUBLIC,
    ("POST", "/join/<invitation_id>/passkey"): PUBLIC,
    ("GET", "/join/<invitation_id>/joined"): PUBLIC,
    ("GET", "/waiting"): EVERYBODY,
    ("GET", "/account/passphrase"): EVERYBODY,
    ("POST", "/account/passphrase"): EVERYBODY,
    ("GET", "/account/passphrase/new"): EVERYBODY,
    ("POST", "/account/passphrase/new"): EVERYBODY,
    ("GET", "/account/passphrase/proof"): EVERYBODY,
    ("POST", "/account/passphrase/proof"): EVERYBODY,
    ("GET", "/patterns"): COUNTING,
    ("GET", "/staff/invite"): OVERSIGHT,
    ("POST", "/staff/invite"): OVERSIGHT,
    ("GET", "/staff/<staff_id>/invitation"): OVERSIGHT,
    ("POST", "/staff/<staff_id>/invitation"): OVERSIGHT,
    ("GET", "/staff/<staff_id>/key"): SUPERVISOR,
    ("POST", "/staff/<staff_id>/key"): SUPERVISOR,
    ("GET", "/staff/<staff_id>/change"): OVERSIGHT,
    ("POST", "/staff/<staff_id>/change"): OVERSIGHT,
    ("GET", "/staff/<staff_id>/reset"): OVERSIGHT,
    ("POST", "/staff/<staff_id>/reset"): OVERSIGHT,
    ("GET", "/staff/<staff_id>/leave"): OVERSIGHT,
    ("POST", "/staff/<staff_id>/leave"): OVERSIGHT,
}
EXPECTED |= {
    ("GET", "/cases"): LEGAL,
    ("GET", "/cases/<reference>"): LEGAL,
    ("POST", "/cases/<reference>/conflict"): LEGAL,
    ("POST", "/cases/<reference>/disposition"): LEGAL,
    ("POST", "/cases/<reference>/notes"): LEGAL,
    ("POST", "/cases/<reference>/translation"): LEGAL,
    ("POST", "/cases/<reference>/dates"): ATTORNEYS,
    ("POST", "/cases/<reference>/marks"): LEGAL,
    ("POST", "/cases/<reference>/agency"): LEGAL,
    ("POST", "/cases/<reference>/assignment"): LEGAL,
    ("GET", "/cases/<reference>/export"): LEGAL,
    ("POST", "/cases/<reference>/export"): LEGAL,
    ("GET", "/cases/<reference>/redaction"): LEGAL,
    ("POST", "/cases/<reference>/redaction"): LEGAL,
    ("POST", "/cases/<reference>/redaction/files"): LEGAL,
    ("POST", "/cases/<reference>/redaction/remove"): LEGAL,
}
EXPECTED |= {
    ("POST", "/cases/<reference>/reply"): LEGAL,
    ("POST", "/cases/<reference>/hold"): ATTORNEYS,
    ("POST", "/cases/<reference>/previews"): LEGAL,
    ("GET", "/cases/<reference>/files/<file_id>/preview/<int:number>"): LEGAL,
    ("GET", "/cases/<reference>/files/<file_id>/play"): LEGAL,
    ("GET", "/cases/<reference>/files/<file_id>/original"): LEGAL,
    ("POST", "/cases/<reference>/files/<file_id>/verify"): LEGAL,
}
EXPECTED |= {
    ("GET", "/account"): EVERYBODY,
    ("GET", "/account/passkeys/options"): EVERYBODY,
    ("POST", "/account/passkeys"): EVERYBODY,
    ("POST", "/account/passkeys/<passkey_id>/remove"): EVERYBODY,
    ("GET", "/account/app"): EVERYBODY,
    ("POST", "/account/app"): EVERYBODY,
    ("POST", "/account/app/remove"): EVERYBODY,
    ("POST", "/account/recovery-codes"): EVERYBODY,
}
EXPECTED |= {
    ("GET", "/cases/<reference>/access"): LEGAL,
    ("POST", "/cases/<reference>/access/grant"): ATTORNEYS,
    ("POST", "/cases/<reference>/access/hand-over"): ATTORNEYS,
    ("POST", "/cases/<reference>/access/restrict"): SUPERVISOR,
    ("POST", "/cases/<reference>/access/open"): SUPERVISOR,
    ("POST", "/cases/<reference>/access/wall"): SUPERVISOR,
    ("POST", "/cases/<reference>/access/lift"): SUPERVISOR,
    ("POST", "/cases/<reference>/access/take"): SUPERVISOR,
    ("POST", "/cases/<reference>/access/renew"): SUPERVISOR,
    ("POST", "/cases/<reference>/withdrawal/hold"): ATTORNEYS,
    ("GET", "/emergency"): SUPERVISOR,
    ("POST", "/emergency"): SUPERVISOR,
    ("GET", "/emergency/<request_id>"): SUPERVISOR,
    ("POST", "/emergency/<request_id>/approve"): SUPERVISOR,
    ("POST", "/emergency/<request_id>/refuse"): SUPERVISOR,
    ("POST", "/notices/<notice_id>/dismiss"): LEGAL,
    ("GET", "/office-key"): LEGAL,
    ("POST", "/office-key"): SUPERVISOR,
    ("GET", "/document-key"): LEGAL,
    ("POST", "/document-key"): SUPERVISOR,
    ("GET", "/document-key/certificate"): LEGAL,
    ("GET", "/document-key/own"): SUPERVISOR,
    ("POST", "/document-key/own"): SUPERVISOR,
    ("GET", "/verify"): LEGAL,
    ("POST", "/verify"): LEGAL,
    ("GET", "/recovery"): SUPERVISOR,
    ("POST", "/recovery"): SUPERVISOR,
    ("GET", "/recovery/check"): SUPERVISOR,
    ("POST", "/recovery/check"): SUPERVISOR,
}
EXPECTED |= {
    ("GET", "/agencies"): EVERYBODY,
    ("POST", "/agencies/facts"): OVERSIGHT,
    ("GET", "/agencies/new"): OVERSIGHT,
    ("POST", "/agencies/new"): OVERSIGHT,
    ("GET", "/agencies/<uuid:agency_id>"): EVERYBODY,
    ("GET", "/agencies/<uuid:agency_id>/edit"): OVERSIGHT,
    ("POST", "/agencies/<uuid:agency_id>/edit"): OVERSIGHT,
    ("GET", "/agencies/<uuid:agency_id>/agreements/new"): OVERSIGHT,
    ("POST", "/agencies/<uuid:agency_id>/agreements/new"): OVERSIGHT,
    ("GET", "/agencies/<uuid:agency_id>/agreements/<uuid:agreement_id>"): OVERSIGHT,
    ("POST", "/agencies/<uuid:agency_id>/agreements/<uuid:agreement_id>"): OVERSIGHT,
    ("POST", "/agencies/<uuid:agency_id>/agreements/<uuid:agreement_id>/remove"): OVERSIGHT,
    ("GET", "/agencies/<uuid:agency_id>/events/new"): OVERSIGHT,
    ("POST", "/agencies/<uuid:agency_id>/events/new"): OVERSIGHT,
    ("POST", "/agencies/<uuid:agency_id>/events/<uuid:event_id>/remove"): OVERSIGHT,
    ("GET", "/agencies/<uuid:agency_id>/merge"): OVERSIGHT,
    ("POST", "/agencies/<uuid:agency_id>/merge"): OVERSIGHT,
    ("GET", "/agencies/imports"): EVERYBODY,
    ("POST", "/agencies/imports"): OVERSIGHT,
    ("GET", "/agencies/imports/<uuid:import_id>"): EVERYBODY,
    ("POST", "/agencies/imports/<uuid:import_id>/details"): OVERSIGHT,
    ("POST", "/agencies/imports/<uuid:import_id>/apply"): OVERSIGHT,
    ("POST", "/agencies/imports/<uuid:import_id>/drop"): OVERSIGHT,
}
EXPECTED |= {
    ("GET", "/exports"): LEGAL,
    ("GET", "/exports/new"): LEGAL,
    ("POST", "/exports"): LEGAL,
    ("GET", "/exports/table"): LEGAL,
    ("POST", "/exports/table"): LEGAL,
    ("GET", "/exports/<uuid:run_id>"): LEGAL,
    ("POST", "/exports/<uuid:run_id>/cancel"): LEGAL,
    ("GET", "/exports/<uuid:run_id>/all"): LEGAL,
    ("GET", "/exports/<uuid:run_id>/files/<uuid:case_id>"): LEGAL,
}
REFUSAL = "Not for your account"


def list_addresses(site: Flask) -> set[tuple[str, str]]:
    """Method and rule of every address that the site answers, from the site itself."""
    return {
        (method, rule.rule)
        for rule in site.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def fill_in(rule: str) -> str:
    """An address of this shape; whether there is such a case does not matter to the gate."""
    parts = {
        "<staff_id>": "nobody",
        "<reference>": "AAAA-0000",
        "<file_id>": "none",
        "<passkey_id>": "none",
        "<invitation_id>": "none",
        "<request_id>": "none",
        "<notice_id>": "none",
        "<uuid:agency_id>": "00000000-0000-4000-8000-000000000000",
        "<uuid:agreement_id>": "00000000-0000-4000-8000-000000000000",
        "<uuid:event_id>": "00000000-0000-4000-8000-000000000000",
        "<uuid:import_id>": "00000000-0000-4000-8000-000000000000",
        "<uuid:run_id>": "00000000-0000-4000-8000-000000000000",
        "<uuid:case_id>": "00000000-0000-4000-8000-000000000000",
        "<int:number>": "1",
        "<path:filename>": "site.css",
    }
    for part, value in parts.items():
        rule = rule.replace(part, value)
    return rule


def test_every_address_is_classified(staff_site: Flask) -> None:
    """The table above names exactly the addresses that the site has."""
    assert list_addresses(staff_site) == set(EXPECTED)


def test_permissions_read_resource_and_action() -> None:
    """Each permission is a resource and an action, in small letters, and somebody has it."""
    for permission in Permission:
        assert re.fullmatch(r"[a-z]+:[a-z]+", permission.value)
        assert any(permission in PERMISSIONS[role] for role in Role), permission
    assert set(PERMISSIONS) == set(Role)


def test_every_view_is_marked_or_public(staff_site: Flask) -> None:
    """A view is on the short public list or carries the permission that it needs, and no name on the list is stale."""
    assert set(staff_site.view_functions) >= PUBLIC_ENDPOINTS
    unmarked = {name for name, view in staff_site.view_functions.items() if find_required_permission(view) is None}
    assert unmarked == PUBLIC_ENDPOINTS


@pytest.mark.parametrize("role", list(Role))
def test_role_reaches_what_the_table_says_and_nothing_else(sign_in_as: SignInAs, role: Role) -> None:
    """Signed in, each address is refused to a role exactly when the table leaves it out."""
    reader = sign_in_as(role)
    reached = {}
    for (method, rule), allowed in EXPECTED.items():
        if allowed is PUBLIC or (method, rule) == ("POST", "/lock"):
            continue
        response = reader.client.open(fill_in(rule), method=method, headers={"Origin": reader.origin})
        is_refused = response.status_code == 403 and REFUSAL in response.text
        reached[method, rule] = (not is_refused) == (role in allowed)
        response.close()  # as a server does: a chain that is handed out in pieces holds a connection until then
    assert reached
    assert all(reached.values()), [address for address, is_right in reached.items() if not is_right]
    assert reader.post("/lock", []).status == 403  # for want of a token only: everybody may lock


def test_stranger_reaches_nothing(reader: PageClient) -> None:
    """Not signed in, every address but the public ones leads to the sign-in page and shows nothing else."""
    for (method, rule), allowed in EXPECTED.items():
        if allowed is PUBLIC:
            continue
        response = reader.client.open(fill_in(rule), method=method, headers={"Origin": reader.origin})
        if method == "GET":
            assert response.status_code == 303, rule
            assert response.headers["Location"].startswith("/sign-in"), rule
        else:
            assert response.status_code == 401, rule
            assert "<h1>Sign in</h1>" in response.text, rule


def test_unmarked_view_is_shut_to_everybody(staff_site: Flask, sign_in_as: SignInAs) -> None:
    """A page that was added without a permission is refused even to a supervising attorney."""
    staff_site.add_url_rule("/forgotten", "forgotten", lambda: "open to all")
    for role in Role:
        response = sign_in_as(role).client.get("/forgotten")
        assert (response.status_code, REFUSAL in response.text) == (403, True)


def test_address_of_a_form_leads_to_its_page(staff_site: Flask, sign_in_as: SignInAs) -> None:
    """Whoever opens the address of a form, as by reloading a refusal, lands on the page above it, and on no error."""
    reader = sign_in_as(Role.SUPERVISING_ATTORNEY)
    pages = {rule for method, rule in EXPECTED if method == "GET"}
    forms = {rule for method, rule in EXPECTED if method == "POST"} - pages
    assert len(forms) > 10
    for rule in forms:
        response = reader.client.get(fill_in(rule))
        assert response.status_code == 303, rule
        location = response.headers["Location"]
        assert location in {fill_in(page) for page in pages}, rule
        assert fill_in(rule).startswith(location), rule
        assert reader.client.head(fill_in(rule)).status_code == 303, rule
        assert reader.client.put(fill_in(rule), headers={"Origin": reader.origin}).status_code == 405, rule
    assert staff_site.test_client().get("/cases/AAAA-0000/notes").headers["Location"] == "/cases/AAAA-0000"
