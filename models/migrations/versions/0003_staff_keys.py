"""staff keys, recovery, restricted cases."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


_GRANTS = {
    "testimonio_intake": (
        # A recovery key counts as somebody who can open, before the site takes reports.
        "SELECT (id, retired_on) ON recovery_keys",
    ),
    "testimonio_casework": (
        "SELECT, INSERT, UPDATE, DELETE ON sessions",
        "SELECT, INSERT, UPDATE, DELETE ON invitations, recovery_keys, former_case_keys",
        "SELECT, INSERT, UPDATE, DELETE ON emergency_keys, emergency_shares, emergency_requests, notices",
        "SELECT, INSERT, UPDATE ON site_settings",
        "SELECT, INSERT, DELETE ON used_challenges",
    ),
}


def _grant_postgresql() -> None:
    for role, grants in _GRANTS.items():
        known = op.get_bind().execute(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar()
        for grant in grants if known else ():
            op.execute(f"GRANT {grant} TO {role}")


def upgrade() -> None:
    _move_sessions()
    _make_staff_tables()
    _make_recovery_tables()
    _make_case_tables()
    _make_emergency_tables()
    if op.get_bind().dialect.name == "postgresql":
        _grant_postgresql()


def _move_sessions() -> None:
    """Sessions go where no copy of the database takes them; whoever is signed in signs in again."""
    op.drop_table("sessions")
    if op.get_bind().dialect.name != "postgresql":
        return  # a file of its own, which models/passing.py makes
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("expires_hour", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("began_at", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_sessions_expires_hour"), "sessions", ["expires_hour"], unique=False)
    op.create_index(op.f("ix_sessions_staff_id"), "sessions", ["staff_id"], unique=False)


def _make_staff_tables() -> None:
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.alter_column("sealed_totp_secret", existing_type=sa.LargeBinary(), nullable=True)
        batch_op.add_column(sa.Column("sealed_factors", sa.LargeBinary(), nullable=True))

    op.create_table(
        "used_challenges",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_used_challenges")),
    )
    with op.batch_alter_table("used_challenges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_used_challenges_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.Integer(), nullable=False),
        sa.Column("invited_by", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_invitations_staff_id")),
    )


def _make_recovery_tables() -> None:
    with op.batch_alter_table("office_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("predecessor_id", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("sealed_predecessor", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("is_rotation_due", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_foreign_key(
            batch_op.f("fk_office_keys_predecessor_id"), "office_keys", ["predecessor_id"], ["id"]
        )

    op.create_table(
        "recovery_keys",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=False),
        sa.Column("recipient_signature", sa.LargeBinary(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("share_count", sa.Integer(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_keys")),
    )
    op.create_table(
        "site_settings",
        sa.Column("site", sa.String(length=10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_site_settings")),
    )


def _make_case_tables() -> None:
    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("case_proof", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("key_generation", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("is_rekey_due", sa.Boolean(), server_default=sa.false(), nullable=False))

    op.create_table(
        "former_case_keys",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("sealed_report_identity", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_work_identity", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_former_case_keys_case_id")),
        sa.PrimaryKeyConstraint("case_id", "generation", name=op.f("pk_former_case_keys")),
    )


def _make_emergency_tables() -> None:
    op.create_table(
        "emergency_keys",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=False),
        sa.Column("recipient_signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_emergency_keys_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_keys")),
        sa.UniqueConstraint("case_id", name=op.f("uq_emergency_keys_case_id")),
    )
    op.create_table(
        "emergency_shares",
        sa.Column("emergency_key_id", sa.String(length=36), nullable=False),
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("sealed_share", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["emergency_key_id"], ["emergency_keys.id"], name=op.f("fk_emergency_shares_emergency_key_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_emergency_shares_staff_id")),
        sa.PrimaryKeyConstraint("emergency_key_id", "staff_id", name=op.f("pk_emergency_shares")),
    )
    op.create_table(
        "emergency_requests",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("emergency_key_id", sa.String(length=36), nullable=False),
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("expires_at", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["emergency_key_id"], ["emergency_keys.id"], name=op.f("fk_emergency_requests_emergency_key_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_emergency_requests_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_requests")),
    )
    with op.batch_alter_table("emergency_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_emergency_requests_emergency_key_id"), ["emergency_key_id"], unique=False)
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notices_case_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_notices_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notices_staff_id"), ["staff_id"], unique=False)
