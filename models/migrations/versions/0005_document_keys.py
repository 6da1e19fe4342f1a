"""document keys."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "document_keys",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("certificate_signature", sa.LargeBinary(), nullable=False),
        sa.Column("office_key_id", sa.String(length=36), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["office_key_id"], ["office_keys.id"], name=op.f("fk_document_keys_office_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_keys")),
    )
    if op.get_bind().dialect.name == "postgresql":
        _grant_postgresql()


def _grant_postgresql() -> None:
    # The public site signs no documents and checks none: it gets nothing. A certificate is never deleted.
    role = "testimonio_casework"
    known = op.get_bind().execute(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar()
    if known:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON document_keys TO {role}")
