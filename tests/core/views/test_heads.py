"""Head scores: worked numbers, invariants, labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.views import heads

IDS = (7, 8, 9, 7, 8, 9)


def pointing(targets: list[int]) -> np.ndarray:
    """A head of weight one from query i to key targets[i]; shape (1, n, n)."""
    pattern = np.zeros((1, len(targets), len(targets)), dtype=np.float32)
    pattern[0, np.arange(len(targets)), targets] = 1.0
    return pattern


def test_each_kind_finds_the_head_made_for_it() -> None:
    made = {
        "previous": [0, 0, 1, 2, 3, 4],
        "first": [0, 0, 0, 0, 0, 0],
        "current": [0, 1, 2, 3, 4, 5],
        "duplicate": [0, 0, 0, 0, 1, 2],
        "induction": [0, 0, 0, 1, 2, 3],
    }
    for kind, targets in made.items():
        scores = heads.head_scores(pointing(targets), IDS)
        assert scores[kind][0] == pytest.approx(1.0), kind
        best = {k: float(v[0]) for k, v in scores.items()}
        assert heads.label_of(best, heads.chance_scores(IDS)) == kind


def test_worked_number_of_even_weights() -> None:
    # Three tokens, the third repeats the first. Even weights: the second query gives 1/2 to the
    # token before, the third 1/3; so "previous" is 5/12. Only the third query has an earlier twin.
    even = np.array([[[1, 0, 0], [0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3]]])
    scores = heads.head_scores(even, (4, 5, 4))
    assert scores["previous"][0] == pytest.approx(5 / 12)
    assert scores["duplicate"][0] == pytest.approx(1 / 3)
    chance = heads.chance_scores((4, 5, 4))
    assert {k: float(v[0]) for k, v in scores.items()} == pytest.approx(chance)
    assert heads.label_of({k: float(v[0]) for k, v in scores.items()}, chance) is None


def test_what_a_prompt_cannot_show_is_missing_not_zero() -> None:
    scores = heads.head_scores(np.ones((2, 1, 1)), (3,))
    assert all(np.isnan(v).all() for v in scores.values())
    assert (
        heads.label_of({k: float(v[0]) for k, v in scores.items()}, heads.chance_scores((3,)))
        is None
    )
    none_repeat = heads.head_scores(pointing([0, 0, 1]), (1, 2, 3))
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
    for kind, values in heads.head_scores(weights, tuple(ids), kinds).items():
        mask = heads.kind_mask(kind, tuple(ids), kinds)
        assert not np.triu(mask, 1).any()
        assert not mask[0].any()
        finite = values[np.isfinite(values)]
        assert ((finite >= 0) & (finite <= 1 + 1e-9)).all()
        assert np.isfinite(values).all() == bool(mask.any())


def test_texts_add_up_by_their_queries() -> None:
    one = heads.tally(pointing([0, 0, 1]), (1, 2, 3))
    two = heads.tally(pointing([0, 1]), (1, 2))
    total = heads.scores_of(heads.add([one, two]))
    assert total["previous"][0] == pytest.approx(2 / 3)


def test_evidence_is_the_largest_pairs() -> None:
    pattern = pointing([0, 0, 0, 1, 2, 3])[0]
    pattern[4] = [0, 0, 0.25, 0, 0.75, 0]
    found = heads.evidence(pattern, "induction", IDS, top=2)
    assert [(e.query, e.key, e.weight) for e in found] == [(3, 1, 1.0), (5, 3, 1.0)]


def test_hidden_first_token_leaves_rows_of_one_or_zero() -> None:
    pattern = np.array([[1.0, 0, 0], [0.5, 0.5, 0], [1.0, 0, 0]])
    rest = heads.without_first(pattern)
    assert rest.tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert pattern[0, 0] == 1.0


def test_kinds_of_tokens() -> None:
    pieces = ["Once", " upon", " 1", "9", ",", "\n", "<F0 9F>", " The", "日"]
    assert heads.token_kinds(pieces).tolist() == [1, 0, 2, 2, 3, 4, 5, 1, 0]


def test_unknown_kind_is_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="unknown"):
        heads.kind_mask("nonsense", IDS)


def test_all_heads_at_once_get_the_name_that_each_gets_alone() -> None:
    rng = np.random.default_rng(3)
    ids = (7, 8, 9, 7, 8, 9, 1, 2)
    n = len(ids)
    layers = []
    for _layer in range(4):
        weights = np.tril(rng.random((30, n, n)) ** rng.integers(1, 60, (30, 1, 1)))
        layers.append(weights / weights.sum(-1, keepdims=True))
    layers[0][:5] = pointing([0, 0, 1, 2, 3, 4, 5, 6])
    layers[0][5:9] = pointing([0] * n)
    for some in (ids, ids[:1]):
        made = [heads.tally(p[:, : len(some), : len(some)], some) for p in layers]
        found = heads.heads_of(made)
        alone = [
            [heads.label_of(found.of(layer, head), found.chance) or "" for head in range(30)]
            for layer in range(4)
        ]
        assert found.labels.tolist() == alone
        assert len(set(found.labels.ravel())) > 2 or len(some) == 1
