"""Put what the model thinks of one text into another, at one place, and see what it answers.

    share = (d(patched) - d(B)) / (d(A) - d(B)),   d = logit of A's word - logit of B's word

is how far the answer moves from B's to A's when B is read with a piece of A's residual
stream in it: 0 is B's own answer, 1 is A's. The two words are those which one of the texts
makes more probable than the other by most.

References
----------
Vig et al. (2020), Investigating Gender Bias in Language Models Using Causal Mediation Analysis.
Meng et al. (2022), Locating and Editing Factual Associations in GPT, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.model.bounds import check_layer, check_position
from core.model.loaded import LoadedModel
from core.model.shape import Shape
from core.views.arrays import read_only, tensor
from core.views.block import middle_of
from core.views.effects import Change, change
from core.views.patching_frugal import BATCH_ROWS, Stream, logits_above
from core.views.softmax import softmax
from core.views.trace import Trace

#: What is taken from A: the residual stream that enters a layer, or what a part of it writes.
KINDS = ("resid", "attn", "mlp")
#: Position in B, position in A.
Pair = tuple[int, int]


@dataclass(frozen=True)
class Aligned:
    """Which token of A stands where a token of B stands.

    Attributes
    ----------
    start, end : tokens at the beginning and at the end that both texts have
    pairs : (position in B, position in A) of all tokens of B that have a partner
    """

    start: int
    end: int
    pairs: tuple[Pair, ...]


def aligned(a: tuple[int, ...], b: tuple[int, ...]) -> Aligned:
    """Lay two texts side by side, from both ends towards where they differ.

    Where one has more tokens, those next to its common beginning have no partner: the last
    tokens always stand together, as they give the answers.
    """
    # The last token of texts of different lengths belongs to the end, also if it is the same.
    most = min(len(a), len(b)) - (len(a) != len(b))
    start = _in_common(a[:most], b[:most])
    end = _in_common(a[start:][::-1], b[start:][::-1])
    behind = min(len(a), len(b)) - start
    pairs = [(i, i) for i in range(start)]
    pairs += [(len(b) - n, len(a) - n) for n in range(behind, 0, -1)]
    return Aligned(start, end, tuple(pairs))


def _in_common(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    """How many tokens two texts have in common before the first difference."""
    differ = (n for n, (one, other) in enumerate(zip(a, b, strict=False)) if one != other)
    return next(differ, min(len(a), len(b)))


def places(found: Aligned, most: int) -> tuple[Pair, ...]:
    """Where a patch can change anything: from the first difference on, at most so many.

    Before it both texts have the same stream. Of more places the first and the last half.
    """
    pairs = found.pairs[found.start :]
    if len(pairs) <= most:
        return pairs
    return (*pairs[: most // 2], *pairs[-(most - most // 2) :])


def words_apart(a: np.ndarray, b: np.ndarray) -> tuple[int, int]:
    """The tokens that A makes more probable than B by most, and B than A.

    Parameters
    ----------
    a, b : shape (n_vocab,), logits
    """
    moved = softmax(a.astype(np.float64)) - softmax(b.astype(np.float64))
    return int(moved.argmax()), int(moved.argmin())


def share(logits: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """How far an answer lies from B's to A's; see above.

    Parameters
    ----------
    logits : shape (..., n_vocab)
    a, b : shape (n_vocab,), logits of the two texts

    Returns
    -------
    shape (...), float32; nan where A and B answer the same
    """
    word, other = words_apart(a, b)
    here, whole, none = (
        side[..., word].astype(np.float64) - side[..., other] for side in (logits, a, b)
    )
    if whole == none:
        return read_only(np.full(np.shape(here), np.nan))
    return read_only(np.atleast_1d((here - none) / (whole - none))).reshape(np.shape(here))


def _vectors(
    loaded: LoadedModel, a: Trace, b: Trace, layer: int, pairs: tuple[Pair, ...], kind: str
) -> np.ndarray:
    """What stands in B's stream after the patch, at each place; shape (len(pairs), n_embd)."""
    ours, theirs = ([pair[side] for pair in pairs] for side in (0, 1))
    if kind == "resid":
        return a.resid[layer, theirs]
    middle_a = middle_of(loaded, a, layer)[theirs]
    before_a, after_a = (tensor(loaded, a.resid[i, theirs]) for i in (layer, layer + 1))
    if kind == "mlp":
        made = middle_of(loaded, b, layer)[ours] + (after_a - middle_a)
    else:
        block = loaded.model.transformer.h[layer]
        middle = tensor(loaded, b.resid[layer, ours]) + (middle_a - before_a)
        made = middle + block.mlp(block.ln_2(middle))
    return made.float().cpu().numpy()


def patched_logits(
    loaded: LoadedModel, a: Trace, b: Trace, layer: int, pairs: tuple[Pair, ...], kind: str
) -> np.ndarray:
    """B's last logits with a piece of A put in, at each of some places alone.

    Parameters
    ----------
    layer : whose input ("resid"; n_layer is what leaves the last), or whose part it is
    pairs : (position in B, position in A)
    kind : one of `KINDS`

    Returns
    -------
    shape (len(pairs), n_vocab)

    Raises
    ------
    OutOfRange
        If the model has no such layer or a text no such token.
    ValueError
        For an unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}, not {kind!r}")
    check_layer(layer, loaded.shape.n_layer + (kind == "resid"))
    for ours, theirs in pairs:
        check_position(ours, b.n_ctx)
        check_position(theirs, a.n_ctx)
    row = layer if kind == "resid" else layer + 1
    vectors = _vectors(loaded, a, b, layer, pairs, kind)
    return logits_above(
        loaded, b, row, [put(b, row, p, v) for (p, _a), v in zip(pairs, vectors, strict=True)]
    )


def put(trace: Trace, row: int, position: int, vector: np.ndarray) -> Stream:
    """A text's stream from a position on, with another vector there."""
    return Stream(position, np.concatenate([vector[None], trace.resid[row, position + 1 :]]))


def patch_shares(
    loaded: LoadedModel, a: Trace, b: Trace, layer: int, pairs: tuple[Pair, ...], kind: str
) -> np.ndarray:
    """How far each patch alone moves B's answer to A's; shape (len(pairs),). See `share`."""
    return share(patched_logits(loaded, a, b, layer, pairs, kind), a.logits, b.logits)


def patch_change(
    loaded: LoadedModel, a: Trace, b: Trace, layer: int, pair: Pair, kind: str
) -> Change:
    """What one patch makes of B's next words."""
    return change(b.logits, patched_logits(loaded, a, b, layer, (pair,), kind)[0])


def all_at_once(loaded: LoadedModel, a: Trace, b: Trace, found: Aligned) -> float:
    """The control: the share when every token's vector at the input is A's; 1 for equal lengths."""
    stream = b.resid[0].copy()
    ours, theirs = np.array(found.pairs).T
    stream[ours] = a.resid[0, theirs]
    return float(share(logits_above(loaded, b, 0, [Stream(0, stream)])[0], a.logits, b.logits))


def requests(places: tuple[Pair, ...], n_ctx: int) -> list[tuple[Pair, ...]]:
    """The places cut into pieces of work, so that others get their turn between two of them."""
    made: list[tuple[Pair, ...]] = []
    rows = BATCH_ROWS + 1
    for pair in places:
        rows += n_ctx - pair[0]
        if rows > BATCH_ROWS:
            made.append(())
            rows = n_ctx - pair[0]
        made[-1] += (pair,)
    return made


def is_long(places: tuple[Pair, ...], n_ctx: int, shape: Shape) -> bool:
    """Whether a grid would keep a laptop busy for more than some two seconds.

    A row of a block costs about two operations per weight; a processor does 10^11 in a second.
    """
    blocks = shape.n_layer * (shape.n_layer + 1) / 2
    rows = sum(n_ctx - ours for ours, _theirs in places)
    return blocks * rows * 2 * 12 * shape.n_embd**2 > 2e11
