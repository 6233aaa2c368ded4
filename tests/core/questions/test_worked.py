"""What the embedded model answers today is what was written down."""

from __future__ import annotations

import pytest

from core.questions import CHECKS
from tests.core.questions.worked import CASES, recorded, said, same

THEN = recorded()


@pytest.mark.parametrize("name", CASES)
def test_its_answer_is_the_recorded_one(storyteller, name: str) -> None:
    now = said(storyteller, name)
    assert same(now, THEN[name]), (now, THEN[name])


def test_the_record_has_the_cases_and_all_that_a_check_promises() -> None:
    assert THEN.keys() == CASES.keys()
    for name, then in THEN.items():
        assert then["numbers"].keys() == set(CHECKS[name].numbers)
        assert then["places"].keys() == set(CHECKS[name].places)


def test_another_number_is_another_answer() -> None:
    then = THEN["rank_of"]
    assert same(then, then)
    assert same({**then, "right": str(int(then["right"]) + 1)}, then)
    assert not same({**then, "right": str(int(then["right"]) + 3)}, then)
    assert not same({**then, "numbers": {**then["numbers"], "token": "Rome"}}, then)
