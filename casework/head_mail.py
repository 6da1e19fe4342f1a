"""The heads of the ledger by mail, once a day, from the worker: kept where nobody in the house can change them.

The mail holds the heads, the day, and how to keep them. It must never say whose office it is, or name a person or case.
"""

from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from sqlalchemy import Connection

from casework.ledger_heads import Heads, read_current_heads
from casework.ledger_writing import SITE, append_event, find_verify_keys, make_signature_check
from casework.mailing import send_mail
from casework.workplace import Workplace
from models.engine import read, write
from models.jobs import list_jobs
from models.ledger import Event
from models.ledger_search import EntryFilter, list_entry_rows, read_signed
from web import clock
from web.config import CaseworkConfig

SEND_HEADS: Final = "head:send"
_SENT: Final = "head:sent"
_SUBJECT: Final = "head"

_KEEPING = """
Each line is a chain of the ledger, how many entries it has, and the hash of the last one.

Keep this mail in a mailbox that nobody who looks after the server can change, and
delete none of them. To compare, paste the lines of this mail and of older ones on the
page "Ledger", or save them in a file and run

python -m casework ledger verify --head FILE

If a day's mail does not come, ask why.
"""


def send_heads(place: Workplace, _subject: str) -> None:
    """Mail today's heads if they were not mailed today, and record that they were.

    A worker that dies between the two leaves the day to be done again: better two mails than none.

    Raises:
        OSError, smtplib.SMTPException: the mail server did not take it; the worker tries again later.
    """
    config = place.config
    if not config.head_mail_to or config.mail_server is None:
        return
    today = clock.today(config.time_zone)
    with read(place.engine) as connection:
        if find_last_mailed(connection, config) == today:
            return
        heads = read_current_heads(connection, today)
    send_mail(config.mail_server, write_head_mail(heads, config.head_mail_to, config.mail_server.sender))
    with write(place.engine) as connection:
        append_event(connection, Event(_SENT, _SUBJECT, heads.find_hash(SITE)), config)


def write_head_mail(heads: Heads, to: str, sender: str) -> EmailMessage:
    """Write the mail, in plain text. Without a sender of its own it comes from whoever gets it."""
    sender = sender or to
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = f"Ledger heads of {heads.on.isoformat()}"
    message["Date"] = format_datetime(clock.now())
    # The same for the same heads, so that a mail that is sent twice can be known as one.
    message["Message-ID"] = f"<ledger-{heads.on.isoformat()}-{heads.find_hash(SITE)[:16]}@{sender.rpartition('@')[2]}>"
    text = f"Ledger heads of {heads.on.isoformat()}\n\n{heads.text}{_KEEPING}"
    # As it is: a line of a head must not be folded.
    message.set_content(text, cte="7bit")
    return message


def find_last_mailed(connection: Connection, config: CaseworkConfig) -> date | None:
    """Return the day, where the office is, on which heads were mailed last, as the ledger says and signs; or None."""
    rows = list_entry_rows(connection, EntryFilter(SITE, kinds=(_SENT,), subject=_SUBJECT), limit=1)
    check = make_signature_check(find_verify_keys(config)[SITE])
    entry = read_signed(rows[0], check) if rows else None
    return datetime.fromisoformat(entry["when"]).astimezone(config.time_zone).date() if entry else None


def find_mail_fault(connection: Connection, config: CaseworkConfig) -> str:
    """Say what is wrong with the daily mail, as a plain sentence; empty when it goes out, or when none is wanted."""
    if not config.head_mail_to and config.mail_server is None:
        return ""
    if not config.head_mail_to or config.mail_server is None:
        return (
            "TESTIMONIO_HEAD_MAIL_TO and TESTIMONIO_SMTP_URL belong together: the heads of the ledger are not mailed."
        )
    last, today = find_last_mailed(connection, config), clock.today(config.time_zone)
    if last == today:
        return ""
    is_failing = any(job.kind == SEND_HEADS and job.attempts and not job.leased_until for job in list_jobs(connection))
    if is_failing:
        return (
            "The heads of the ledger could not be mailed: the mail server does not take them. The worker tries again."
        )
    if last is None:
        return "The heads of the ledger were never mailed yet: no worker is running, or it has just begun."
    if (today - last).days > 1:
        return f"The heads of the ledger were last mailed on {last:%B %-d, %Y}: no worker is running."
    return ""
