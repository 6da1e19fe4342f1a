"""Every table but those of models/directory_tables.py and models/export_tables.py; `metadata` holds them all.

What stays readable is listed, column by column, in docs/data-inventory.md; a test holds it there. Ids of reports are
random (UUIDv4) and made by the program. Public keys and signatures are raw bytes.
"""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, false, text

from models import directory_tables as _directory_tables  # noqa: F401  # so that the metadata has its tables too
from models import export_tables as _export_tables  # noqa: F401  # the same
from models.metadata import ID as _ID
from models.metadata import metadata as _metadata
from models.metadata import passing as _passing

metadata, passing = _metadata, _passing

staff = Table(
    "staff",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("email", String(200), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("role", String(40), nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("recipient", LargeBinary, nullable=False),
    Column("recipient_signature", LargeBinary, nullable=False),
    Column("keyslot", LargeBinary, nullable=False),
    # Empty where somebody signs in with passkeys only.
    Column("sealed_totp_secret", LargeBinary),
    Column("totp_last_step", Integer, nullable=False),
    # Passkeys and one-time recovery codes, as one sealed document.
    Column("sealed_factors", LargeBinary),
)

# What passkeys have signed and what was taken, until it expires: none is taken twice. Seconds since 1970.
used_challenges = Table(
    "used_challenges",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("expires_at", Integer, nullable=False, index=True),
)

# An account that is asked to join, or to join anew after a reset. Times are whole seconds since 1970.
invitations = Table(
    "invitations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("staff_id", _ID, nullable=False, unique=True),
    Column("email", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("role", String(40), nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    Column("expires_at", Integer, nullable=False),
    Column("invited_by", _ID, nullable=False),
)

office_keys = Table(
    "office_keys",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("recipient", LargeBinary, nullable=False),
    Column("recipient_signature", LargeBinary, nullable=False),
    Column("made_on", Date, nullable=False),
    Column("retired_on", Date),
    # The office identity before this one, sealed to this one: whoever holds today's opens every older one.
    Column("predecessor_id", _ID, ForeignKey("office_keys.id")),
    Column("sealed_predecessor", LargeBinary),
    # Somebody who held it has left: new reports should go to a new one.
    Column("is_rotation_due", Boolean, nullable=False, server_default=false()),
)

# One more holder of everything that the office holds; its private half is only on paper, in `share_count` shares of
# which `threshold` make it whole.
recovery_keys = Table(
    "recovery_keys",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("recipient", LargeBinary, nullable=False),
    Column("recipient_signature", LargeBinary, nullable=False),
    Column("threshold", Integer, nullable=False),
    Column("share_count", Integer, nullable=False),
    Column("made_on", Date, nullable=False),
    Column("retired_on", Date),
)

# What the office signs documents with: a certificate, which the office signing key has signed in turn, and its private
# half, sealed to the office key. Those that were replaced stay: what they signed is still the office's.
document_keys = Table(
    "document_keys",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("certificate", LargeBinary, nullable=False),
    Column("certificate_signature", LargeBinary, nullable=False),
    Column("office_key_id", _ID, ForeignKey("office_keys.id"), nullable=False),
    Column("sealed_key", LargeBinary, nullable=False),
    Column("made_on", Date, nullable=False),
    Column("retired_on", Date),
)

# Each site's settings file, sealed so that only whoever opens the office signing key can read it: for recovery.
site_settings = Table(
    "site_settings",
    metadata,
    Column("site", String(10), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

office_key_holders = Table(
    "office_key_holders",
    metadata,
    Column("office_key_id", _ID, ForeignKey("office_keys.id"), primary_key=True),
    Column("holder_id", _ID, primary_key=True),
    Column("sealed_identity", LargeBinary, nullable=False),
    Column("sealed_signing_key", LargeBinary),
)

cases = Table(
    "cases",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),
    Column("received_on", Date, nullable=False, index=True),
    Column("status", String(20), nullable=False, index=True),
    Column("assignee_id", _ID, ForeignKey("staff.id")),
    Column("is_held", Boolean, nullable=False, server_default=false()),
    Column("report_recipient", LargeBinary, nullable=False),
    Column("report_recipient_signature", LargeBinary, nullable=False),
    Column("work_recipient", LargeBinary, nullable=False),
    Column("work_recipient_signature", LargeBinary, nullable=False),
    # How often the case got new keys, and whether it should: somebody who held them has left.
    Column("key_generation", Integer, nullable=False, server_default=text("0")),
    Column("is_rekey_due", Boolean, nullable=False, server_default=false()),
)

case_keys = Table(
    "case_keys",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("holder_id", _ID, primary_key=True),
    Column("sealed_report_identity", LargeBinary, nullable=False),
    Column("sealed_work_identity", LargeBinary, nullable=False),
)

# The private halves that a case had before, each sealed to the public half that came after it.
former_case_keys = Table(
    "former_case_keys",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("sealed_report_identity", LargeBinary, nullable=False),
    Column("sealed_work_identity", LargeBinary, nullable=False),
)

# A restricted case's key for an emergency. Its private half is split; a share lies sealed with each supervising
# attorney, and two of them make it whole. It is one of the case's holders in `case_keys`.
emergency_keys = Table(
    "emergency_keys",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("case_id", _ID, ForeignKey("cases.id"), nullable=False, unique=True),
    Column("recipient", LargeBinary, nullable=False),
    Column("recipient_signature", LargeBinary, nullable=False),
)

emergency_shares = Table(
    "emergency_shares",
    metadata,
    Column("emergency_key_id", _ID, ForeignKey("emergency_keys.id"), primary_key=True),
    Column("staff_id", _ID, ForeignKey("staff.id"), primary_key=True),
    Column("sealed_share", LargeBinary, nullable=False),
)

# One supervising attorney asks for a case; the share that they lend, and why, are sealed to the others.
emergency_requests = Table(
    "emergency_requests",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("emergency_key_id", _ID, ForeignKey("emergency_keys.id"), nullable=False, index=True),
    Column("staff_id", _ID, ForeignKey("staff.id"), nullable=False),
    Column("expires_at", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# What somebody must be told about a case, until they have seen it.
notices = Table(
    "notices",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("staff_id", _ID, ForeignKey("staff.id"), nullable=False, index=True),
    Column("case_id", _ID, ForeignKey("cases.id"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("added_on", Date, nullable=False),
)

cards = Table(
    "cards",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

sealed_items = Table(
    "sealed_items",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("case_id", _ID, ForeignKey("cases.id"), nullable=False, index=True),
    Column("kind", String(30), nullable=False),
    Column("added_on", Date, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# A file of a case or of a draft; its bytes lie sealed in the blob store under the same id.
blobs = Table(
    "blobs",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("case_id", _ID, nullable=False, index=True),
    Column("added_on", Date, nullable=False),
)

# What the office wrote to a reporter, sealed to that receipt's holder and to the case's work key. `answered_on` is the
# day on which the reporter next wrote: the public site cannot read its own messages back to find out.
replies = Table(
    "replies",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("case_id", _ID, ForeignKey("cases.id"), nullable=False, index=True),
    Column("receipt_id", _ID, ForeignKey("receipts.id"), nullable=False, index=True),
    Column("added_on", Date, nullable=False),
    Column("answered_on", Date),
    Column("sealed", LargeBinary, nullable=False),
)

# A reporter took a report back: closed to staff at once, destroyed by the worker on `due_on`.
withdrawals = Table(
    "withdrawals",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("asked_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
)

# Long work: kind and ids only. Times are whole seconds since 1970.
jobs = Table(
    "jobs",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("subject", _ID, nullable=False),
    Column("run_after", Integer, nullable=False, index=True),
    Column("leased_until", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
)
Index("ix_jobs_kind_subject", jobs.c.kind, jobs.c.subject, unique=True)

receipts = Table(
    "receipts",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("case_id", _ID, ForeignKey("cases.id"), nullable=False),
    Column("lookup_id", LargeBinary, nullable=False, unique=True),
    # Made with the code when the receipt was: which report key is the case's. Empty in receipts from before it.
    Column("case_proof", LargeBinary),
    Column("holder", String(20), nullable=False),
    Column("is_revoked", Boolean, nullable=False, server_default=false()),
    Column("recipient", LargeBinary, nullable=False),
    Column("recipient_signature", LargeBinary, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("record", LargeBinary, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("expires_hour", Integer, nullable=False, index=True),
    Column("case_id", _ID, nullable=False),
    Column("holder_id", _ID, nullable=False),
    Column("report_recipient", LargeBinary, nullable=False),
    Column("work_recipient", LargeBinary, nullable=False),
    Column("sealed_report_identity", LargeBinary, nullable=False),
    Column("sealed_work_identity", LargeBinary, nullable=False),
)


boxes = Table(
    "boxes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("expires_hour", Integer, nullable=False, index=True),
)

# Staff sessions: boxes as well, and whose they are, so that one person's can be listed and ended. Times are whole
# seconds since 1970, to the minute.
sessions = Table(
    "sessions",
    passing,
    Column("id", String(64), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("expires_hour", Integer, nullable=False, index=True),
    Column("staff_id", _ID, nullable=False, index=True),
    Column("began_at", Integer, nullable=False),
    Column("used_at", Integer, nullable=False),
)

case_openings = Table(
    "case_openings",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("staff_id", _ID, ForeignKey("staff.id"), primary_key=True),
    # Up to which entry of intake's chain they have seen what came in, so that a new message is new for each person.
    Column("seen_sequence", Integer, nullable=False, server_default=text("0")),
)

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("site", String(10), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("subject", _ID, nullable=False),
    Column("entry", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)
Index("ix_ledger_entries_subject", ledger_entries.c.subject)

ledger_heads = Table(
    "ledger_heads",
    metadata,
    Column("site", String(10), primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
