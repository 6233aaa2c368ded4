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

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch
from accelerate.utils import align_module_device

from core.model.bounds import check_layer, check_position
from core.model.loaded import LoadedModel
from core.views.arrays import read_only, tensor
from core.views.block import middle_of
from core.views.effects import Change, change
from core.views.patching_frugal import Stream, ends_above
from core.views.products import mlp
from core.views.softmax import softmax
from core.views.trace import Trace, frozen

#: What is taken from A: the residual stream that enters a layer, or what a part of it writes.
KINDS = ("resid", "attn", "mlp")
#: Position in B, position in A.
Pair = tuple[int, int]
#: Row of the grid, position in B, position in A.
Cell = tuple[int, int, int]


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
    words = list(words_apart(a, b))
    return _on_the_way(logits[..., words], a[words], b[words])


def _on_the_way(logits: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """`share` from the logits of the two words alone; they are the last axis."""
    here, whole, none = (side[..., 0].astype(np.float64) - side[..., 1] for side in (logits, a, b))
    if whole == none:
        return read_only(np.full(np.shape(here), np.nan))
    return read_only(np.atleast_1d((here - none) / (whole - none))).reshape(np.shape(here))


def _streams(
    loaded: LoadedModel, a: Trace, b: Trace, layer: int, pairs: tuple[Pair, ...], kind: str
) -> list[Stream]:
    """B's stream after the patch, at each place alone."""
    ours, theirs = ([pair[side] for pair in pairs] for side in (0, 1))
    if kind == "resid":
        return [Stream(layer, p, a.resid[layer, [q]]) for p, q in pairs]
    middle_a = middle_of(loaded, a, layer)[theirs]
    before_a, after_a = (tensor(loaded, a.resid[i, theirs]) for i in (layer, layer + 1))
    if kind == "mlp":
        made = middle_of(loaded, b, layer)[ours] + (after_a - middle_a)
    else:
        middle = tensor(loaded, b.resid[layer, ours]) + (middle_a - before_a)
        made = middle + mlp(loaded.model.transformer.h[layer], middle)
    vectors = made.float().cpu().numpy()
    return [Stream(layer + 1, p, vectors[i : i + 1]) for i, p in enumerate(ours)]


def _checked(
    loaded: LoadedModel, a: Trace, b: Trace, cells: Iterable[Cell], kind: str
) -> list[Stream]:
    """The streams of some cells, in their order.

    Raises
    ------
    OutOfRange, ValueError
        See `patched_logits`.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}, not {kind!r}")
    made: list[Stream] = []
    for layer, some in groupby(cells, key=lambda cell: cell[0]):
        check_layer(layer, loaded.shape.n_layer + (kind == "resid"))
        pairs = tuple((ours, theirs) for _layer, ours, theirs in some)
        for ours, theirs in pairs:
            check_position(ours, b.n_ctx)
            check_position(theirs, a.n_ctx)
        made += _streams(loaded, a, b, layer, pairs, kind)
    return made


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
    shape (len(pairs), n_vocab), float32, read-only

    Raises
    ------
    OutOfRange
        If the model has no such layer or a text no such token.
    ValueError
        For an unknown kind.
    """
    cells = [(layer, *pair) for pair in pairs]
    return logits_of(loaded, b, _checked(loaded, a, b, cells, kind))


def logits_of(loaded: LoadedModel, trace: Trace, streams: list[Stream]) -> np.ndarray:
    """The last logits of changed streams; shape (len(streams), n_vocab), float32, read-only."""
    return frozen(loaded.model.lm_head(ends_above(loaded, trace, streams)))


def shares_of(loaded: LoadedModel, a: Trace, b: Trace, streams: list[Stream]) -> np.ndarray:
    """`share` of changed streams of B; shape (len(streams),). What changes nothing is not run.

    Of the whole vocabulary only the two words are read.
    """
    moved = [i for i, stream in enumerate(streams) if _changes(b, stream)]
    shares = np.zeros(len(streams), dtype=np.float32)
    if moved:
        ends = ends_above(loaded, b, [streams[i] for i in moved])
        shares[moved] = _share_of_ends(loaded, ends, a.logits, b.logits)
    return read_only(shares)


def _changes(text: Trace, stream: Stream) -> bool:
    there = text.resid[stream.layer, stream.first : stream.first + len(stream.rows)]
    reaches = stream.layer < text.n_layer or stream.first + len(stream.rows) == text.n_ctx
    return reaches and not np.array_equal(there, stream.rows)


def _share_of_ends(
    loaded: LoadedModel, ends: torch.Tensor, a: np.ndarray, b: np.ndarray
) -> np.ndarray:
    """`share` of what the head reads, shape (n, n_embd): two rows of its weight are enough."""
    words = list(words_apart(a, b))
    head = loaded.model.lm_head
    with align_module_device(head):
        rows = head.weight[words].to(ends.device)
    return _on_the_way(frozen(ends @ rows.T), a[words], b[words])


def patch_shares(
    loaded: LoadedModel, a: Trace, b: Trace, cells: tuple[Cell, ...], kind: str
) -> np.ndarray:
    """How far each patch alone moves B's answer to A's; shape (len(cells),). See `share`.

    Parameters
    ----------
    cells : (row of the grid, position in B, position in A); see `patched_logits`
    """
    return shares_of(loaded, a, b, _checked(loaded, a, b, cells, kind))


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
    return float(shares_of(loaded, a, b, [Stream(0, 0, stream)])[0])


def cells_of(n_rows: int, places: tuple[Pair, ...]) -> tuple[Cell, ...]:
    """All cells of a grid, row by row from the top."""
    return tuple((row, *pair) for row in range(n_rows) for pair in places)
