"""Whatever happens in an office, in whatever order: who opens a case is exactly who the rules say, by real keys."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.casework.access_world import World
from tests.casework.keyholders import Keyholders
from tests.casework.staff_office import make_staff_office
from tests.conftest import DatabaseUrls
from web.database import open_engine

DEEDS = (
    *("file", "join", "rotate", "wall", "lift", "restrict", "reopen", "grant", "take", "hand_over"),
    *("open_in_emergency", "leave", "change_passphrase", "forget"),
)
STEPS = st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 3), st.integers(0, 7)), min_size=4, max_size=12)


@settings(
    max_examples=12,
    deadline=None,
    database=None,
    # What fails is short enough to read; making it shorter would take minutes.
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_who_opens_a_case_is_who_the_rules_say(
    steps: list[tuple[str, int, int]], migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """After every step of any sequence, real keys open what the rules say: no more, and no less."""
    folder = tmp_path_factory.mktemp("world")
    path = folder / "testimonio.db"
    shutil.copy(migrated_file, path)
    url = f"sqlite:///{path}"
    office = make_staff_office(DatabaseUrls(url, url, url), folder / "office")
    engine = open_engine(office.ceremony.casework)
    try:
        world = World(Keyholders(engine, office), office.ceremony.intake)
        world.check()
        for deed, which, whom in steps:
            getattr(world, deed)(which, whom)
            world.check()
    finally:
        engine.dispose()
        shutil.rmtree(folder)
