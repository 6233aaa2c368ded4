"""The embedded model keeps what its card promises; bounds, not the card's exact figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.model.catalogue import STORYTELLER
from training import evaluate
from training.windows import window_losses


def test_it_copies_a_random_sequence(storyteller) -> None:
    found = evaluate.repetition(storyteller, n_sequences=6)
    assert found["first"] - found["second"] >= 4.0


def test_its_heads_can_be_seen(storyteller) -> None:
    scores = evaluate.heads(storyteller, n_sequences=3)
    assert scores["previous"].max() > 0.5
    assert scores["induction"].max() > 0.5


def test_a_head_rests_on_the_first_token(storyteller) -> None:
    trace = storyteller.trace("Once upon a time there was a king who had a beautiful daughter.")
    resting = max(
        float(storyteller.attention(trace, layer).pattern[:, 2:, 0].mean(axis=1).max())
        for layer in range(storyteller.shape.n_layer)
    )
    assert resting > 0.4  # 0.5 for the first edition, two of whose heads were told where to rest


@pytest.mark.parametrize(
    ("word", "near"),
    [("king", "queen"), ("red", "blue"), ("three", "four"), ("mother", "father")],
)
def test_neighbours_make_sense(storyteller, word: str, near: str) -> None:
    found = evaluate.neighbours(storyteller, (word,), top=10)[word]
    assert near in [w.lower() for w in found]


def test_a_story_is_less_surprising_than_nonsense(storyteller) -> None:
    """A sentence of our own; the card's losses are over whole books."""
    story = storyteller.ids("The old man went into the house and sat down by the fire.")
    mixed = tuple(sorted(story))
    losses = [
        window_losses(storyteller, _array(ids), len(ids) - 1, len(ids))[0].mean()
        for ids in (story, mixed)
    ]
    assert losses[0] < 5.0
    assert losses[0] < losses[1] - 1.5


def _array(ids: tuple[int, ...]):
    import numpy as np

    return np.array([*ids, 0])


def test_the_card_tells_the_figures() -> None:
    folder = Path(STORYTELLER)
    figures = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    card = (folder / "README.md").read_text(encoding="utf-8")
    # The goals on a processor, on whole books in full windows.
    for source, goal in (("stories", 3.42), ("novels", 4.68), ("glosses", 4.3)):
        assert figures[source]["nats"] <= goal
    assert f"{figures['stories']['nats']:.3f}" in card
    assert sum(f.stat().st_size for f in folder.iterdir()) <= 45_000_000
