"""Handing a mail over to the office's mail server. Nothing about a person or a case ever goes by mail.

It must never send a password, or a mail that was to be sent over TLS, in the clear.
"""

import smtplib
import ssl
from email.message import EmailMessage
from typing import Final

from web.config import MailServer

_PATIENCE_SECONDS: Final = 30.0
# What a server asks for as the sender's name: the machine's own would stand in the mail.
_NAMELESS: Final = "[127.0.0.1]"


def send_mail(server: MailServer, message: EmailMessage) -> None:
    """Hand a mail over; it is taken when this returns.

    Raises:
        OSError: the server does not answer, or is not the one that its certificate names.
        smtplib.SMTPException: it refuses the mail, or offers no TLS where there must be TLS.
    """
    with _connect(server) as client:
        if server.scheme == "starttls":
            client.starttls(context=ssl.create_default_context())
        if server.user:
            client.login(server.user, server.password)
        client.send_message(message)


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(
            server.host,
            server.port,
            local_hostname=_NAMELESS,
            timeout=_PATIENCE_SECONDS,
            context=ssl.create_default_context(),
        )
    return smtplib.SMTP(server.host, server.port, local_hostname=_NAMELESS, timeout=_PATIENCE_SECONDS)
