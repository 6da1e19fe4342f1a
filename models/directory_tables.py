"""The tables of the agency directory: public facts, which intake may read and only casework may write.

Must never hold anything about a reporter or a case.
"""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, true

from models.metadata import ID as _ID
from models.metadata import metadata

# The directory: public facts about police agencies. An agency that was merged into another stays as a row that says so.
agencies = Table(
    "agencies",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("aliases", Text, nullable=False),
    Column("ori", String(9), nullable=False),
    Column("type", String(40), nullable=False),
    Column("state", String(2), nullable=False),
    Column("county", String(100), nullable=False),
    Column("county_fips", String(5), nullable=False),
    Column("city", String(100), nullable=False, server_default=""),
    Column("claims_office", Text, nullable=False, server_default=""),
    Column("officials", Text, nullable=False, server_default=""),
    Column("source", Text, nullable=False, server_default=""),
    Column("cited_on", Date),
    Column("is_listed", Boolean, nullable=False, server_default=true()),
    Column("merged_into_id", _ID, ForeignKey("agencies.id")),
)
Index("ix_agencies_state_county_fips", agencies.c.state, agencies.c.county_fips)

# One row a statement by one source that an agency has a model of agreement. Two sources that disagree are two rows.
# A row from ICE's list is one unbroken presence on it: `first_seen_on` to `last_seen_on` are dates of lists that had
# it, `absent_before_on` and `missing_on` those of the nearest lists before and after that had not.
agreements = Table(
    "agreements",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("agency_id", _ID, ForeignKey("agencies.id"), nullable=False, index=True),
    Column("support_type", String(40), nullable=False),
    Column("signed_on", Date),
    Column("signed_precision", String(5), nullable=False, server_default="day"),
    Column("ended_on", Date),
    Column("ended_precision", String(5), nullable=False, server_default="day"),
    Column("absent_before_on", Date),
    Column("first_seen_on", Date),
    Column("last_seen_on", Date),
    Column("missing_on", Date),
    Column("moa_url", Text, nullable=False, server_default=""),
    Column("addendum_url", Text, nullable=False, server_default=""),
    # What the newest list that had it said, cell by cell, so that the next one is compared with that.
    Column("listed", Text, nullable=False, server_default=""),
    Column("source", Text, nullable=False),
    Column("source_url", Text, nullable=False, server_default=""),
    Column("cited_on", Date),
)

# What happened around an agency's agreements, for its timeline.
agreement_events = Table(
    "agreement_events",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("agency_id", _ID, ForeignKey("agencies.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("precision", String(5), nullable=False),
    Column("what", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("source_url", Text, nullable=False),
    Column("cited_on", Date, nullable=False),
)

# Lists of participating agencies that were read in, or that ship with the program. `states` is blank for all of them.
# Of one that waits for a person's word the rows lie in `rows`; of one that was applied every change lies in `changes`.
list_imports = Table(
    "list_imports",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("standing", String(10), nullable=False, index=True),
    # Empty while a list waits whose file's name does not tell.
    Column("published_on", Date),
    Column("states", Text, nullable=False),
    Column("uploaded_on", Date, nullable=False),
    Column("applied_on", Date),
    Column("staff_id", _ID, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("source", Text, nullable=False),
    Column("rows", Text, nullable=False),
    Column("choices", Text, nullable=False),
    Column("changes", Text, nullable=False),
    Column("counts", Text, nullable=False),
)

# Counts the changes of the directory, so that a page made of it is known to be of today or not. One row.
directory_versions = Table(
    "directory_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
)

# What anybody may take along about a county, as a PDF. Made by the worker, because the public site draws no paper.
toolkits = Table(
    "toolkits",
    metadata,
    Column("county_fips", String(5), primary_key=True),
    Column("language", String(12), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("made_on", Date, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
