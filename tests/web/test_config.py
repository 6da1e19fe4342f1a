"""Configuration: read once, every fault named at once, no value ever shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from web.config import CaseworkConfig, ConfigurationError, IntakeConfig, MailServer, OpeningHours, read_config

KEY = "ab" * 32
SHARED = {
    "TESTIMONIO_DATA_DIR": "/srv/office",
    "TESTIMONIO_OFFICE_NAME": "Office",
    "TESTIMONIO_TIME_ZONE": "America/Chicago",
    "TESTIMONIO_ORIGIN": "https://notes.example",
    "TESTIMONIO_OFFICE_VERIFY_KEY": KEY,
    "TESTIMONIO_SITE_SIGNING_KEY": KEY,
}
INTAKE = SHARED | {
    "TESTIMONIO_SITE_NAME": "Notes",
    "TESTIMONIO_RECEIPT_SALT": KEY,
    "TESTIMONIO_CASEWORK_VERIFY_KEY": KEY,
    "TESTIMONIO_EXIT_URL": "https://weather.example/",
}
CASEWORK = SHARED | {"TESTIMONIO_INTAKE_VERIFY_KEY": KEY}


def test_intake_reads_its_settings() -> None:
    """Every setting arrives in its own type, defaults stand in for what is not said."""
    config = read_config(IntakeConfig, INTAKE | {"TESTIMONIO_OFFICE_HOURS": "mon-fri 09:00-17:00; sat 10:00-12:00"})
    assert config.is_secure
    assert config.engine_url == "sqlite:////srv/office/testimonio.sqlite3"
    assert config.languages == ("en", "es")
    assert config.office_hours == (OpeningHours(0, 4, "09:00", "17:00"), OpeningHours(5, 5, "10:00", "12:00"))


def test_all_faults_are_named_at_once_and_no_value() -> None:
    """Missing, wrong and unknown settings are all named, and none of their values."""
    environment = SHARED | {"TESTIMONIO_TIME_ZONE": "Mars/Base", "TESTIMONIO_TYPO": "secret-value"}
    del environment["TESTIMONIO_OFFICE_NAME"]
    with pytest.raises(ConfigurationError) as caught:
        read_config(CaseworkConfig, environment)
    for name in ("TESTIMONIO_TYPO", "TESTIMONIO_TIME_ZONE", "TESTIMONIO_OFFICE_NAME", "TESTIMONIO_INTAKE_VERIFY_KEY"):
        assert name in str(caught.value)
    assert "secret-value" not in str(caught.value)
    assert "Mars" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TESTIMONIO_ORIGIN", "notes.example"),
        ("TESTIMONIO_ORIGIN", "https://notes.example/path"),
        ("TESTIMONIO_SITE_SIGNING_KEY", "abcd"),
        ("TESTIMONIO_DEMO", "maybe"),
        ("TESTIMONIO_OFFICE_HOURS", "always"),
        ("TESTIMONIO_EXIT_URL", "javascript:alert(1)"),
        ("TESTIMONIO_DRAFT_HOURS", "many"),
        ("TESTIMONIO_LANGUAGES", ","),
        ("TESTIMONIO_BLOBS", "/srv/files"),
        ("TESTIMONIO_BLOBS", "s3:///prefix"),
        ("TESTIMONIO_S3_ENDPOINT", "storage.example"),
        ("TESTIMONIO_FILE_LIMIT_MB", "-1"),
        ("TESTIMONIO_REPORT_LIMIT_MB", "2 GB"),
    ],
)
def test_setting_that_cannot_be_read_stops_the_start(name: str, value: str) -> None:
    """A value of the wrong form is refused and named."""
    with pytest.raises(ConfigurationError, match=name):
        read_config(IntakeConfig, INTAKE | {name: value})


def test_secrets_do_not_show() -> None:
    """Printing a configuration shows no key, salt or database password."""
    secrets = {"DATABASE_URL": "postgresql://u:hunter2@localhost/x", "TESTIMONIO_SITE_SIGNING_KEY": "01" * 32}
    secrets |= {"TESTIMONIO_S3_KEY_ID": "AKIAHUNTER", "TESTIMONIO_S3_SECRET": "hunter3"}
    config = read_config(IntakeConfig, INTAKE | secrets | {"TESTIMONIO_RECEIPT_SALT": "02" * 32})
    assert "AKIAHUNTER" not in repr(config)
    assert "hunter3" not in repr(config)
    assert "hunter2" not in repr(config)
    assert str(config.signing_key) not in repr(config)
    assert str(config.receipt_salt) not in repr(config)


def test_limits_are_megabytes() -> None:
    """Limits are written in megabytes; without them a file can have 500 and a report 2,048."""
    config = read_config(IntakeConfig, INTAKE | {"TESTIMONIO_FREE_SPACE_FLOOR_MB": "3"})
    assert (config.file_limit, config.report_limit) == (500_000_000, 2_048_000_000)
    assert config.free_space_floor == 3_000_000


def test_bucket_in_place_of_the_folder() -> None:
    """An address of a bucket is taken as it is, and its region has a default."""
    config = read_config(IntakeConfig, INTAKE | {"TESTIMONIO_BLOBS": "s3://bucket/prefix"})
    assert (config.blobs, config.s3_region) == ("s3://bucket/prefix", "us-east-1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("smtp://mail.example", MailServer("smtp", "mail.example", 25, "")),
        ("smtp://localhost:2525?from=a@b.example", MailServer("smtp", "localhost", 2525, "a@b.example")),
        ("smtps://u%40b.example:p%2Fw@mail.example", MailServer("smtps", "mail.example", 465, "u@b.example")),
        ("starttls://me:x@mail.example/?from=a@b.example", MailServer("starttls", "mail.example", 587, "a@b.example")),
    ],
)
def test_mail_server_is_read_from_an_address(text: str, expected: MailServer) -> None:
    """Way, host, port and sender are in one address; user and password may be percent-encoded and never show."""
    server = read_config(CaseworkConfig, CASEWORK | {"TESTIMONIO_SMTP_URL": text}).mail_server
    assert server is not None
    assert replace(server, user="", password="") == expected
    assert "p/w" not in repr(server)
    assert "u@b.example:" not in repr(server)


@pytest.mark.parametrize(
    "text",
    [
        *("http://mail.example", "smtp://", "smtps://mail.example:port", "smtps://mail.example/folder"),
        *("smtp://user:password@mail.example", "starttls://user:pässword@mail.example"),
        "smtp://mail.example?from=nobody",
    ],
)
def test_mail_server_that_would_leak_or_fail_stops_the_start(text: str) -> None:
    """A password in the clear, another way than mail's, or an address that is none is named at the start."""
    with pytest.raises(ConfigurationError, match="TESTIMONIO_SMTP_URL cannot be read"):
        read_config(CaseworkConfig, CASEWORK | {"TESTIMONIO_SMTP_URL": text})
