"""Configuration: read once from the environment into frozen values; a fault stops the start and all are named at once.

Secrets are never shown by repr and never travel further than the site that needs them.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_PREFIX = "TESTIMONIO_"
_KEY_BYTES = 32
_MEGABYTE = 1_000_000
# Understood by the tests and by the server's starter, never by a site.
_NOT_OURS = frozenset({"TESTIMONIO_TEST_DATABASE"})


class ConfigurationError(Exception):
    """The environment does not make a configuration; the message names every fault, and no value."""


def _read_key(text: str) -> bytes:
    raw = bytes.fromhex(text)
    if len(raw) != _KEY_BYTES:
        raise ValueError
    return raw


def _read_origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/"):
        raise ValueError
    return f"{parts.scheme}://{parts.netloc}"


def _read_url(text: str) -> str:
    if urlsplit(text).scheme not in {"http", "https"}:
        raise ValueError
    return text


def _read_blobs(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
        raise ValueError
    return text


def _read_megabytes(text: str) -> int:
    megabytes = int(text)
    if megabytes < 0:
        raise ValueError
    return megabytes * _MEGABYTE


def _read_yes(text: str) -> bool:
    return {"yes": True, "no": False, "": False}[text.lower()]


def _read_languages(text: str) -> tuple[str, ...]:
    codes = tuple(text.replace(",", " ").split())
    if not codes:
        raise ValueError
    return codes


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(
    r"(mon|tue|wed|thu|fri|sat|sun)(?:-(mon|tue|wed|thu|fri|sat|sun))? ([0-2]\d:[0-5]\d)-([0-2]\d:[0-5]\d)"
)


@dataclass(frozen=True)
class OpeningHours:
    """One span of the office's week: first and last weekday (Monday is 0), opening and closing time as "HH:MM"."""

    first_day: int
    last_day: int
    opens: str
    closes: str


def _read_hours(text: str) -> tuple[OpeningHours, ...]:
    spans = []
    for part in filter(None, (piece.strip() for piece in text.lower().split(";"))):
        match = _HOURS.fullmatch(part)
        if match is None:
            raise ValueError
        first, last, opens, closes = match.groups()
        spans.append(OpeningHours(_WEEKDAYS.index(first), _WEEKDAYS.index(last or first), opens, closes))
    return tuple(spans)


_SMTP_PORTS = {"smtp": 25, "starttls": 587, "smtps": 465}
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over: `scheme` is `smtps` (TLS from the start), `starttls` (TLS or nothing) or `smtp`."""

    scheme: str
    host: str
    port: int
    sender: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def _read_bates_prefix(text: str) -> str:
    if not re.fullmatch(r"[A-Z0-9]{1,12}", text):
        raise ValueError
    return text


def _read_address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError
    return text


def _read_mail_server(text: str) -> MailServer:
    parts = urlsplit(text)
    port = _SMTP_PORTS[parts.scheme]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    # A password never goes over the network in the clear; and what signs in knows ASCII alone.
    if not parts.hostname or parts.path.strip("/") or (user and parts.scheme == "smtp"):
        raise ValueError
    if not f"{user}{password}".isascii():
        raise ValueError
    sender = dict(parse_qsl(parts.query)).get("from", "")
    if sender:
        _read_address(sender)
    elif _ADDRESS.fullmatch(user):
        sender = user
    return MailServer(parts.scheme, parts.hostname, parts.port or port, sender, user, password)


def _setting(name: str, read: Any = str, *, secret: bool = False, default: Any = MISSING) -> Any:  # noqa: ANN401  # dataclass fields
    metadata = {"name": name, "read": read}
    if default is MISSING:
        return field(metadata=metadata, repr=not secret)
    return field(metadata=metadata, repr=not secret, default=default)


@dataclass(frozen=True, kw_only=True)
class SiteConfig:
    """What both sites are told."""

    data_dir: Path = _setting("TESTIMONIO_DATA_DIR", Path)
    database_url: str = _setting("DATABASE_URL", secret=True, default="")
    office_name: str = _setting("TESTIMONIO_OFFICE_NAME")
    time_zone: ZoneInfo = _setting("TESTIMONIO_TIME_ZONE", ZoneInfo)
    origin: str = _setting("TESTIMONIO_ORIGIN", _read_origin)
    is_demo: bool = _setting("TESTIMONIO_DEMO", _read_yes, default=False)
    # Public halves, pinned here so that whoever writes to the database cannot replace them.
    office_verify_key: bytes = _setting("TESTIMONIO_OFFICE_VERIFY_KEY", _read_key)
    signing_key: bytes = _setting("TESTIMONIO_SITE_SIGNING_KEY", _read_key, secret=True)
    # Sealed files: empty for a folder beside the database, or `s3://bucket/prefix`.
    blobs: str = _setting("TESTIMONIO_BLOBS", _read_blobs, default="")
    s3_endpoint: str = _setting("TESTIMONIO_S3_ENDPOINT", _read_url, default="")
    s3_region: str = _setting("TESTIMONIO_S3_REGION", default="us-east-1")
    s3_key_id: str = _setting("TESTIMONIO_S3_KEY_ID", secret=True, default="")
    s3_secret: str = _setting("TESTIMONIO_S3_SECRET", secret=True, default="")
    # What the public reads, on its site and on the paper that the worker makes.
    languages: tuple[str, ...] = _setting("TESTIMONIO_LANGUAGES", _read_languages, default=("en", "es"))
    texts_dir: Path | None = _setting("TESTIMONIO_TEXTS_DIR", Path, default=None)

    @property
    def engine_url(self) -> str:
        """The database to use: the one named, or the office's own SQLite file."""
        return self.database_url or f"sqlite:///{self.data_dir / 'testimonio.sqlite3'}"

    @property
    def passing_path(self) -> Path | None:
        """The file of the store of what passes, beside a SQLite database; None for a site that has no such store."""
        return None

    @property
    def is_secure(self) -> bool:
        """Whether the site is reached over TLS, so that cookies get the __Host- prefix."""
        return self.origin.startswith("https://")


@dataclass(frozen=True, kw_only=True)
class IntakeConfig(SiteConfig):
    """What the public site is told."""

    site_name: str = _setting("TESTIMONIO_SITE_NAME")
    casework_verify_key: bytes = _setting("TESTIMONIO_CASEWORK_VERIFY_KEY", _read_key)
    receipt_salt: bytes = _setting("TESTIMONIO_RECEIPT_SALT", _read_key, secret=True)
    exit_url: str = _setting("TESTIMONIO_EXIT_URL", _read_url)
    office_line: str = _setting("TESTIMONIO_OFFICE_LINE", default="")
    office_hours: tuple[OpeningHours, ...] = _setting("TESTIMONIO_OFFICE_HOURS", _read_hours, default=())
    duty_address: str = _setting("TESTIMONIO_DUTY_ADDRESS", default="")
    draft_hours: int = _setting("TESTIMONIO_DRAFT_HOURS", int, default=24)
    hide_after_minutes: int = _setting("TESTIMONIO_HIDE_AFTER_MINUTES", int, default=30)
    # In bytes here, in megabytes in the environment.
    file_limit: int = _setting("TESTIMONIO_FILE_LIMIT_MB", _read_megabytes, default=500 * _MEGABYTE)
    report_limit: int = _setting("TESTIMONIO_REPORT_LIMIT_MB", _read_megabytes, default=2_048 * _MEGABYTE)
    # Below this much free space new files are asked to wait; text still enters.
    free_space_floor: int = _setting("TESTIMONIO_FREE_SPACE_FLOOR_MB", _read_megabytes, default=1_024 * _MEGABYTE)
    withdrawal_days: int = _setting("TESTIMONIO_WITHDRAWAL_DAYS", int, default=7)
    continue_days: int = _setting("TESTIMONIO_CONTINUE_DAYS", int, default=7)


@dataclass(frozen=True, kw_only=True)
class CaseworkConfig(SiteConfig):
    """What the staff site is told."""

    intake_verify_key: bytes = _setting("TESTIMONIO_INTAKE_VERIFY_KEY", _read_key)
    # Where reporters find the public site; stands on paper that the worker makes for the public.
    public_address: str = _setting("TESTIMONIO_PUBLIC_ADDRESS", _read_origin, default="")
    idle_minutes: int = _setting("TESTIMONIO_IDLE_MINUTES", int, default=15)
    session_hours: int = _setting("TESTIMONIO_SESSION_HOURS", int, default=10)
    # For how long a second factor that was shown counts where something cannot be taken back.
    step_up_minutes: int = _setting("TESTIMONIO_STEP_UP_MINUTES", int, default=10)
    # How many proxies of the office's own stand in front: 0 when browsers reach the site itself.
    trusted_proxies: int = _setting("TESTIMONIO_TRUSTED_PROXIES", int, default=0)
    # What the Bates numbers of this office's pages begin with, before the case's reference.
    bates_prefix: str = _setting("TESTIMONIO_BATES_PREFIX", _read_bates_prefix, default="")
    # Where the heads of the ledger are mailed every day, so that they are kept outside the house.
    head_mail_to: str = _setting("TESTIMONIO_HEAD_MAIL_TO", _read_address, default="")
    mail_server: MailServer | None = _setting("TESTIMONIO_SMTP_URL", _read_mail_server, secret=True, default=None)

    @property
    def passing_path(self) -> Path | None:
        """The file of the store of what passes, on SQLite: staff sessions, and nothing that a copy should have."""
        return self.data_dir / "passing" / "sessions.sqlite3"


ConfigType = TypeVar("ConfigType", bound=SiteConfig)


def read_config(kind: type[ConfigType], environment: Mapping[str, str]) -> ConfigType:
    """Read one site's configuration.

    Raises:
        ConfigurationError: a value is missing or wrong, or a `TESTIMONIO_*` name is not known to this site.
    """
    settings: tuple[Field[Any], ...] = fields(kind)
    known = {setting.metadata["name"] for setting in settings}
    faults = [
        f"{name} is not a setting of this site"
        for name in sorted(environment)
        if name.startswith(_PREFIX) and name not in known | _NOT_OURS
    ]
    values: dict[str, Any] = {}
    for setting in settings:
        name = setting.metadata["name"]
        text = environment.get(name, "").strip()
        if not text:
            if setting.default is MISSING:
                faults.append(f"{name} is missing")
            continue
        try:
            values[setting.name] = setting.metadata["read"](text)
        except (ValueError, KeyError, ZoneInfoNotFoundError):
            faults.append(f"{name} cannot be read")
    if faults:
        raise ConfigurationError("; ".join(faults))
    return kind(**values)
