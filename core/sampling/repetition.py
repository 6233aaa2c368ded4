"""How often a text says the same again, and how different several texts are."""

from __future__ import annotations


def repetition(token_ids: tuple[int, ...], n: int = 3) -> float:
    """Share of n-grams that occurred before in the same text: 0 for none, towards 1 for a loop.

    References
    ----------
    Welleck et al. (2020), Neural Text Generation with Unlikelihood Training, seq-rep-n.
    """
    grams = [token_ids[i : i + n] for i in range(len(token_ids) - n + 1)]
    return 1.0 - len(set(grams)) / len(grams) if grams else 0.0


def distinct(texts: list[tuple[int, ...]], n: int = 2) -> float:
    """Share of different n-grams among all n-grams of several texts: 1 if none comes twice.

    References
    ----------
    Li et al. (2016), A Diversity-Promoting Objective Function, distinct-n.
    """
    grams = [t[i : i + n] for t in texts for i in range(len(t) - n + 1)]
    return len(set(grams)) / len(grams) if grams else 0.0
