"""The tables of long work that needs keys: workers that are up, runs of documents, and the cases of each run.

Readable are ids, states and times. What is asked for, what became of each case and every key are sealed. Times are
whole seconds since 1970.
"""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from models.metadata import ID as _ID
from models.metadata import metadata

# A worker that is up, with a public key whose private half is in its memory and nowhere else.
workers = Table(
    "workers",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("recipient", LargeBinary, nullable=False),
    Column("recipient_signature", LargeBinary, nullable=False),
    Column("seen_at", Integer, nullable=False),
)

# Documents of many cases that somebody asked for at once. `began_at` is when a worker last took it up.
export_runs = Table(
    "export_runs",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("staff_id", _ID, ForeignKey("staff.id"), nullable=False, index=True),
    Column("state", String(10), nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("began_at", Integer, nullable=False),
    Column("expires_at", Integer, nullable=False, index=True),
    # Which worker has it. It may be dead: a worker is up when its row in `workers` is there and young.
    Column("worker_id", _ID),
    Column("sealed_order", LargeBinary, nullable=False),
    # The key that signs documents, sealed to the worker alone; gone when the run ends.
    Column("sealed_document_key", LargeBinary),
)

# One case of a run. The keys are sealed to the worker alone, and gone as soon as the case is done.
export_run_cases = Table(
    "export_run_cases",
    metadata,
    Column("run_id", _ID, ForeignKey("export_runs.id"), primary_key=True),
    Column("case_id", _ID, ForeignKey("cases.id"), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("worker_id", _ID),
    Column("sealed_report_identity", LargeBinary),
    Column("sealed_work_identity", LargeBinary),
    Column("ended_at", Integer),
    # The file that was made, sealed to who asked; its bytes lie in the store of files.
    Column("result_id", _ID),
    Column("sealed_outcome", LargeBinary),
)
