"""The page of counts: how many, and nothing that could be a person."""

from __future__ import annotations

import pytest

from casework.patterns import AT_LEAST, UNDER, write_lines
from casework.permissions import Role
from tests.casework.conftest import SignInAs
from tests.casework.filing import Filing


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ([7, 9], ["7", "9"]),
        ([0, 4, 5], [UNDER, UNDER, "5"]),
        ([3, 12, 7], [UNDER, "12", AT_LEAST]),
        ([3], [UNDER]),
        ([], []),
    ],
)
def test_small_numbers_are_not_written_out(numbers: list[int], shown: list[str]) -> None:
    """Under five is only said so, and a single one of them cannot be computed from the other lines."""
    lines = write_lines([(str(number), number) for number in numbers], hides_small=True)
    assert [line.number for line in lines] == shown
    exact = write_lines([(str(number), number) for number in numbers], hides_small=False)
    assert [line.number for line in exact] == [str(number) for number in numbers]


def test_counts_by_role(sign_in_as: SignInAs, filing: Filing) -> None:
    """Legal staff see exact counts, an analyst sees no small one, and neither sees anything of a case."""
    filed = [filing.file() for _case in range(3)]
    page = sign_in_as(Role.INTAKE).get("/patterns")
    assert "Undecided 3" in page.words
    analyst = sign_in_as(Role.ANALYST)
    page = analyst.get("/")
    assert page.path == "/patterns"
    assert "Undecided under 5" in page.words
    assert " 3 " not in page.words
    assert not any(case.reference in page.text for case in filed)
    for path in ("/cases", f"/cases/{filed[0].reference}", "/staff", "/ledger"):
        assert analyst.get(path, check=False).status == 403
