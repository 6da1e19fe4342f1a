"""evidence and conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


# The public site never deletes a case's keys: it writes down that a reporter took the report back, and a worker of the
# staff site acts on it. It may delete what was never sent (blobs of a draft) and what the reporter was written.
_GRANTS = {
    "testimonio_intake": (
        "SELECT, INSERT, DELETE ON blobs",
        "SELECT, DELETE, UPDATE (answered_on) ON replies",
        "SELECT, INSERT, DELETE ON withdrawals",
        "SELECT (work_recipient, work_recipient_signature, is_held) ON cases",
        "SELECT (id, case_id, kind, added_on) ON sealed_items",
        "UPDATE (is_revoked) ON receipts",
    ),
    "testimonio_casework": (
        "SELECT, INSERT, UPDATE, DELETE ON blobs, replies, withdrawals, jobs",
        # The sweep of what has expired: ids and hours, never a record.
        "SELECT (id, case_id, expires_hour), DELETE ON drafts",
        "SELECT (id, expires_hour), DELETE ON boxes",
    ),
}


def _grant_postgresql() -> None:
    for role, grants in _GRANTS.items():
        known = op.get_bind().execute(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar()
        for grant in grants if known else ():
            op.execute(f"GRANT {grant} TO {role}")


def upgrade() -> None:
    op.create_table(
        "blobs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blobs")),
    )
    with op.batch_alter_table("blobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_blobs_case_id"), ["case_id"], unique=False)

    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("run_after", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index("ix_jobs_kind_subject", ["kind", "subject"], unique=True)
        batch_op.create_index(batch_op.f("ix_jobs_run_after"), ["run_after"], unique=False)

    op.create_table(
        "withdrawals",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_withdrawals_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_withdrawals")),
    )
    op.create_table(
        "replies",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("receipt_id", sa.String(length=36), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_replies_case_id")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipts.id"], name=op.f("fk_replies_receipt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
    )
    with op.batch_alter_table("replies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_replies_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_replies_receipt_id"), ["receipt_id"], unique=False)

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_held", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_revoked", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("case_openings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_sequence", sa.Integer(), server_default=sa.text("0"), nullable=False))

    if op.get_bind().dialect.name == "postgresql":
        _grant_postgresql()
