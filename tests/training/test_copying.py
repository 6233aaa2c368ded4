"""The heads' scores during a run are those that the evaluation prints."""

from __future__ import annotations

import pytest

from training import evaluate
from training.copying import KINDS, copying, frequent_words


def test_the_log_and_the_evaluation_agree(storyteller) -> None:
    words = frequent_words(storyteller.tokenizer)
    logged = storyteller.call(lambda loaded, _: copying(loaded.model, words), 0)
    scores = evaluate.heads(storyteller)
    best = evaluate.clearest(scores)
    for kind in KINDS:
        assert logged[kind] == pytest.approx(best[kind][0], abs=2e-3)
        assert logged[f"{kind}_head"] == best[kind][1]
    found = evaluate.repetition(storyteller)
    assert logged["saved"] == pytest.approx(found["first"] - found["second"], abs=5e-3)
