"""One-time codes and the delay after refusals."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from casework.throttle import Throttle
from casework.totp import find_step, make_enrolment_uri, make_secret, read_code, write_secret


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """The last six digits of RFC 6238's test values (appendix B, SHA-1) are taken at their moments."""
    at = datetime.fromtimestamp(seconds, UTC)
    assert find_step(b"12345678901234567890", code, at) == seconds // 30


def test_window_is_one_step_to_each_side() -> None:
    """A code is taken one step early and one step late, and not two."""
    secret, step = make_secret(), 60_000_000
    maker = pyotp.TOTP(write_secret(secret))
    at = datetime.fromtimestamp(step * 30 + 15, UTC)
    taken = [shift for shift in range(-3, 4) if find_step(secret, maker.generate_otp(step + shift), at) is not None]
    assert taken == [-1, 0, 1]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("123456", "123456"),
        (" 123 456 ", "123456"),
        ("123-456", "123456"),
        ("١٢٣٤٥٦", "123456"),
        ("12345", ""),
        ("1234567", ""),
        ("12345a", ""),
        ("", ""),
    ],
)
def test_code_is_read_as_people_type_it(typed: str, code: str) -> None:
    """Spaces, a dash and digits of other scripts are read; anything else is no code, and matches nothing."""
    assert read_code(typed) == code
    assert code or find_step(make_secret(), code, datetime.now(UTC)) is None


def test_app_reads_the_address() -> None:
    """The QR code's address carries the secret, the office and the account, as apps expect them."""
    secret = make_secret()
    parsed = pyotp.parse_uri(make_enrolment_uri(secret, email="a+b@office.example", office_name="Aid & Law: Office"))
    assert isinstance(parsed, pyotp.TOTP)
    assert (parsed.secret, parsed.name, parsed.issuer) == (
        write_secret(secret),
        "a+b@office.example",
        "Aid & Law: Office",
    )
    query = parse_qs(urlsplit(make_enrolment_uri(secret, email="a", office_name="b")).query)
    assert query["secret"] == [write_secret(secret)]


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The process's clock, held still: the one number is now."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_wait_doubles_to_fifteen_minutes(moment: list[float]) -> None:
    """The first refusal costs nothing, then each one doubles the wait, up to fifteen minutes."""
    throttle, waits = Throttle(), []
    for _refusal in range(14):
        throttle.count_refusal("a@x", "192.0.2.1")
        waits.append(throttle.find_wait("a@x", "192.0.2.1"))
        moment[0] += 1000
        assert throttle.find_wait("a@x", "192.0.2.1") == 0
    assert waits[:6] == [0, 1, 2, 4, 8, 16]
    assert waits[-1] == 900


def test_wait_is_forgotten_after_success_and_after_an_hour(moment: list[float]) -> None:
    """A success starts from nothing, and so does an hour without a try."""
    throttle = Throttle()
    for _refusal in range(3):
        throttle.count_refusal("a@x", "192.0.2.1")
        throttle.count_refusal("b@x", "192.0.2.1")
    throttle.forget("a@x", "192.0.2.1")
    assert throttle.find_wait("a@x", "192.0.2.1") == 0
    assert throttle.find_wait("b@x", "192.0.2.1") > 0
    moment[0] += 4000
    throttle.count_refusal("b@x", "192.0.2.1")
    assert throttle.find_wait("b@x", "192.0.2.1") == 0


def test_memory_holds_no_address_and_is_bounded() -> None:
    """What is kept shows neither account nor source, and a flood of made-up accounts does not fill the memory."""
    throttle = Throttle()
    for number in range(10_050):
        throttle.count_refusal(f"{number}@x", "192.0.2.1")
    assert len(throttle._entries) == 10_000
    assert "192.0.2.1" not in repr(throttle._entries)
    assert "9999@x" not in repr(throttle._entries)
