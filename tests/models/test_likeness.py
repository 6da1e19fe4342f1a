"""Stories that read alike are found in any script, others are not, and bursts are seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.likeness import find_alike, find_bursts, make_sketch

STORIES = {
    "es": "Me pararon por una luz rota y el oficial preguntó de dónde soy. No me dio ninguna razón y revisó mi troca. ",
    "ksw": "ကညီကျိာ် ပၢၤကီၢ်တဖၣ်ပတုာ်ယၤလၢကျဲပူၤဒီးသံကွၢ်ယၤလၢယဟဲလၢကီၢ်တဖၣ်လဲၣ်ယမ့ၢ်ပှၤကညီဖိလီၤ ",
    "zh": "警察在路上拦住了我没有说明任何理由就要求我出示证件然后问我从哪个国家"
    "来的还搜查了我的车我等了很久才被放走旁边的邻居都看见了也拍了视频",
}


@pytest.mark.parametrize("language", STORIES)
def test_copy_with_small_changes_is_alike(language: str) -> None:
    """The same story with another beginning, other spacing and another end is found, whatever its script."""
    story = STORIES[language] * 3
    changed = "Hola. " + story.replace(" ", "\n").upper() + " Gracias."
    other = " ".join(reversed(STORIES["es" if language != "es" else "zh"].split(" "))) * 3
    sketches = {"one": make_sketch(story), "two": make_sketch(changed), "three": make_sketch(other)}
    assert find_alike(sketches) == {"one": ["two"], "two": ["one"]}


def test_short_texts_are_never_alike() -> None:
    """A sentence that many people write is not called a copy."""
    assert make_sketch("Me pararon sin razón.") == ()
    assert find_alike({"one": (), "two": ()}) == {}


def test_flood_of_copies_stays_cheap() -> None:
    """A thousand copies are flagged without comparing each with each."""
    sketch = make_sketch(STORIES["es"] * 3)
    alike = find_alike({f"{number:04}": sketch for number in range(1_000)})
    assert len(alike) == 1_000
    assert sum(len(others) for others in alike.values()) < 1_000 * 50


def test_ten_reports_in_ten_minutes_are_a_burst() -> None:
    """Ten within ten minutes are flagged, nine are not, nor are ten over an hour."""
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    burst = [(noon + timedelta(minutes=number), f"burst-{number}") for number in range(10)]
    slow = [(noon + timedelta(hours=5, minutes=6 * number), f"slow-{number}") for number in range(10)]
    assert find_bursts(burst + slow) == {name for _moment, name in burst}
    assert find_bursts(burst[:9]) == frozenset()
