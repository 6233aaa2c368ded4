"""What a token is before the model thinks, and what the layers make of it.

The two matrices of the first step (`wte`, one row per token; `wpe`, one row per
position): look-ups, neighbours, analogies, maps, positions. The matrices stay
where the model keeps them, also when that is a GPU or a file on disk; a view
takes out the rows or the numbers that it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

import numpy as np
import torch
from accelerate.utils import align_module_device
from sklearn.decomposition import PCA

from core.errors import LearnerError, OutOfRange
from core.language import _
from core.tokens.tokenizer import Token, clean, encode, piece
from core.tokens.vocabulary import vocabulary
from core.views.trace import Trace, frozen

if TYPE_CHECKING:
    from transformers import GPT2TokenizerFast

    from core.model.load import LoadedModel

By = Literal["cosine", "dot"]

#: Everyday words for the map, by kind; each is one token with a space before it.
WORD_SETS: dict[str, tuple[str, ...]] = {
    "people": (
        *("king", "queen", "prince", "princess", "man", "woman"),
        *("boy", "girl", "father", "mother"),
    ),
    "animals": ("dog", "cat", "horse", "cow", "sheep", "bird", "fish", "mouse", "lion", "bear"),
    "numbers": ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    "colours": ("red", "green", "blue", "yellow", "white", "black", "brown", "grey", "pink"),
    "actions": ("walk", "run", "jump", "swim", "eat", "drink", "sleep", "speak", "sing", "write"),
}

#: Rows of `wte` that are taken at a time: they stay in the processor's cache while they are turned
#: into float32 and multiplied with several vectors.
_CHUNK = 2048


def _readonly(array: np.ndarray, dtype: type = np.float32) -> np.ndarray:
    array = np.ascontiguousarray(array, dtype=dtype)
    if not array.flags.owndata:
        array = array.copy()
    array.flags.writeable = False
    return array


@contextmanager
def _weight(module: torch.nn.Module) -> Iterator[torch.Tensor]:
    """A module's weight where it can be computed with; offloaded weights come in for a moment."""
    with align_module_device(module):
        yield module.weight  # type: ignore[misc]


def _products(weight: torch.Tensor, vectors: torch.Tensor) -> torch.Tensor:
    """``vectors @ weight.T`` in float32, without a float32 copy of the whole matrix.

    Parameters
    ----------
    weight : shape (n_rows, n_embd), any floating type
    vectors : shape (n, n_embd), float32

    Returns
    -------
    shape (n, n_rows), float32, on the weight's device
    """
    vectors = vectors.to(weight.device)
    if weight.device.type == "cpu" and weight.dtype == torch.float32 and len(vectors) == 1:
        # PyTorch takes one thread for a single vector, NumPy takes them all.
        return torch.from_numpy(weight.detach().numpy() @ vectors[0].numpy())[None]
    return torch.cat([vectors @ part.float().T for part in weight.split(_CHUNK)], dim=1)


def _rows(loaded: LoadedModel, ids: tuple[int, ...]) -> torch.Tensor:
    """Rows of `wte`: (len(ids), n_embd), float32, on the model's device."""
    wte = loaded.model.transformer.wte
    return wte(torch.tensor(ids, device=loaded.device)).float()


def _check_ids(loaded: LoadedModel, ids: tuple[int, ...]) -> None:
    if not ids or min(ids) < 0 or max(ids) >= loaded.shape.n_vocab:
        raise OutOfRange(
            _("There is no such token: ids run from 0 to {last:,}.").format(
                last=loaded.shape.n_vocab - 1
            ),
            _("Choose a token of the prompt, or type a word."),
        )


# --- the vocabulary -----------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class SearchIndex:
    """What every search needs to know of all tokens.

    Attributes
    ----------
    pieces : length n_vocab; invalid UTF-8 as bytes in hex
    family : shape (n_vocab,), int32
        Tokens that differ only in case or in the spaces around them have the same number.
    norms : shape (n_vocab,); lengths of the rows of `wte`
    """

    pieces: tuple[str, ...]
    family: np.ndarray
    norms: np.ndarray


#: One for each loaded model, made on first use and forgotten with the model.
_indexes: WeakKeyDictionary[LoadedModel, SearchIndex] = WeakKeyDictionary()


def search_index(loaded: LoadedModel) -> SearchIndex:
    """Pieces, families and lengths of all tokens; computed once for each model."""
    known = _indexes.get(loaded)
    if known is None:
        pieces = tuple(piece(data) for data in vocabulary(loaded.tokenizer).data)
        # White space alone is no word: a tab is not a variant of a line break.
        roots = [text.strip(" ").casefold() or text for text in pieces]
        numbers = {root: number for number, root in enumerate(dict.fromkeys(roots))}
        family = _readonly(np.array([numbers[root] for root in roots]), np.int32)
        known = _indexes[loaded] = SearchIndex(pieces, family, norms(loaded))
    return known


def norms(loaded: LoadedModel) -> np.ndarray:
    """Length of every row of `wte`: (n_vocab,)."""
    with _weight(loaded.model.transformer.wte) as weight:
        parts = [part.float().norm(dim=1) for part in weight.split(_CHUNK)]
        return frozen(torch.cat(parts))


@dataclass(frozen=True)
class Reading:
    """One way to take a typed word as a vector.

    Attributes
    ----------
    ids : the tokens; of several the mean of their rows is taken
    pieces : the same as text
    whole : whether these are all tokens of the word, not one piece of it
    """

    ids: tuple[int, ...]
    pieces: tuple[str, ...]
    whole: bool


def readings(tokenizer: GPT2TokenizerFast, text: str) -> tuple[Reading, ...]:
    """The ways to take a typed word, the best first.

    A word in the middle of a sentence begins with a space, and that token is the one the
    model knows best: so the word is tried with a space before it, then as typed. A word of
    several tokens gives their mean, then each of them.

    Parameters
    ----------
    text : as typed; spaces around it do not count, unless it is nothing else

    Returns
    -------
    tuple
        Empty if nothing was typed.
    """
    word = text.strip() or text
    if not word:
        return ()
    spaced = encode(tokenizer, " " + word) if word.strip() else ()
    plain = encode(tokenizer, word)
    found: list[Reading] = []
    for tokens in sorted(filter(None, (spaced, plain)), key=len):
        found.append(
            Reading(tuple(t.id for t in tokens), tuple(t.piece for t in tokens), whole=True)
        )
    best = found[0]
    if len(best.ids) > 1:
        singles = zip(best.ids, best.pieces, strict=True)
        found += [Reading((i,), (p,), whole=False) for i, p in singles]
    return tuple(dict.fromkeys(found))


def word_of(tokenizer: GPT2TokenizerFast, ids: tuple[int, ...], text: str) -> range | None:
    """Where a word stands in a tokenized text: its first occurrence, or None.

    Parameters
    ----------
    ids : tokens of the text
    text : the word, as typed; it is looked for with and without a space before it
    """
    for reading in readings(tokenizer, text):
        if not reading.whole:
            continue
        n = len(reading.ids)
        for start in range(len(ids) - n + 1):
            if ids[start : start + n] == reading.ids:
                return range(start, start + n)
    return None


# --- the sum ------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class InputSum:
    """The vectors that enter the first block, and what they are made of.

    Attributes
    ----------
    wte, wpe, total : shape (n_ctx, n_embd); ``total = wte + wpe``
    largest : largest absolute value in the three
    """

    wte: np.ndarray
    wpe: np.ndarray
    total: np.ndarray
    largest: float


def input_sum(loaded: LoadedModel, ids: tuple[int, ...], start: int = 0) -> InputSum:
    """Token rows, position rows and their sum.

    Parameters
    ----------
    ids : tokens
    start : position of the first one

    Raises
    ------
    OutOfRange
        If an id or a position does not exist.

    References
    ----------
    Radford et al. (2018), Improving Language Understanding by Generative Pre-Training,
    equation 2: h_0 = U W_e + W_p.
    """
    _check_ids(loaded, ids)
    if start < 0 or start + len(ids) > loaded.shape.n_ctx:
        raise OutOfRange(
            _("There is no such position: this model has positions 0 to {last:,}.").format(
                last=loaded.shape.n_ctx - 1
            ),
            _("Choose one of them."),
        )
    transformer = loaded.model.transformer
    tokens = transformer.wte(torch.tensor(ids, device=loaded.device))
    at = torch.arange(start, start + len(ids), device=loaded.device)
    positions = transformer.wpe(at).to(tokens.device)
    total = tokens + positions  # in the model's own type, as the model adds them
    parts = [frozen(t) for t in (tokens, positions, total)]
    return InputSum(*parts, largest=float(max(np.abs(p).max() for p in parts)))


def lengths(found: InputSum, row: int) -> tuple[float, float, float]:
    """Lengths of one token's row, its position's row and their sum."""
    first, second, third = (
        float(np.linalg.norm(m[row])) for m in (found.wte, found.wpe, found.total)
    )
    return first, second, third


def window(n: int, at: int, size: int) -> range:
    """At most `size` of `n` indices, with `at` in their middle where there is room."""
    start = max(0, min(at - size // 2, n - size))
    return range(start, min(n, start + size))


# --- neighbours and analogies -------------------------------------------------------------


def likeness(products: np.ndarray, row_norms: np.ndarray, norm: float, by: By) -> np.ndarray:
    """Dot products, or cosines where those are asked for; a row of zeros has cosine 0.

    Parameters
    ----------
    products : shape (n,)
    row_norms : shape (n,)
    norm : length of the vector that the rows were multiplied with
    """
    if by == "dot":
        return products
    return products / np.maximum(row_norms * np.float32(norm), np.float32(1e-12))


def best(
    values: np.ndarray,
    k: int,
    family: np.ndarray | None = None,
    without: frozenset[int] = frozenset(),
) -> np.ndarray:
    """Indices of the k largest values, the largest first; of equal ones the lower index first.

    Parameters
    ----------
    values : shape (n,)
    family : shape (n,); if given, only the best of each family is kept, and none of the
        families of `without`
    without : indices to leave out
    """
    n, wanted = len(values), max(4 * k, 64)
    hidden = {int(family[i]) for i in without} if family is not None else set()
    while True:
        wanted = min(wanted, n)
        top = np.argpartition(-values, wanted - 1)[:wanted] if wanted < n else np.arange(n)
        top = top[np.lexsort((top, -values[top]))]
        seen, found = set(hidden), []
        for index in map(int, top):
            if index in without or (family is not None and int(family[index]) in seen):
                continue
            found.append(index)
            if family is not None:
                seen.add(int(family[index]))
            if len(found) == k:
                break
        if len(found) == k or wanted == n:
            return np.array(found, dtype=np.int64)
        wanted *= 8


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The tokens that lie nearest to a vector.

    Attributes
    ----------
    ids : shape (k,), best first
    pieces : length k
    values : shape (k,); cosines, or dot products
    norm : length of the vector
    """

    ids: np.ndarray
    pieces: tuple[str, ...]
    values: np.ndarray
    norm: float


def _scores(
    loaded: LoadedModel, vector: torch.Tensor, row_norms: np.ndarray, by: By
) -> tuple[np.ndarray, float]:
    with _weight(loaded.model.transformer.wte) as weight:
        products = frozen(_products(weight, vector[None])[0])
    norm = float(vector.norm())
    return likeness(products, row_norms, norm, by), norm


def neighbours(
    loaded: LoadedModel,
    ids: tuple[int, ...],
    by: By = "cosine",
    k: int = 12,
    hide_variants: bool = True,
) -> Neighbours:
    """The tokens of the whole vocabulary that lie nearest to a token.

    Parameters
    ----------
    ids : a token, or several whose mean is taken; they are not among the answers
    by : cosine of the angle, or dot product
    k : how many
    hide_variants : leave out tokens that differ only in case or in spaces, from the token
        itself and from a better answer

    Raises
    ------
    OutOfRange
        If there is no such token.
    """
    _check_ids(loaded, ids)
    index = search_index(loaded)
    values, norm = _scores(loaded, _rows(loaded, ids).mean(dim=0), index.norms, by)
    family = index.family if hide_variants else None
    top = best(values, k, family, frozenset(ids))
    return Neighbours(
        _readonly(top, np.int64),
        tuple(index.pieces[i] for i in top),
        _readonly(values[top]),
        norm,
    )


@dataclass(frozen=True, eq=False)
class Analogy:
    """The answers to a - b + c.

    Attributes
    ----------
    answers : the nearest tokens, without the words that went in
    asked_ranks : rank (from 1) that each of a, b and c would have had, in this order; 0 for a
        word of several tokens
    asked_values : cosine of each of a, b and c with the result
    norm : length of a - b + c
    """

    answers: Neighbours
    asked_ranks: tuple[int, int, int]
    asked_values: tuple[float, float, float]


def analogy(
    loaded: LoadedModel,
    a: tuple[int, ...],
    b: tuple[int, ...],
    c: tuple[int, ...],
    k: int = 10,
) -> Analogy:
    """The tokens nearest, by cosine, to a - b + c.

    Parameters
    ----------
    a, b, c : a token each, or several whose mean is taken

    Raises
    ------
    OutOfRange
        If there is no such token.

    References
    ----------
    Mikolov, Yih & Zweig (2013), Linguistic Regularities in Continuous Space Word
    Representations, section 4. Rogers, Drozd & Li (2017), The (Too Many) Problems of
    Analogical Reasoning with Word Vectors, on leaving out the words that went in.
    """
    for ids in (a, b, c):
        _check_ids(loaded, ids)
    rows = [_rows(loaded, ids).mean(dim=0) for ids in (a, b, c)]
    vector = rows[0] - rows[1] + rows[2]
    index = search_index(loaded)
    values, norm = _scores(loaded, vector, index.norms, "cosine")
    top = best(values, k, index.family, frozenset((*a, *b, *c)))
    ranks, cosines = [], []
    for ids, row in zip((a, b, c), rows, strict=True):
        own = float(row @ vector) / max(float(row.norm()) * norm, 1e-12)
        ranks.append(int((values > values[ids[0]]).sum()) + 1 if len(ids) == 1 else 0)
        cosines.append(own)
    return Analogy(
        Neighbours(
            _readonly(top, np.int64),
            tuple(index.pieces[i] for i in top),
            _readonly(values[top]),
            norm,
        ),
        (ranks[0], ranks[1], ranks[2]),
        (cosines[0], cosines[1], cosines[2]),
    )


# --- maps ---------------------------------------------------------------------------------


class TooFewPoints(LearnerError):
    """A map of fewer than three different points says nothing."""

    def __init__(self, n: int) -> None:
        super().__init__(
            _("A map needs three different points; here there are {n}.").format(n=n),
            _("Choose a set of words, or write a longer prompt."),
        )
        self.n = n

    def __reduce__(self):
        return type(self), (self.n,)


@dataclass(frozen=True, eq=False)
class Axes:
    """Principal axes of a cloud of points.

    Attributes
    ----------
    centre : shape (n_embd,)
    axes : shape (n, n_embd); rows of length 1
    explained : shape (n,); each axis' share of the variance
    """

    centre: np.ndarray
    axes: np.ndarray
    explained: np.ndarray

    def place(self, points: np.ndarray) -> np.ndarray:
        """Coordinates of points: (..., n_embd) to (..., n)."""
        return _readonly((points - self.centre) @ self.axes.T)


def principal_axes(points: np.ndarray, n: int = 2) -> Axes:
    """PCA with signs that do not flip: the largest entry of each axis is positive.

    Parameters
    ----------
    points : shape (n_points, n_embd)
    n : how many axes; axes that the points do not span are zero

    Raises
    ------
    TooFewPoints
        If fewer than three of the points differ.

    References
    ----------
    Pearson (1901), On Lines and Planes of Closest Fit to Systems of Points in Space.
    """
    different = len({row.tobytes() for row in points})
    if different < 3:
        raise TooFewPoints(different)
    points = np.asarray(points, dtype=np.float32)
    # Only the first axes are wanted: Lanczos finds those of a large cloud far sooner.
    solver = "full" if min(points.shape) <= 100 else "arpack"
    fitted = PCA(min(n, *points.shape), svd_solver=solver, random_state=0).fit(points)
    axes = np.zeros((n, points.shape[1]), dtype=np.float32)
    explained = np.zeros(n, dtype=np.float32)
    axes[: len(fitted.components_)] = fitted.components_
    explained[: len(fitted.components_)] = fitted.explained_variance_ratio_
    largest = np.abs(axes).argmax(axis=1)
    axes *= np.where(axes[np.arange(n), largest] < 0, -1.0, 1.0)[:, None].astype(np.float32)
    return Axes(_readonly(fitted.mean_), _readonly(axes), _readonly(explained))


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors scaled to length 1; zeros stay zeros. Shape (..., n_embd)."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(length, np.float32(1e-12))


@dataclass(frozen=True, eq=False)
class WordMap:
    """Words and tokens on two axes; all vectors are scaled to length 1 first.

    Attributes
    ----------
    words : shape (n_words, 2)
    tokens : shape (n_ctx, 2); the rows of `wte`, before position and context
    path : shape (n_layer + 1, n_ctx, 2); the residual stream entering each block and leaving
        the last
    explained : shape (2,); each axis' share of the variance of `words` and the different `tokens`
    """

    words: np.ndarray
    tokens: np.ndarray
    path: np.ndarray
    explained: np.ndarray

    @property
    def reach(self) -> np.ndarray:
        """Smallest and largest x, smallest and largest y of all points at all layers: (4,)."""
        points = np.concatenate([self.words, self.tokens, *self.path])
        low, high = points.min(axis=0), points.max(axis=0)
        return np.array([low[0], high[0], low[1], high[1]])

    def trail(self, position: int, layer: int) -> np.ndarray:
        """Where a token has been: its embedding, its input, after each layer read so far.

        Parameters
        ----------
        layer : how many layers have been read

        Returns
        -------
        shape (layer + 2, 2)
        """
        return np.concatenate([self.tokens[position, None], self.path[: layer + 1, position]])


def single_tokens(tokenizer: GPT2TokenizerFast, kind: str) -> list[tuple[str, int]]:
    """The everyday words of a kind with their token; words that this vocabulary cuts are left out.

    Raises
    ------
    KeyError
        If there is no such kind in `WORD_SETS`.
    """
    found = [(word, encode(tokenizer, " " + word)) for word in WORD_SETS[kind]]
    return [(word, tokens[0].id) for word, tokens in found if len(tokens) == 1]


def word_map(loaded: LoadedModel, trace: Trace, word_ids: tuple[int, ...]) -> WordMap:
    """PCA of everyday words and the prompt's tokens, and the prompt's way through the layers.

    The axes are those of the embeddings alone, each different token counted once; the
    contextual vectors are placed on the same axes. All vectors are scaled to length 1: the
    residual stream grows a hundredfold and would leave the picture.

    Parameters
    ----------
    word_ids : tokens of the chosen words; may be empty

    Raises
    ------
    TooFewPoints
    """
    once = tuple(dict.fromkeys((*word_ids, *trace.token_ids)))
    rows = dict(zip(once, unit(frozen(_rows(loaded, once))), strict=True))
    axes = principal_axes(np.stack(list(rows.values())))
    n_embd = loaded.shape.n_embd
    words = np.stack([rows[i] for i in word_ids]) if word_ids else np.zeros((0, n_embd))
    tokens = np.stack([rows[i] for i in trace.token_ids])
    path = np.stack([axes.place(unit(layer)) for layer in trace.resid])
    return WordMap(axes.place(words), axes.place(tokens), _readonly(path), axes.explained)


# --- positions ----------------------------------------------------------------------------


def _wpe(loaded: LoadedModel) -> np.ndarray:
    with _weight(loaded.model.transformer.wpe) as weight:
        return frozen(weight)


@dataclass(frozen=True, eq=False)
class PositionSimilarity:
    """How alike positions are.

    Attributes
    ----------
    cosine : shape (n_ctx, n_ctx)
    coarse : shape (n_ctx, n_ctx), uint8; (cosine + 1) * 100, rounded: a million cosines in 1 MB
    by_distance : shape (n_ctx,); mean cosine of positions that are 0, 1, 2, ... apart
    """

    cosine: np.ndarray
    coarse: np.ndarray
    by_distance: np.ndarray


def position_similarity(loaded: LoadedModel) -> PositionSimilarity:
    """Cosines of every two rows of `wpe`."""
    rows = unit(_wpe(loaded))
    cosine = np.clip(rows @ rows.T, -1.0, 1.0)
    means = np.array([cosine.diagonal(apart).mean() for apart in range(len(cosine))])
    return PositionSimilarity(
        _readonly(cosine), _readonly(np.rint((cosine + 1) * 100), np.uint8), _readonly(means)
    )


def position_norms(loaded: LoadedModel) -> np.ndarray:
    """Length of every row of `wpe`: (n_ctx,)."""
    return _readonly(np.linalg.norm(_wpe(loaded), axis=1))


@dataclass(frozen=True, eq=False)
class PositionMap:
    """Positions on the three axes along which they differ most.

    Attributes
    ----------
    points : shape (n_ctx, 3)
    explained : shape (3,)
    """

    points: np.ndarray
    explained: np.ndarray


def position_map(loaded: LoadedModel) -> PositionMap:
    """PCA of the rows of `wpe`."""
    rows = _wpe(loaded)
    axes = principal_axes(rows, 3)
    return PositionMap(axes.place(rows), axes.explained)


def words_of(tokenizer: GPT2TokenizerFast, text: str, n_tokens: int) -> tuple[range, ...]:
    """Which tokens make up each word of a text (a word: what byte-pair encoding starts from).

    Parameters
    ----------
    n_tokens : how many tokens are read; a word that is cut is left out
    """
    encoded = tokenizer(clean(text), split_special_tokens=True, verbose=False)
    found: dict[int, list[int]] = {}
    for at, word in enumerate(encoded.word_ids()):
        if word is not None:
            found.setdefault(word, []).append(at)
    return tuple(range(w[0], w[-1] + 1) for w in found.values() if w[-1] < n_tokens)


def exchanged(ids: tuple[int, ...], one: range, other: range) -> tuple[int, ...]:
    """The ids with two words exchanged.

    Raises
    ------
    ValueError
        If the words overlap.
    """
    first, second = sorted((one, other), key=lambda r: r.start)
    if first.stop > second.start:
        raise ValueError("the two words overlap")
    return (
        *ids[: first.start],
        *ids[second.start : second.stop],
        *ids[first.stop : second.start],
        *ids[first.start : first.stop],
        *ids[second.stop :],
    )


def change(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """How far vectors moved, as a share of their former length: ``|after - before| / |before|``.

    Parameters
    ----------
    before, after : shape (..., n_embd)

    Returns
    -------
    shape (...)
    """
    moved = np.linalg.norm(after - before, axis=-1)
    return _readonly(moved / np.maximum(np.linalg.norm(before, axis=-1), np.float32(1e-12)))


def default_swap(tokens: Sequence[Token], words: Sequence[range]) -> tuple[int, int]:
    """Two words that are worth exchanging: the first two different ones of four letters or more.

    The earlier they stand, the more comes after them that can change. The prompt's first word is
    passed over: it has no space before it.

    Returns
    -------
    Their indices in `words`; the first and the last word if there are no such two.
    """
    texts = ["".join(tokens[i].piece for i in word).strip() for word in words]
    long = [n for n, text in enumerate(texts) if n and len(text) >= 4 and text.isalpha()]
    for other in long[1:]:
        if texts[other] != texts[long[0]]:
            return long[0], other
    return 0, len(words) - 1


@dataclass(frozen=True)
class SwapReport:
    """What an exchange of two words did, as shares of the vectors' lengths.

    Attributes
    ----------
    before : largest movement of a token before the first of the two words, at any layer
    moved : mean movement of the exchanged words' tokens after the last layer
    rest : mean movement of the other tokens after the first of the two words; 0 if there are none
    last : movement of the prompt's last token after the last layer
    """

    before: float
    moved: float
    rest: float
    last: float


def swap_report(moves: np.ndarray, one: range, other: range) -> SwapReport:
    """The numbers that matter of an exchange.

    Parameters
    ----------
    moves : shape (n_layer + 1, n_ctx), as `change` gives them
    one, other : the positions of the two words
    """
    swapped = sorted({*one, *other})
    after = [i for i in range(swapped[0], moves.shape[1]) if i not in swapped]
    return SwapReport(
        float(moves[:, : swapped[0]].max(initial=0.0)),
        float(moves[-1, swapped].mean()),
        float(moves[-1, after].mean()) if after else 0.0,
        float(moves[-1, -1]),
    )


# --- context ------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Walk:
    """One token's vector through the layers.

    Attributes
    ----------
    cosine : shape (n_layer + 1,); with the token's own row of `wte`
    norm : shape (n_layer + 1,)
    ids : shape (n_layer + 1, k); the nearest tokens by cosine, best first
    pieces : the same as text
    values : shape (n_layer + 1, k); their cosines
    """

    cosine: np.ndarray
    norm: np.ndarray
    ids: np.ndarray
    pieces: tuple[tuple[str, ...], ...]
    values: np.ndarray

    @property
    def growth(self) -> float:
        """How many times longer the vector is at the end than at the input."""
        return float(self.norm[-1] / max(self.norm[0], 1e-12))


def walk(loaded: LoadedModel, trace: Trace, position: int, k: int = 5) -> Walk:
    """What a token's vector is near to, as it enters each block and leaves the last.

    Raises
    ------
    OutOfRange
        If the prompt has no such position.
    """
    if not 0 <= position < trace.n_ctx:
        raise OutOfRange(
            _("The prompt has no token {n}.").format(n=position), _("Choose one of its tokens.")
        )
    index = search_index(loaded)
    vectors = trace.resid[:, position]
    length = np.linalg.norm(vectors, axis=1)
    own = trace.token_ids[position]
    with _weight(loaded.model.transformer.wte) as weight:
        products = _products(weight, torch.from_numpy(vectors.copy()))
        lengths = torch.from_numpy(index.norms.copy()).to(products.device)
        cosines = products / lengths.clamp(min=1e-12)
        top = cosines.topk(k, dim=1)
        ids = top.indices.cpu().numpy()
        values, mine = frozen(top.values), frozen(cosines[:, own])
    scale = np.maximum(length, np.float32(1e-12))
    return Walk(
        _readonly(mine / scale),
        _readonly(length),
        _readonly(ids, np.int64),
        tuple(tuple(index.pieces[i] for i in row) for row in ids),
        _readonly(values / scale[:, None]),
    )


@dataclass(frozen=True, eq=False)
class Meeting:
    """The same word in two texts, layer by layer.

    Attributes
    ----------
    same : shape (n_layer + 1,); cosine between the word's vectors in the two texts
    others : shape (n_layer + 1,); mean cosine over all pairs of different tokens, one from
        each text: how alike any two vectors of that layer are; not a number if there is no pair
    """

    same: np.ndarray
    others: np.ndarray

    @property
    def has_others(self) -> bool:
        """Whether there is any pair of different tokens to compare with."""
        return bool(np.isfinite(self.others).all())


def meeting(one: Trace, other: Trace, at_one: int, at_other: int) -> Meeting:
    """How alike a word's vectors are in two texts.

    Parameters
    ----------
    at_one, at_other : the word's position in each

    References
    ----------
    Ethayarajh (2019), How Contextual are Contextualized Word Representations?, section 3.3:
    a similarity means little without that of random pairs.
    """
    ids_one, ids_other = np.array(one.token_ids), np.array(other.token_ids)
    different = ids_one[:, None] != ids_other[None, :]
    same, others = [], []
    for left, right in zip(one.resid, other.resid, strict=True):
        cosines = unit(left) @ unit(right).T
        same.append(cosines[at_one, at_other])
        others.append(cosines[different].mean() if different.any() else np.nan)
    return Meeting(_readonly(np.array(same)), _readonly(np.array(others)))


# --- facts of the matrix ------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class MatrixFacts:
    """What `wte` is, in numbers.

    Attributes
    ----------
    shape : (n_vocab, n_embd)
    n_params : its parameters
    share : of all parameters of the model
    tied : whether the output head is the same matrix
    counts, edges : shape (n_bins,) and (n_bins + 1,); histogram of the lengths of the rows
    mean, median : of the lengths
    shortest, longest : ids of the rows with extreme lengths, the most extreme first
    """

    shape: tuple[int, int]
    n_params: int
    share: float
    tied: bool
    counts: np.ndarray
    edges: np.ndarray
    mean: float
    median: float
    shortest: np.ndarray
    longest: np.ndarray


def matrix_facts(loaded: LoadedModel, bins: int = 60, k: int = 8) -> MatrixFacts:
    """Shape, share and lengths of the embedding matrix."""
    shape = loaded.shape
    lengths = search_index(loaded).norms
    counts, edges = np.histogram(lengths, bins=bins)
    order = np.argsort(lengths, kind="stable")
    n_params = shape.n_vocab * shape.n_embd
    return MatrixFacts(
        (shape.n_vocab, shape.n_embd),
        n_params,
        n_params / shape.n_params,
        bool(loaded.model.config.tie_word_embeddings),
        _readonly(counts, np.int64),
        _readonly(edges),
        float(lengths.mean()),
        float(np.median(lengths)),
        _readonly(order[:k], np.int64),
        _readonly(order[::-1][:k], np.int64),
    )


def mean_length(index: SearchIndex, ids: tuple[int, ...]) -> float:
    """Mean length of the rows of some tokens."""
    return float(index.norms[list(ids)].mean())
