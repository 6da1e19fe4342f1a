"""What the documents promise to list, they list."""

from __future__ import annotations

import re
from dataclasses import fields

from models.tables import metadata
from tests.architecture.house import ROOT
from web.config import CaseworkConfig, IntakeConfig

DEPLOYMENT = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")


def test_every_setting_is_documented_and_no_other() -> None:
    """docs/deployment.md names each setting, the sites that read it, and none that nobody reads."""
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (\w+) \|", DEPLOYMENT, re.MULTILINE))
    intake = {field.metadata["name"] for field in fields(IntakeConfig)}
    casework = {field.metadata["name"] for field in fields(CaseworkConfig)}
    expected = dict.fromkeys(intake & casework, "both")
    expected |= dict.fromkeys(intake - casework, "intake") | dict.fromkeys(casework - intake, "casework")
    assert rows == expected


def test_backups_leave_out_tables_that_exist() -> None:
    """The tables that a backup leaves out are called in the document what they are called in the database."""
    (line,) = (line for line in DEPLOYMENT.splitlines() if line.startswith("- **Backups**"))
    named = set(re.findall(r"`(\w+)`", line))
    assert named == {"boxes", "drafts", "sessions"}
    assert named <= set(metadata.tables)
