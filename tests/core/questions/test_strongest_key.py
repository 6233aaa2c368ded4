"""Where a token looks most."""

from __future__ import annotations

import pytest

from core.questions import Refused, ask
from tests.core.questions.common import KING, MET, answered, plain


@pytest.mark.parametrize("head", ["previous", "induction", "farthest", "costliest"])
def test_the_position_is_transformers_own(storyteller, oracle_of, head: str) -> None:
    found = answered(storyteller, "strongest_key", MET, head=head)
    patterns = plain(oracle_of, storyteller, MET, output_attentions=True).attentions
    row = patterns[found.places["layer"]][0, found.places["head"], -1]
    assert found.right == int(row.argmax())
    assert found.numbers["weight"].value == pytest.approx(float(row.max()), rel=1e-3)
    assert found.numbers["first_weight"].value == pytest.approx(float(row[0]), abs=1e-4)


def test_the_wishes_are_met(storyteller) -> None:
    last = len(storyteller.ids(MET)) - 1
    previous = ask(storyteller, "strongest_key", MET, head="previous")
    assert previous.right == last - 1
    assert previous.traps == {0: "first", last: "itself"}
    induction = ask(storyteller, "strongest_key", MET, head="induction")
    ids = storyteller.ids(MET)
    assert ids[induction.right - 1] == ids[-1], "it looks behind an earlier twin of the last token"


def test_a_word_of_the_prompt_may_look(storyteller) -> None:
    found = ask(storyteller, "strongest_key", MET, head="previous", token="met")
    assert str(found.numbers["looker"]) == "␣met"
    assert found.right == found.places["token"] - 1


@pytest.mark.parametrize(
    ("prompt", "given", "says"),
    [
        ("He", {}, "this question needs"),
        ("The cat sat", {"head": "induction"}, "nothing for such a head"),
        (KING, {"head": "L99.H0"}, "There is no layer 99"),
        (KING, {"token": "Hargrave"}, "does not stand in the prompt"),
        (KING, {"token": 99}, "does not stand in the prompt"),
    ],
)
def test_what_cannot_be_asked_is_refused(tiny, prompt: str, given: dict, says: str) -> None:
    with pytest.raises(Refused, match=says):
        ask(tiny, "strongest_key", prompt, **given)


def test_a_flat_head_is_refused_and_a_clear_one_is_not(tiny) -> None:
    shape = tiny.shape
    names = [f"L{i}.H{h}" for i in range(shape.n_layer) for h in range(shape.n_head)]
    rows = {name: _row(tiny, name) for name in names}
    clear = {name: sorted(row)[-1] >= 1.5 * sorted(row)[-2] for name, row in rows.items()}
    assert set(clear.values()) == {True, False}
    for name, is_clear in clear.items():
        if is_clear:
            assert ask(tiny, "strongest_key", KING, head=name).right == rows[name].argmax()
        else:
            with pytest.raises(Refused, match="too close"):
                ask(tiny, "strongest_key", KING, head=name)


def _row(engine, name: str):
    layer, head = (int(part) for part in name[1:].split(".H"))
    return engine.attention(engine.trace(KING), layer).weights(head, [-1])[0]
