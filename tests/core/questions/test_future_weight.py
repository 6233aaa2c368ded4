"""Nobody sees the future."""

from __future__ import annotations

import numpy as np
import pytest

from core.questions import Refused, ask
from tests.core.questions.common import KING, MET, answered, plain


@pytest.mark.parametrize(("which", "head"), [("storyteller", "previous"), ("tiny", "L2.H3")])
def test_all_weights_ahead_are_nothing(request, oracle_of, which: str, head: str) -> None:
    engine = request.getfixturevalue(which)
    found = answered(engine, "future_weight", MET, head=head, early="met", late="Hargrave")
    assert found.right == "no"
    n = found.numbers["n_zero"].value
    patterns = plain(oracle_of, engine, MET, output_attentions=True).attentions
    ahead = patterns[found.places["layer"]][0, found.places["head"]].triu(1).numpy()
    assert not ahead.any()
    assert n == len(ahead) * (len(ahead) - 1) // 2 == np.triu(np.ones_like(ahead), 1).sum()


def test_worked_number(storyteller) -> None:
    found = ask(storyteller, "future_weight", MET, early="met", late="Hargrave")
    told = {name: str(found.numbers[name]) for name in ("early", "late", "weight", "n_zero")}
    assert told == {"early": "␣met", "late": "␣H", "weight": "0%", "n_zero": "210"}
    assert (found.places["token"], found.places["key"]) == (5, 8)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"early": "king", "late": "Once"}, "does not stand before"),
        ({"early": 3, "late": 3}, "does not stand before"),
        ({"early": "cow"}, "does not stand in the prompt"),
    ],
)
def test_what_is_no_future_is_refused(storyteller, given: dict, says: str) -> None:
    with pytest.raises(Refused, match=says):
        ask(storyteller, "future_weight", KING, **given)
