"""What heads are called."""

from __future__ import annotations

import numpy as np

from core.views.head_kinds import kind_masks
from core.views.head_names import heads_of, label_of
from core.views.head_scores import tally
from tests.core.views.heads import pointing


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
        made = [tally(p[:, : len(some), : len(some)], kind_masks(some)) for p in layers]
        found = heads_of(made)
        alone = [
            [label_of(found.of(layer, head), found.chance) or "" for head in range(30)]
            for layer in range(4)
        ]
        assert found.labels.tolist() == alone
        assert len(set(found.labels.ravel())) > 2 or len(some) == 1
