"""What is asked of passkeys, and every way in which an answer can be wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from casework.challenges import LIFE_SECONDS
from casework.errors import InvalidPasskeyError
from casework.factors import _DECOY_PASSKEY
from casework.passkeys import (
    Passkey,
    find_relying_party,
    make_creation_options,
    make_request_options,
    read_new_passkey,
    read_passkey,
    read_used_passkey,
    write_passkey,
)
from tests.casework.soft_passkey import SoftPasskey, make_key_of_one, read_base64, write_base64
from tests.casework.staff_office import StaffOffice
from web import clock
from web.config import CaseworkConfig

STAFF_ID = "3f0c0000-0000-4000-8000-000000000001"
OTHER_ID = "3f0c0000-0000-4000-8000-000000000002"


@pytest.fixture
def config(staff_office: StaffOffice) -> CaseworkConfig:
    """A staff site at http://localhost."""
    return staff_office.ceremony.casework


def create(config: CaseworkConfig, device: SoftPasskey, *, staff_id: str = STAFF_ID) -> Passkey:
    """Make a passkey on a device and read it."""
    options = make_creation_options(config, staff_id=staff_id, email="a@office.example", name="Ana")
    passkey, _challenge = read_new_passkey(config, device.create(options), staff_id=staff_id, name="Phone")
    return passkey


def use(config: CaseworkConfig, text: str, *passkeys: Passkey) -> int:
    """Read what a passkey signed and give the counter that it showed."""
    return read_used_passkey(config, text, staff_id=STAFF_ID, passkeys=passkeys, decoy=_DECOY_PASSKEY).sign_count


def test_options_ask_for_a_verified_person_and_name_nobody(config: CaseworkConfig) -> None:
    """Any passkey of the site will do, the device verifies the person, and nothing says whose accounts there are."""
    options = make_request_options(config)
    assert (options["rpId"], options["userVerification"], options["allowCredentials"]) == ("localhost", "required", [])
    assert options["challenge"] != make_request_options(config)["challenge"]


def test_creation_asks_for_a_discoverable_key_without_attestation(config: CaseworkConfig) -> None:
    """A new passkey is discoverable and verified, is not attested, and not made twice on one device."""
    passkey = create(config, SoftPasskey())
    options = make_creation_options(config, staff_id=STAFF_ID, email="a@office.example", name="Ana", passkeys=[passkey])
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert options["attestation"] == "none"
    assert [each["id"] for each in options["excludeCredentials"]] == [write_base64(passkey.credential_id)]
    assert read_base64(options["user"]["id"]).decode() == STAFF_ID


def test_passkey_that_was_made_can_be_used(config: CaseworkConfig) -> None:
    """What a device made is taken, with its name and today's date, and what it signs then is taken as well."""
    device = SoftPasskey(counter=3)
    passkey = create(config, device)
    assert (passkey.name, passkey.added_on, passkey.sign_count) == ("Phone", clock.today(config.time_zone), 3)
    assert use(config, device.sign(make_request_options(config)), passkey) == 4
    assert read_passkey(json.loads(json.dumps(write_passkey(passkey)))) == passkey


@pytest.mark.parametrize(
    ("origin", "rp_id", "works_at"),
    [
        ("http://localhost:8001", "localhost", "http://localhost:8001"),
        ("https://staff.office.example", "staff.office.example", "https://staff.office.example"),
        ("http://127.0.0.1:8001", "localhost", "http://localhost:8001"),
        ("http://[::1]:8001", "localhost", "http://localhost:8001"),
    ],
)
def test_relying_party_is_the_host_name(config: CaseworkConfig, origin: str, rp_id: str, works_at: str) -> None:
    """Passkeys belong to the host name of the configured origin; loopback numbers have the name localhost."""
    party = find_relying_party(replace(config, origin=origin))
    assert party is not None
    assert (party.id, party.origin) == (rp_id, works_at)


@pytest.mark.parametrize("origin", ["https://192.0.2.7", "https://[2001:db8::1]:8443", "http://staff.office.example"])
def test_number_and_bare_http_have_no_passkeys(config: CaseworkConfig, origin: str) -> None:
    """At an address that is a number, or without TLS, there are no options to be had, and nothing is taken."""
    numbered = replace(config, origin=origin)
    assert find_relying_party(numbered) is None
    with pytest.raises(InvalidPasskeyError):
        make_request_options(numbered)
    with pytest.raises(InvalidPasskeyError):
        read_new_passkey(numbered, "{}", staff_id=STAFF_ID, name="Phone")


def _with_options(**changes: object) -> Callable[[CaseworkConfig, SoftPasskey], str]:
    return lambda config, device: device.sign({**make_request_options(config), **changes})


def _with_device(**changes: object) -> Callable[[CaseworkConfig, SoftPasskey], str]:
    return lambda config, device: replace(device, **changes).sign(make_request_options(config))  # type: ignore[arg-type]  # fields of several types


def _with_answer(change: Callable[[dict[str, object]], object]) -> Callable[[CaseworkConfig, SoftPasskey], str]:
    def make(config: CaseworkConfig, device: SoftPasskey) -> str:
        answer = json.loads(device.sign(make_request_options(config)))
        change(answer)
        return json.dumps(answer)

    return make


def _sign_for_adding(config: CaseworkConfig, device: SoftPasskey) -> str:
    creation = make_creation_options(config, staff_id=STAFF_ID, email="a@office.example", name="Ana")
    return device.sign({**make_request_options(config), "challenge": creation["challenge"]})


WRONG: dict[str, Callable[[CaseworkConfig, SoftPasskey], str]] = {
    "empty": lambda _config, _device: "",
    "not_json": lambda _config, _device: "{",
    "a_list": lambda _config, _device: "[]",
    "a_number": lambda _config, _device: "1",
    "deep": lambda _config, _device: "[" * 15_000,
    "surrogate": lambda _config, _device: '{"id": "\ud800"}',
    "no_response": _with_answer(lambda answer: answer.pop("response")),
    "response_is_text": _with_answer(lambda answer: answer.update(response="x")),
    "not_base64": _with_answer(lambda answer: answer["response"].update(signature="!?")),  # type: ignore[attr-defined]  # JSON
    "not_ascii": _with_answer(lambda answer: answer["response"].update(clientDataJSON="é")),  # type: ignore[attr-defined]  # JSON
    "data_too_short": _with_answer(lambda answer: answer["response"].update(authenticatorData="AA")),  # type: ignore[attr-defined]  # JSON
    "client_is_no_object": _with_answer(lambda answer: answer["response"].update(clientDataJSON="MQ")),  # type: ignore[attr-defined]  # JSON
    "other_type": _with_answer(lambda answer: answer.update(type="password")),
    "ids_differ": _with_answer(lambda answer: answer.update(id="AAAA")),
    "other_rp": _with_options(rpId="evil.example"),
    "no_challenge": _with_options(challenge=""),
    "other_challenge": _with_options(challenge=write_base64(bytes(56))),
    "challenge_for_adding": _sign_for_adding,
    "framed": lambda config, device: device.sign(make_request_options(config), crossOrigin=True),
    "other_origin": _with_device(origin="http://evil.example"),
    "other_port": _with_device(origin="http://localhost:81"),
    "not_verified": _with_device(is_verified=False),
    "other_handle": _with_device(user_handle=OTHER_ID.encode()),
    "no_handle": _with_device(user_handle=b""),
    "other_key": _with_device(key=make_key_of_one()),
    "other_credential": _with_device(credential_id=b"another credential"),
    "decoy": _with_device(credential_id=b"", key=make_key_of_one()),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answer_is_refused(config: CaseworkConfig, name: str) -> None:
    """Whatever is wrong with an answer, it is refused with the one error that says nothing."""
    device = SoftPasskey()
    passkey = create(config, device)
    with pytest.raises(InvalidPasskeyError) as refusal:
        use(config, WRONG[name](config, device), passkey)
    assert refusal.value.args == ()


def test_swapped_public_key_is_refused(config: CaseworkConfig) -> None:
    """A passkey whose stored public key is another's, or is none at all, takes no answer."""
    device = SoftPasskey()
    passkey = create(config, device)
    for key in (create(config, SoftPasskey()).public_key, b"", b"\x04", b"\xa0"):
        with pytest.raises(InvalidPasskeyError):
            use(config, device.sign(make_request_options(config)), replace(passkey, public_key=key))


def test_challenge_holds_for_five_minutes(config: CaseworkConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is taken in the last second of five minutes, and not in the next one."""
    start = datetime.now(UTC).replace(microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: start)
    device = SoftPasskey()
    passkey = create(config, device)
    text = device.sign(make_request_options(config))
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(seconds=LIFE_SECONDS - 1))
    use(config, text, passkey)
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(seconds=LIFE_SECONDS))
    with pytest.raises(InvalidPasskeyError):
        use(config, text, passkey)


def test_challenge_of_another_site_is_refused(config: CaseworkConfig) -> None:
    """A challenge that carries another site's mark is not ours."""
    device = SoftPasskey()
    passkey = create(config, device)
    other = replace(config, signing_key=bytes(32))
    with pytest.raises(InvalidPasskeyError):
        use(config, device.sign(make_request_options(other)), passkey)


@pytest.mark.parametrize("wrong", ["other_person", "use", "unverified", "other_origin", "attested", "json", "cbor"])
def test_wrong_new_passkey_is_refused(config: CaseworkConfig, wrong: str) -> None:
    """A passkey made for another person, with a challenge for using, unverified, elsewhere or badly is not added."""
    staff_id = OTHER_ID if wrong == "other_person" else STAFF_ID
    options = make_creation_options(config, staff_id=staff_id, email="a@office.example", name="Ana")
    if wrong == "use":
        options["challenge"] = make_request_options(config)["challenge"]
    origin = "http://evil.example" if wrong == "other_origin" else "http://localhost"
    text = SoftPasskey(origin=origin, is_verified=wrong != "unverified").create(options)
    answer = json.loads(text)
    if wrong == "attested":
        answer["response"]["attestationObject"] = write_base64(b"\xa1\x63fmt\x66packed")
    if wrong == "cbor":
        answer["response"]["attestationObject"] = write_base64(b"\xbf" * 5_000)
    with pytest.raises(InvalidPasskeyError):
        read_new_passkey(config, "{" if wrong == "json" else json.dumps(answer), staff_id=STAFF_ID, name="Phone")


@pytest.mark.parametrize(("known", "shown", "is_copied"), [(0, 0, False), (3, 4, False), (3, 3, True), (3, 0, True)])
def test_counter_that_does_not_grow_is_a_copy(
    config: CaseworkConfig,
    known: int,
    shown: int,
    is_copied: bool,  # noqa: FBT001  # a row of the table
) -> None:
    """A device that keeps a counter must show a larger one each time; one that never does is not suspected."""
    device = SoftPasskey(counter=known)
    passkey = create(config, device)
    device.counter = max(0, shown - 1) if shown else 0
    used = read_used_passkey(
        config,
        device.sign(make_request_options(config)),
        staff_id=STAFF_ID,
        passkeys=[passkey],
        decoy=_DECOY_PASSKEY,
    )
    assert (used.sign_count, used.is_copied) == (shown, is_copied)


def test_passkeys_show_no_key_when_printed() -> None:
    """A passkey that ends up in a log shows its name and nothing that identifies the device."""
    passkey = Passkey("id", b"credential", b"key", 0, "Phone", date(2026, 11, 23))
    assert "credential" not in repr(passkey)
    assert "b'" not in repr(passkey)
