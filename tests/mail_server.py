"""A mail server for one test: a real one on this machine, with TLS and passwords where the test wants them."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.serving import find_free_port

USER, PASSWORD = "ledger@office.example", "p@ss/word: x"
_HOST = "localhost"


@dataclass
class MailBox:
    """What the server took, and how it behaves. While `is_stalled`, it lets whoever sends wait for its answer."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    greetings: list[str] = field(default_factory=list)
    is_full: bool = False
    is_stalled: threading.Event = field(default_factory=threading.Event)
    is_reached: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)

    async def handle_DATA(self, _server: Any, session: Session, envelope: Envelope) -> str:  # noqa: ANN401, N802  # aiosmtpd's own
        """Take a mail, or refuse it."""
        self.is_reached.set()
        if self.is_stalled.is_set():
            await asyncio.to_thread(self.is_over.wait, 60)
            return "451 4.3.0 Too late"
        if self.is_full:
            return "452 4.2.2 Mailbox full"
        self.greetings.append(str(session.host_name))
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for this machine that signs itself; the files of certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _HOST)])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(_HOST), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "mail.pem", folder / "mail.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


def _check_password(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:  # noqa: ANN401  # aiosmtpd's own
    is_right = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
    return AuthResult(success=is_right, handled=False)


@contextmanager
def run_mail_server(scheme: str = "smtp", certificate: tuple[Path, Path] | None = None) -> Iterator[MailBox]:
    """Run a server that speaks `smtp`, `starttls` or `smtps`; the last two want a password."""
    settings: dict[str, Any] = {}
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        settings = {"authenticator": _check_password, "auth_required": True}
        if scheme == "smtps":
            settings |= {"ssl_context": context, "auth_require_tls": False}
        else:
            settings |= {"tls_context": context, "require_starttls": True}
    box = MailBox(find_free_port())
    controller = Controller(box, hostname=_HOST, port=box.port, **settings)
    controller.start()
    try:
        yield box
    finally:
        box.is_over.set()
        controller.stop()
