"""agency directory."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


# The public site reads the directory and writes none of it. Of imports it needs to know only which list was read last.
_GRANTS = {
    "testimonio_intake": (
        "SELECT ON agreement_events",
        "SELECT (id, standing, published_on, states) ON list_imports",
        "SELECT ON directory_versions, toolkits",
    ),
    "testimonio_casework": (
        "SELECT, INSERT, UPDATE, DELETE ON agreement_events, list_imports, directory_versions, toolkits",
    ),
}


def _grant_postgresql() -> None:
    for role, grants in _GRANTS.items():
        known = op.get_bind().execute(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar()
        for grant in grants if known else ():
            op.execute(f"GRANT {grant} TO {role}")


def _widen_agencies() -> None:
    with op.batch_alter_table("agencies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("city", sa.String(length=100), server_default="", nullable=False))
        for name in ("claims_office", "officials", "source"):
            batch_op.add_column(sa.Column(name, sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("cited_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("is_listed", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("merged_into_id", sa.String(length=36), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_agencies_merged_into_id"), "agencies", ["merged_into_id"], ["id"])
        batch_op.create_index("ix_agencies_state_county_fips", ["state", "county_fips"], unique=False)


def _widen_agreements() -> None:
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        for name in ("signed_precision", "ended_precision"):
            batch_op.add_column(sa.Column(name, sa.String(length=5), server_default="day", nullable=False))
        for name in ("absent_before_on", "first_seen_on", "last_seen_on", "missing_on", "cited_on"):
            batch_op.add_column(sa.Column(name, sa.Date(), nullable=True))
        for name in ("moa_url", "addendum_url", "listed", "source_url"):
            batch_op.add_column(sa.Column(name, sa.Text(), server_default="", nullable=False))
        batch_op.create_index(batch_op.f("ix_agreements_agency_id"), ["agency_id"], unique=False)


def upgrade() -> None:
    _widen_agencies()
    _widen_agreements()
    op.create_table(
        "agreement_events",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("precision", sa.String(length=5), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("cited_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_agreement_events_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_events")),
    )
    with op.batch_alter_table("agreement_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_events_agency_id"), ["agency_id"], unique=False)

    op.create_table(
        "list_imports",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("states", sa.Text(), nullable=False),
        sa.Column("uploaded_on", sa.Date(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_imports")),
    )
    with op.batch_alter_table("list_imports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_list_imports_standing"), ["standing"], unique=False)

    _make_what_the_pages_need()
    if op.get_bind().dialect.name == "postgresql":
        _grant_postgresql()


def _make_what_the_pages_need() -> None:
    op.create_table(
        "directory_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_versions")),
    )
    op.create_table(
        "toolkits",
        sa.Column("county_fips", sa.String(length=5), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("county_fips", "language", name=op.f("pk_toolkits")),
    )
