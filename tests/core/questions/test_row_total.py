"""A row adds up to a hundred per cent."""

from __future__ import annotations

import pytest

from core.questions import Refused, ask
from tests.core.questions.common import KING, MET, answered, plain


def test_a_row_of_transformers_adds_up_too(storyteller, oracle_of) -> None:
    found = answered(storyteller, "row_total", MET, head="previous")
    patterns = plain(oracle_of, storyteller, MET, output_attentions=True).attentions
    row = patterns[found.places["layer"]][0, found.places["head"], -1]
    assert found.numbers["total"].value == pytest.approx(float(row.sum()), rel=1e-4)
    assert found.numbers["largest"].value == pytest.approx(float(row.max()), rel=1e-3)
    assert found.right == 100


@pytest.mark.parametrize("head", ["L0.H0", "L2.H3"])
@pytest.mark.parametrize("token", [2, 7, -1])
def test_in_every_head_and_for_every_token(tiny, head: str, token: int) -> None:
    found = ask(tiny, "row_total", KING, head=head, token=token)
    assert found.right == 100
    assert str(found.numbers["total"]) == "100%"


def test_worked_number(storyteller) -> None:
    found = ask(storyteller, "row_total", MET, token="met")
    assert found.numbers["n_keys"].value == 6
    assert found.traps == {6: "tokens"}


def test_a_token_without_a_choice_is_refused(tiny) -> None:
    with pytest.raises(Refused, match="hardly a choice"):
        ask(tiny, "row_total", KING, token=1)
