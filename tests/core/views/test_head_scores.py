"""Head scores: worked numbers, invariants, labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.views.head_kinds import kind_mask, kind_masks
from core.views.head_names import label_of
from core.views.head_scores import add, chance_scores, head_scores, scores_of, tally
from tests.core.views.heads import IDS, pointing


def test_each_kind_finds_the_head_made_for_it() -> None:
    made = {
        "previous": [0, 0, 1, 2, 3, 4],
        "first": [0, 0, 0, 0, 0, 0],
        "current": [0, 1, 2, 3, 4, 5],
        "duplicate": [0, 0, 0, 0, 1, 2],
        "induction": [0, 0, 0, 1, 2, 3],
    }
    for kind, targets in made.items():
        scores = head_scores(pointing(targets), IDS)
        assert scores[kind][0] == pytest.approx(1.0), kind
        best = {k: float(v[0]) for k, v in scores.items()}
        assert label_of(best, chance_scores(IDS)) == kind


def test_worked_number_of_even_weights() -> None:
    # Three tokens, the third repeats the first. Even weights: the second query gives 1/2 to the
    # token before, the third 1/3; so "previous" is 5/12. Only the third query has an earlier twin.
    even = np.array([[[1, 0, 0], [0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3]]])
    scores = head_scores(even, (4, 5, 4))
    assert scores["previous"][0] == pytest.approx(5 / 12)
    assert scores["duplicate"][0] == pytest.approx(1 / 3)
    chance = chance_scores((4, 5, 4))
    assert {k: float(v[0]) for k, v in scores.items()} == pytest.approx(chance)
    assert label_of({k: float(v[0]) for k, v in scores.items()}, chance) is None


def test_what_a_prompt_cannot_show_is_missing_not_zero() -> None:
    scores = head_scores(np.ones((2, 1, 1)), (3,))
    assert all(np.isnan(v).all() for v in scores.values())
    assert label_of({k: float(v[0]) for k, v in scores.items()}, chance_scores((3,))) is None
    none_repeat = head_scores(pointing([0, 0, 1]), (1, 2, 3))
    assert np.isnan(none_repeat["induction"][0])
    assert none_repeat["previous"][0] == pytest.approx(1.0)


@given(
    ids=st.lists(st.integers(0, 3), min_size=1, max_size=12),
    seed=st.integers(0, 2**16),
)
@settings(max_examples=60, deadline=None)
def test_scores_are_shares_and_masks_never_hold_the_future(ids: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = np.tril(rng.random((2, len(ids), len(ids)))) + 1e-9 * np.eye(len(ids))
    weights /= weights.sum(-1, keepdims=True)
    kinds = rng.integers(0, 4, len(ids)).astype(np.int8)
    for kind, values in head_scores(weights, tuple(ids), kinds).items():
        mask = kind_mask(kind, tuple(ids), kinds)
        assert not np.triu(mask, 1).any()
        assert not mask[0].any()
        finite = values[np.isfinite(values)]
        assert ((finite >= 0) & (finite <= 1 + 1e-9)).all()
        assert np.isfinite(values).all() == bool(mask.any())


def test_texts_add_up_by_their_queries() -> None:
    one = tally(pointing([0, 0, 1]), kind_masks((1, 2, 3)))
    two = tally(pointing([0, 1]), kind_masks((1, 2)))
    total = scores_of(add([one, two]))
    assert total["previous"][0] == pytest.approx(2 / 3)
