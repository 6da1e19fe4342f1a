"""first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


# What the public site may do, and no more: it can put reports in and cannot take them out. Applied only where the
# roles exist: a development database has none.
_INTAKE_GRANTS = (
    "INSERT ON cases, cards, case_keys, sealed_items, receipts, ledger_entries",
    "SELECT (id, report_recipient, report_recipient_signature, status, received_on) ON cases",
    "SELECT ON receipts, office_keys, agencies, agreements",
    "SELECT (office_key_id, holder_id) ON office_key_holders",
    "SELECT, INSERT, UPDATE, DELETE ON drafts, boxes",
    "SELECT, UPDATE ON ledger_heads",
)
# Casework never touches drafts or the public site's boxes, and cannot rewrite either ledger.
_CASEWORK_GRANTS = (
    "SELECT, INSERT, UPDATE, DELETE ON staff, office_keys, office_key_holders, receipts, sessions",
    "SELECT, INSERT, UPDATE, DELETE ON agencies, agreements",
    "SELECT, INSERT, UPDATE, DELETE ON cases, case_keys, cards, sealed_items, case_openings",
    "SELECT, INSERT ON ledger_entries",
    "SELECT, UPDATE ON ledger_heads",
    "SELECT ON alembic_version",  # for `python -m casework check`
)
_ROLES = {"intake": _INTAKE_GRANTS, "casework": _CASEWORK_GRANTS}


def _grant_postgresql() -> None:
    for table in ("ledger_entries", "ledger_heads"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    for site, grants in _ROLES.items():
        role = f"testimonio_{site}"
        known = op.get_bind().execute(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar()
        if not known:
            continue
        for grant in grants:
            op.execute(f"GRANT {grant} TO {role}")
        op.execute(f"CREATE POLICY write_{site} ON ledger_entries FOR INSERT TO {role} WITH CHECK (site = '{site}')")
        op.execute(f"CREATE POLICY head_{site} ON ledger_heads FOR UPDATE TO {role} USING (site = '{site}')")
        visible = f"site = '{site}'" if site == "intake" else "true"
        op.execute(f"CREATE POLICY head_read_{site} ON ledger_heads FOR SELECT TO {role} USING ({visible})")
        if site == "casework":
            op.execute(f"CREATE POLICY read_{site} ON ledger_entries FOR SELECT TO {role} USING (true)")


def upgrade() -> None:
    op.create_table(
        "agencies",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("ori", sa.String(length=9), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=False),
        sa.Column("county", sa.String(length=100), nullable=False),
        sa.Column("county_fips", sa.String(length=5), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agencies")),
    )
    op.create_table(
        "boxes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("expires_hour", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boxes")),
    )
    with op.batch_alter_table("boxes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_boxes_expires_hour"), ["expires_hour"], unique=False)

    op.create_table(
        "drafts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("expires_hour", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("holder_id", sa.String(length=36), nullable=False),
        sa.Column("report_recipient", sa.LargeBinary(), nullable=False),
        sa.Column("work_recipient", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_report_identity", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_work_identity", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drafts_expires_hour"), ["expires_hour"], unique=False)

    op.create_table(
        "ledger_entries",
        sa.Column("site", sa.String(length=10), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site", "sequence", name=op.f("pk_ledger_entries")),
    )
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_entries_subject", ["subject"], unique=False)

    op.create_table(
        "ledger_heads",
        sa.Column("site", sa.String(length=10), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_ledger_heads")),
    )
    op.create_table(
        "office_keys",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=False),
        sa.Column("recipient_signature", sa.LargeBinary(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_keys")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("expires_hour", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_expires_hour"), ["expires_hour"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=False),
        sa.Column("recipient_signature", sa.LargeBinary(), nullable=False),
        sa.Column("keyslot", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_totp_secret", sa.LargeBinary(), nullable=False),
        sa.Column("totp_last_step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
    )
    op.create_table(
        "agreements",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("support_type", sa.String(length=40), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_agreements_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("assignee_id", sa.String(length=36), nullable=True),
        sa.Column("report_recipient", sa.LargeBinary(), nullable=False),
        sa.Column("report_recipient_signature", sa.LargeBinary(), nullable=False),
        sa.Column("work_recipient", sa.LargeBinary(), nullable=False),
        sa.Column("work_recipient_signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["staff.id"], name=op.f("fk_cases_assignee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("reference", name=op.f("uq_cases_reference")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cases_received_on"), ["received_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_status"), ["status"], unique=False)

    op.create_table(
        "office_key_holders",
        sa.Column("office_key_id", sa.String(length=36), nullable=False),
        sa.Column("holder_id", sa.String(length=36), nullable=False),
        sa.Column("sealed_identity", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_signing_key", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_key_id"], ["office_keys.id"], name=op.f("fk_office_key_holders_office_key_id")
        ),
        sa.PrimaryKeyConstraint("office_key_id", "holder_id", name=op.f("pk_office_key_holders")),
    )
    op.create_table(
        "cards",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_cards_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_cards")),
    )
    op.create_table(
        "case_keys",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("holder_id", sa.String(length=36), nullable=False),
        sa.Column("sealed_report_identity", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_work_identity", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_keys_case_id")),
        sa.PrimaryKeyConstraint("case_id", "holder_id", name=op.f("pk_case_keys")),
    )
    op.create_table(
        "case_openings",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_openings_case_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_case_openings_staff_id")),
        sa.PrimaryKeyConstraint("case_id", "staff_id", name=op.f("pk_case_openings")),
    )
    op.create_table(
        "receipts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("lookup_id", sa.LargeBinary(), nullable=False),
        sa.Column("holder", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=False),
        sa.Column("recipient_signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_receipts_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("lookup_id", name=op.f("uq_receipts_lookup_id")),
    )
    op.create_table(
        "sealed_items",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_sealed_items_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_items")),
    )
    with op.batch_alter_table("sealed_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sealed_items_case_id"), ["case_id"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        _grant_postgresql()
