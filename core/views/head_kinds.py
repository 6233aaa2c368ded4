"""The kinds of looking that a learner can check by eye: which (query, key) pairs each is.

Pure NumPy, token ids in, masks out; nothing here knows of a model.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

#: The kinds of head, the most telling first: a head that looks at the token before it
#: also looks "local", so the narrower name wins when two are close.
KINDS = ("previous", "induction", "duplicate", "current", "first", "same_kind", "local")

#: "local" means at most this many tokens back, the token itself left out.
LOCAL_REACH = 4


def token_kinds(pieces: tuple[str, ...] | list[str]) -> np.ndarray:
    """The outward kind of each token.

    Returns
    -------
    shape (n_ctx,), int8
        0 the start of a lower-case word or a piece inside a word, 1 capitalised,
        2 digits, 3 punctuation, 4 white space, 5 anything else (bytes, emoji).
    """
    return np.array([_kind_of(piece.strip()) for piece in pieces], dtype=np.int8)


def _kind_of(text: str) -> int:
    if not text:
        return 4
    if text[0].isalpha():
        return 1 if text[0].isupper() else 0
    if text.isdigit():
        return 2
    return 3 if text.isascii() and not any(c.isalnum() for c in text) else 5


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
    query, key = np.indices((len(ids), len(ids)), dtype=np.int32, sparse=True)
    back = query - key
    masks: dict[str, Callable[[], np.ndarray]] = {
        "previous": lambda: back == 1,
        "current": lambda: back == 0,
        "first": lambda: (key == 0) & (back > 0),
        "duplicate": lambda: (ids[:, None] == ids) & (back > 0),
        "induction": lambda: _after_twin(ids) & (back > 0),
        "local": lambda: (back >= 1) & (back <= LOCAL_REACH),
        "same_kind": lambda: _same_kind(ids, kinds) & (back > 0),
    }
    if kind not in masks:
        raise ValueError(f"unknown kind of head {kind!r}")
    mask = masks[kind]()
    mask[:1] = False
    return mask


def _after_twin(ids: np.ndarray) -> np.ndarray:
    """Whether the key stands right after a token like the query; (query, key)."""
    mask = np.zeros((len(ids), len(ids)), dtype=bool)
    # Key j stands after an occurrence at j - 1; j = query would be the token itself.
    mask[:, 1:] = ids[:, None] == ids[:-1]
    return mask


def _same_kind(ids: np.ndarray, kinds: np.ndarray | None) -> np.ndarray:
    """Whether the key is another token of the query's kind; (query, key)."""
    if kinds is None:
        raise ValueError("same_kind needs the tokens' kinds")
    return (kinds[:, None] == kinds) & (kinds[:, None] != 0) & (ids[:, None] != ids)


def kind_masks(
    token_ids: tuple[int, ...], kinds: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """`kind_mask` of every kind; without the tokens' kinds "same_kind" is left out."""
    return {
        kind: kind_mask(kind, token_ids, kinds)
        for kind in KINDS
        if kind != "same_kind" or kinds is not None
    }
