"""What a head is called: the kind of looking that it does far more of than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.views.head_scores import Tally, chance_of, scores_of

#: A head is named after a kind when it goes this share of the way from chance to everything.
NAMED_FROM = 0.35

#: Kinds that name a head only if no other does.
_RESTING = ("first", "local")


def lift(score: float | np.ndarray, chance: float) -> float | np.ndarray:
    """How far a score goes from chance (0) to all the weight (1); negative below chance.

    Where chance is already everything (NaN or 1) there is nothing to measure: NaN.
    """
    room = 1.0 - chance
    return (score - chance) / room if room > 1e-9 else np.asarray(score) * np.nan


def label_of(scores: dict[str, float], chance: dict[str, float]) -> str | None:
    """The kind that a head is named after, or None for a head that mixes.

    Parameters
    ----------
    scores : kind -> this head's score
    chance : kind -> as `chance_scores` gives

    Notes
    -----
    Resting on the first token is named only if nothing else is: a head may wait
    there and still have work to do for the few tokens that need it.
    """
    above = {k: float(lift(v, chance[k])) for k, v in scores.items()}
    above = {k: v for k, v in above.items() if v >= NAMED_FROM}
    working = {k: v for k, v in above.items() if k not in _RESTING}
    if working:
        return max(working, key=lambda k: working[k])
    return max(above, key=lambda k: above[k]) if above else None


def strongest_kind(scores: dict[str, float], chance: dict[str, float]) -> str:
    """The kind furthest above chance, whether or not it is enough for a name."""
    above = {k: float(lift(v, chance[k])) for k, v in scores.items()}
    return max(above, key=lambda k: -np.inf if np.isnan(above[k]) else above[k])


@dataclass(frozen=True, eq=False)
class Heads:
    """Scores and labels of every head of a model.

    Attributes
    ----------
    scores : kind -> shape (n_layer, n_head), NaN where the text cannot show it
    chance : kind -> what even weights would score
    labels : shape (n_layer, n_head) of str; a kind, or "" for a head that mixes
    """

    scores: dict[str, np.ndarray]
    chance: dict[str, float]
    labels: np.ndarray

    def of(self, layer: int, head: int) -> dict[str, float]:
        """The scores of one head."""
        return {kind: float(values[layer, head]) for kind, values in self.scores.items()}

    def ranking(self, kind: str) -> list[tuple[int, int]]:
        """All heads as (layer, head), the highest score first; NaN counts as zero."""
        values = np.nan_to_num(self.scores[kind])
        order = np.argsort(-values, axis=None, kind="stable")
        return [(int(i // values.shape[1]), int(i % values.shape[1])) for i in order]


def heads_of(tallies: Sequence[Tally]) -> Heads:
    """Scores and labels from one tally per layer."""
    per_layer = [scores_of(t) for t in tallies]
    chance = chance_of(tallies[0])
    scores = {kind: np.stack([s[kind] for s in per_layer]) for kind in chance}
    return Heads(scores, chance, _labels(scores, chance))


def _labels(scores: dict[str, np.ndarray], chance: dict[str, float]) -> np.ndarray:
    """`label_of` of all heads at once; "" for those that mix."""
    names = np.array([*chance, ""])
    above = np.stack([np.asarray(lift(scores[kind], chance[kind])) for kind in chance])
    above = np.where(above >= NAMED_FROM, above, -np.inf)  # NaN is not above either
    working = np.where(np.isin([*chance], _RESTING)[:, None, None], -np.inf, above)
    first = np.where(np.isfinite(working).any(axis=0), working.argmax(axis=0), above.argmax(axis=0))
    return names[np.where(np.isfinite(above).any(axis=0), first, len(chance))]
