"""What an attention head is for: scores that a learner can check by eye.

Pure NumPy, patterns in, numbers out; nothing here knows of a model. Shapes:
a pattern is (n_head, query, key), rows sum to one, the future is zero.

Each score is the share of attention that goes to one kind of key, averaged over
the queries for which that kind of key exists. Beside it stands what a head that
spreads its weight evenly would score (`chance_scores`): 0.4 on "local" says
nothing in a text of nine tokens and much in a text of nine hundred.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: The kinds of head, the most telling first: a head that looks at the token before it
#: also looks "local", so the narrower name wins when two are close.
KINDS = ("previous", "induction", "duplicate", "current", "first", "same_kind", "local")

#: "local" means at most this many tokens back, the token itself left out.
LOCAL_REACH = 4

#: A head is named after a kind when it goes this share of the way from chance to everything.
NAMED_FROM = 0.35

#: Kinds that name a head only if no other does.
_RESTING = ("first", "local")

#: From this average weight on the first token a head counts as resting there.
SINK_FROM = 0.5


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


def token_kinds(pieces: tuple[str, ...] | list[str]) -> np.ndarray:
    """The outward kind of each token.

    Returns
    -------
    shape (n_ctx,), int8
        0 the start of a lower-case word or a piece inside a word, 1 capitalised,
        2 digits, 3 punctuation, 4 white space, 5 anything else (bytes, emoji).
    """
    kinds = np.full(len(pieces), 5, dtype=np.int8)
    for i, piece in enumerate(pieces):
        text = piece.strip()
        if not text:
            kinds[i] = 4
        elif text[0].isalpha():
            kinds[i] = 1 if text[0].isupper() else 0
        elif text.isdigit():
            kinds[i] = 2
        elif text.isascii() and not any(c.isalnum() for c in text):
            kinds[i] = 3
    return kinds


def kind_mask(kind: str, token_ids: tuple[int, ...], kinds: np.ndarray | None = None) -> np.ndarray:
    """Which (query, key) pairs a kind of head looks at.

    Parameters
    ----------
    kind : one of `KINDS`
    token_ids : length n_ctx
    kinds : as `token_kinds` gives; needed for "same_kind" only

    Returns
    -------
    shape (query, key), bool
        Never the future. The first query is left out everywhere: it has one key,
        so its weight says nothing.

        previous : key = query - 1
        current : key = query
        first : key = 0
        duplicate : an earlier occurrence of the query's own token
        induction : the token after an earlier occurrence of the query's own token
        local : one to `LOCAL_REACH` tokens back
        same_kind : an earlier, different token of the query's kind; plain words are
            left out as queries, since most tokens are plain words

    Raises
    ------
    ValueError
        If there is no such kind, or `kinds` is missing.

    References
    ----------
    Olsson et al. (2022), In-context Learning and Induction Heads (prefix matching);
    Wang et al. (2022), Interpretability in the Wild (duplicate token heads);
    Voita et al. (2019), Analyzing Multi-Head Self-Attention (positional heads).
    """
    ids = np.asarray(token_ids)
    n = len(ids)
    query, key = np.indices((n, n), dtype=np.int32, sparse=True)
    back = query - key
    if kind == "previous":
        mask = back == 1
    elif kind == "current":
        mask = back == 0
    elif kind == "first":
        mask = (key == 0) & (back > 0)
    elif kind == "local":
        mask = (back >= 1) & (back <= LOCAL_REACH)
    elif kind == "duplicate":
        mask = (ids[:, None] == ids[None, :]) & (back > 0)
    elif kind == "induction":
        mask = np.zeros((n, n), dtype=bool)
        # Key j stands after an earlier occurrence at j - 1; j = query would be the token itself.
        mask[:, 1:] = ids[:, None] == ids[None, :-1]
        mask &= back > 0
    elif kind == "same_kind":
        if kinds is None:
            raise ValueError("same_kind needs the tokens' kinds")
        mask = (kinds[:, None] == kinds[None, :]) & (kinds[:, None] != 0) & (back > 0)
        mask &= ids[:, None] != ids[None, :]
    else:
        raise ValueError(f"unknown kind of head {kind!r}")
    mask[:1] = False
    return mask


def kind_masks(
    token_ids: tuple[int, ...], kinds: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """`kind_mask` of every kind; without the tokens' kinds "same_kind" is left out."""
    return {
        kind: kind_mask(kind, token_ids, kinds)
        for kind in KINDS
        if kind != "same_kind" or kinds is not None
    }


def tally(
    pattern: np.ndarray,
    token_ids: tuple[int, ...],
    kinds: np.ndarray | None = None,
    masks: dict[str, np.ndarray] | None = None,
) -> Tally:
    """Add up, per head, the attention that goes to each kind of key.

    Parameters
    ----------
    pattern : shape (n_head, query, key)
    token_ids : length n_ctx
    kinds : as `token_kinds` gives; without it "same_kind" is left out
    masks : as `kind_masks` gives for these, where they are at hand
    """
    weight: dict[str, np.ndarray] = {}
    even: dict[str, float] = {}
    queries: dict[str, int] = {}
    keys = np.arange(1, len(token_ids) + 1)
    for kind, mask in (kind_masks(token_ids, kinds) if masks is None else masks).items():
        per_query = mask.sum(axis=1)
        rows = per_query > 0
        # Boolean picking instead of a product: at 1,024 tokens a product is 4 MB per head.
        weight[kind] = np.array([head[mask].sum(dtype=np.float64) for head in pattern])
        even[kind] = float((per_query[rows] / keys[rows]).sum())
        queries[kind] = int(rows.sum())
    return Tally(weight, even, queries)


def add(tallies: list[Tally] | tuple[Tally, ...]) -> Tally:
    """Several texts as one."""
    names = list(tallies[0].weight)
    return Tally(
        {k: sum((t.weight[k] for t in tallies), np.zeros(())) for k in names},
        {k: sum(t.even[k] for t in tallies) for k in names},
        {k: sum(t.queries[k] for t in tallies) for k in names},
    )


def side_by_side(tallies: list[Tally]) -> Tally:
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
    return scores_of(tally(pattern, token_ids, kinds))


def chance_scores(token_ids: tuple[int, ...], kinds: np.ndarray | None = None) -> dict[str, float]:
    """What a head that spreads its weight evenly over the past would score."""
    n = len(token_ids)
    return chance_of(tally(np.zeros((1, n, n), dtype=np.float32), token_ids, kinds))


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


def heads_of(tallies: list[Tally] | tuple[Tally, ...]) -> Heads:
    """Scores and labels from one tally per layer."""
    per_layer = [scores_of(t) for t in tallies]
    chance = chance_of(tallies[0])
    scores = {kind: np.stack([s[kind] for s in per_layer]) for kind in chance}
    names = np.array([*chance, ""])
    above = np.stack([np.asarray(lift(scores[kind], chance[kind])) for kind in chance])
    above = np.where(above >= NAMED_FROM, above, -np.inf)  # NaN is not above either
    working = np.where(np.isin([*chance], _RESTING)[:, None, None], -np.inf, above)
    first = np.where(np.isfinite(working).any(axis=0), working.argmax(axis=0), above.argmax(axis=0))
    labels = names[np.where(np.isfinite(above).any(axis=0), first, len(chance))]
    return Heads(scores, chance, labels)


def best_text(
    tallies: list[tuple[Tally, ...]], kind: str, layer: int, head: int
) -> tuple[int, float] | None:
    """The text of a set on which a head does most of a kind of looking.

    Parameters
    ----------
    tallies : for each text, one tally per layer

    Returns
    -------
    (index of the text, score), or None if no text can show the kind
    """
    scores = [
        float(t[layer].weight[kind][head]) / t[layer].queries[kind]
        if t[layer].queries[kind]
        else -1
        for t in tallies
    ]
    best = int(np.argmax(scores))
    return (best, scores[best]) if scores[best] >= 0 else None


@dataclass(frozen=True)
class Evidence:
    """One pair of tokens that made a score.

    Attributes
    ----------
    query, key : positions
    weight : attention from the query to the key
    """

    query: int
    key: int
    weight: float


def evidence(
    pattern: np.ndarray,
    kind: str,
    token_ids: tuple[int, ...],
    kinds: np.ndarray | None = None,
    top: int = 5,
) -> tuple[Evidence, ...]:
    """The pairs that made a head's score, the largest weights first.

    Parameters
    ----------
    pattern : shape (query, key), one head
    """
    queries, keys = np.nonzero(kind_mask(kind, token_ids, kinds))
    weights = pattern[queries, keys]
    best = np.argsort(-weights, kind="stable")[:top]
    return tuple(Evidence(int(queries[i]), int(keys[i]), float(weights[i])) for i in best)


def without_first(pattern: np.ndarray) -> np.ndarray:
    """The pattern with the first key hidden and each row scaled to sum to one again.

    Parameters
    ----------
    pattern : shape (..., query, key)

    Returns
    -------
    the same shape
        Column 0 is zero. The first query has no other key: its row is zero. A row
        that has less than 1e-6 left is zero too rather than noise blown up.
    """
    rest = pattern.copy()
    rest[..., 0] = 0.0
    total = rest.sum(axis=-1, keepdims=True)
    return np.divide(rest, total, out=np.zeros_like(rest), where=total > 1e-6)


def brightest(pattern: np.ndarray) -> float:
    """The weight that should have the darkest colour; larger ones share it.

    The first queries have few keys, so their weights are large whatever the head
    does; they would wash out the rest, and do not count here.
    """
    late = pattern[max(1, len(pattern) // 4) :]
    return float(late.max()) if late.size else 1.0


def heaviest(values: np.ndarray, top: int) -> list[tuple[int, float]]:
    """Index and value of the largest entries, by absolute value, zeros left out."""
    order = np.argsort(-np.abs(values), kind="stable")[:top]
    return [(int(i), float(values[i])) for i in order if values[i] != 0]


def add_texts(texts: list[tuple[Tally, ...]]) -> list[Tally]:
    """Several texts as one; for each text one tally per layer, in and out."""
    return [add(list(layer)) for layer in zip(*texts, strict=True)]


def strongest_kind(scores: dict[str, float], chance: dict[str, float]) -> str:
    """The kind furthest above chance, whether or not it is enough for a name."""
    above = {k: float(lift(v, chance[k])) for k, v in scores.items()}
    return max(above, key=lambda k: -np.inf if np.isnan(above[k]) else above[k])


def clearest(heads: Heads, kind: str) -> tuple[int, int]:
    """The (layer, head) that does most of a kind of looking."""
    return heads.ranking(kind)[0]
