"""What an attention head is for: scores that a learner can check by eye.

Pure NumPy, patterns in, numbers out; nothing here knows of a model. Shapes:
a pattern is (n_head, query, key), rows sum to one, the future is zero.

Each score is the share of attention that goes to one kind of key, averaged over
the queries for which that kind of key exists. Beside it stands what a head that
spreads its weight evenly would score (`chance_scores`): 0.4 on "local" says
nothing in a text of nine tokens and much in a text of nine hundred.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.views.head_kinds import kind_masks

#: Tokens of a text whose heads and kinds of looking are one product.
SHORT = 128


@dataclass(frozen=True, eq=False)
class Tally:
    """Sums over queries, so that several texts can be added up.

    Attributes
    ----------
    weight : kind -> shape (n_head,), attention summed over the queries that count
    even : kind -> the same sum for a head that spreads its weight evenly
    queries : kind -> how many queries count
    """

    weight: dict[str, np.ndarray]
    even: dict[str, float]
    queries: dict[str, int]


def tally(pattern: np.ndarray, masks: dict[str, np.ndarray]) -> Tally:
    """Add up, per head, the attention that goes to each kind of key.

    Parameters
    ----------
    pattern : shape (n_head, query, key)
    masks : as `kind_masks` gives for the text
    """
    weights = _weights(pattern, list(masks.values()))
    return Tally(dict(zip(masks, weights, strict=True)), *counts_of(masks))


def counts_of(masks: dict[str, np.ndarray]) -> tuple[dict[str, float], dict[str, int]]:
    """`even` and `queries` of a `Tally`: they depend on the text alone."""
    per_query = np.stack([mask.sum(axis=1) for mask in masks.values()])
    keys = np.arange(1, per_query.shape[1] + 1)
    even, queries = (per_query / keys).sum(axis=1), (per_query > 0).sum(axis=1)
    return (
        dict(zip(masks, even.tolist(), strict=True)),
        dict(zip(masks, queries.tolist(), strict=True)),
    )


def _weights(pattern: np.ndarray, masks: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
    """Attention summed over each mask, in float64; for each mask shape (n_head,)."""
    if pattern.shape[-1] > SHORT:
        # Boolean picking instead of a product: at 1,024 tokens a product is 4 MB per head.
        sums = [[head[mask].sum(dtype=np.float64) for head in pattern] for mask in masks]
        return [np.array(of_heads) for of_heads in sums]
    flat = np.stack(masks).reshape(len(masks), -1)
    return flat.astype(np.float64) @ pattern.reshape(len(pattern), -1).astype(np.float64).T


def add(tallies: Sequence[Tally]) -> Tally:
    """Several texts as one."""
    names = list(tallies[0].weight)
    return Tally(
        {k: sum((t.weight[k] for t in tallies), np.zeros(())) for k in names},
        {k: sum(t.even[k] for t in tallies) for k in names},
        {k: sum(t.queries[k] for t in tallies) for k in names},
    )


def add_texts(texts: Sequence[tuple[Tally, ...]]) -> list[Tally]:
    """Several texts as one; for each text one tally per layer, in and out."""
    return [add(layer) for layer in zip(*texts, strict=True)]


def side_by_side(tallies: Sequence[Tally]) -> Tally:
    """Tallies of different heads on the same text as one; the first one's heads first."""
    return Tally(
        {k: np.concatenate([t.weight[k] for t in tallies]) for k in tallies[0].weight},
        tallies[0].even,
        tallies[0].queries,
    )


def scores_of(total: Tally) -> dict[str, np.ndarray]:
    """Average share of attention per kind; shape (n_head,), NaN where no query counts."""
    return {
        kind: weight / total.queries[kind] if total.queries[kind] else np.full(weight.shape, np.nan)
        for kind, weight in total.weight.items()
    }


def chance_of(total: Tally) -> dict[str, float]:
    """What a head with even weights would score; NaN where no query counts."""
    return {
        kind: total.even[kind] / total.queries[kind] if total.queries[kind] else float("nan")
        for kind in total.weight
    }


def head_scores(
    pattern: np.ndarray, token_ids: tuple[int, ...], kinds: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """How much each head does of each kind of looking.

    Parameters
    ----------
    pattern : shape (n_head, query, key)
    token_ids : length n_ctx
    kinds : as `token_kinds` gives; without it "same_kind" is left out

    Returns
    -------
    dict
        kind -> shape (n_head,), in [0, 1]; NaN where the text cannot show it (no
        repeated token, or a single token).
    """
    return scores_of(tally(pattern, kind_masks(token_ids, kinds)))


def chance_scores(token_ids: tuple[int, ...], kinds: np.ndarray | None = None) -> dict[str, float]:
    """What a head that spreads its weight evenly over the past would score."""
    n = len(token_ids)
    return chance_of(tally(np.zeros((1, n, n), dtype=np.float32), kind_masks(token_ids, kinds)))


def best_text(
    texts: Sequence[tuple[Tally, ...]], kind: str, layer: int, head: int
) -> tuple[int, float] | None:
    """The text of a set on which a head does most of a kind of looking.

    Parameters
    ----------
    texts : for each text, one tally per layer

    Returns
    -------
    (index of the text, score), or None if no text can show the kind
    """
    scores = np.array([scores_of(layers[layer])[kind][head] for layers in texts])
    if np.isnan(scores).all():
        return None
    best = int(np.nanargmax(scores))
    return best, float(scores[best])
