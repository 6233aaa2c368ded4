"""The line under a figure says what its numbers mean, in words that a beginner has."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from core.model.history import Moment
from core.sampling.settings import SamplingSettings
from core.views.meeting import Meeting
from pages.kit import words as kit
from pages.panels.attention import words as attention
from pages.panels.embeddings import words as embeddings
from pages.panels.layers import words as layers
from pages.panels.sampling import words as sampling


def some(**values: Any) -> Any:
    """A view's numbers without the view."""
    return cast(Any, SimpleNamespace(**values))


def test_a_head_is_spoken_of_before_its_short_name() -> None:
    assert kit.head(1, 3) == "head 3 of layer 1 (L1.H3)"


def test_entropy_says_among_how_many_words() -> None:
    assert kit.unsure(np.log2(52)) == "as unsure as among 52 equal words (5.70 bits)"
    assert kit.unsure(16.0) == "as unsure as among 65,536 equal words (16.00 bits)"
    assert kit.unsure(0.1) == "almost certain (0.10 bits)"


def test_a_change_in_bits_says_what_it_means() -> None:
    found = some(divergence=0.5178, best_before=1, best_after=2)
    said = attention.change(found, 1, alone=False)
    assert said.startswith("1 head off: the prediction moves by 0.52 bits. That is the extra")
    assert said.endswith("Another token is now the most probable one.")
    told = attention.effects(some(bits=np.array([[0.1, 2.31]]), layer=0, head=1, median=0.1))
    assert "needs head 1 of layer 0 (L0.H1) most" in told
    assert "Half of all heads move it by less than 0.100 bits." in told


def test_a_block_says_which_part_adds_more() -> None:
    sizes = {"resid_pre": 3.0, "attn": 1.0, "mlp": 2.0, "resid_post": 4.0}
    assert "so the MLP writes more here" in layers.block(some(layer=2), sizes)
    assert "so attention writes more here" in layers.block(some(layer=2), sizes | {"attn": 2.5})
    assert layers.costliest("mlp", 4, 1.5).startswith("The model misses the MLP of layer 4 most:")


def test_two_sentences_say_why_the_same_word_may_come_closer_at_first() -> None:
    rising = Meeting(np.array([0.5, 0.7, 0.4]), np.array([0.1, 0.4, 0.3]))
    falling = Meeting(np.array([0.5, 0.4, 0.3]), np.array([0.1, 0.4, 0.3]))
    assert "On the way both rise by up to 0.20" in embeddings.meeting(rising, 3, 5, several=False)
    assert "both rise" not in embeddings.meeting(falling, 3, 5, several=False)


def test_several_texts_are_told_apart_by_their_surprise() -> None:
    names = ["Greedy", "Sample, seed 1", "Beam search, 4 beams"]
    assert sampling.likeliest(names, [1.2, 3.0, 1.1]) == (
        "Most probable: Beam search, 4 beams with 1.10 bits of surprise per token; least:"
        " Sample, seed 1 with 3.00 bits."
    )
    assert "Greedy did better here" in sampling.likeliest(names, [1.0, 3.0, 1.1])
    assert "25.0% of all their token pairs" in sampling.variety(SamplingSettings(), 0.25)


def test_when_copying_came_is_told_with_what_was_before() -> None:
    moments = (
        Moment(0, 15_400_000, {"stories": 5.1}, {}, None),
        Moment(1, 15_480_000, {}, {"previous": 0.47, "induction": 0.25}, 2.5),
        Moment(1, 15_800_000, {}, {"previous": 0.6, "induction": 0.6}, 7.0),
        Moment(1, 27_000_000, {"stories": 4.8}, {"previous": 0.7, "induction": 0.85}, 14.43),
    )
    said = attention.learned(moments)
    assert said.startswith("After 27.0 million tokens the clearest induction head gives 85%")
    assert "costs 14.4 bits less" in said
    assert said.endswith("25% after 15.5 million tokens, more than half 0.32 million tokens later.")
    assert "suddenly" not in attention.learned(moments[3:])
