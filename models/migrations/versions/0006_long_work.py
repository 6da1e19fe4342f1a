"""long work."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# The public site has no business with long work, and gets nothing.
_GRANTS = {"testimonio_casework": ("SELECT, INSERT, UPDATE, DELETE ON workers, export_runs, export_run_cases",)}


def _grant_postgresql() -> None:
    for role, grants in _GRANTS.items():
        known = op.get_bind().execute(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar()
        for grant in grants if known else ():
            op.execute(f"GRANT {grant} TO {role}")


def upgrade() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=False),
        sa.Column("recipient_signature", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )
    op.create_table(
        "export_runs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.String(length=36), nullable=True),
        sa.Column("sealed_order", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_document_key", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_export_runs_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_runs")),
    )
    with op.batch_alter_table("export_runs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_runs_staff_id"), ["staff_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_runs_expires_at"), ["expires_at"], unique=False)
    op.create_table(
        "export_run_cases",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("worker_id", sa.String(length=36), nullable=True),
        sa.Column("sealed_report_identity", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_work_identity", sa.LargeBinary(), nullable=True),
        sa.Column("ended_at", sa.Integer(), nullable=True),
        sa.Column("result_id", sa.String(length=36), nullable=True),
        sa.Column("sealed_outcome", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_export_run_cases_case_id")),
        sa.ForeignKeyConstraint(["run_id"], ["export_runs.id"], name=op.f("fk_export_run_cases_run_id")),
        sa.PrimaryKeyConstraint("run_id", "case_id", name=op.f("pk_export_run_cases")),
    )
    if op.get_bind().dialect.name == "postgresql":
        _grant_postgresql()
