"""How one head computes what it writes for one token, every step of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from accelerate.utils import align_module_device

from core.model.bounds import check_head, check_layer, check_position
from core.model.loaded import LoadedModel
from core.views.attention import LayerAttention, attend
from core.views.trace import frozen


@dataclass(frozen=True, eq=False)
class HeadSteps:
    """How one head computes what it writes for one query token.

    Attributes
    ----------
    layer, head, query : which
    q : shape (d_head,), the query's vector
    k, v : shape (n_ctx, d_head), every token's
    dots : shape (n_ctx,), q . k for every token, the future too
    scaling : what the dots are multiplied by; 1 / sqrt(d_head)
    scores : shape (n_ctx,), scaled, the future -inf
    weights : shape (n_ctx,), softmax of `scores`
    z : shape (d_head,), the sum of weights times v
    out : shape (n_embd,), z through this head's rows of c_proj: what is added to the
        residual stream (the layer's shared bias is left out)
    written : shape (n_ctx,), length of each token's own part of `out`
    resid_norm : length of the residual stream at the query, before the layer
    """

    layer: int
    head: int
    query: int
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    dots: np.ndarray
    scaling: float
    scores: np.ndarray
    weights: np.ndarray
    z: np.ndarray
    out: np.ndarray
    written: np.ndarray
    resid_norm: float

    @property
    def scaled(self) -> np.ndarray:
        """The dots after scaling, before the mask; shape (n_ctx,)."""
        return self.dots * self.scaling

    @property
    def out_norm(self) -> float:
        """Length of `out`."""
        return float(np.linalg.norm(self.out))

    def products(self, key: int) -> np.ndarray:
        """q_i k_i for each dimension; shape (d_head,); they sum to q . k."""
        return self.q * self.k[key]


def head_rows(loaded: LoadedModel, layer: int, head: int) -> np.ndarray:
    """A head's own rows of the layer's output matrix `c_proj`; shape (d_head, n_embd).

    Raises
    ------
    OutOfRange
        If there is no such layer or head.
    """
    check_layer(layer, loaded.shape.n_layer)
    check_head(head, loaded.shape.n_head)
    c_proj = loaded.model.transformer.h[layer].attn.c_proj
    d_head = loaded.shape.d_head
    with align_module_device(c_proj):  # offloaded weights lie on `meta` until asked for
        return frozen(c_proj.weight[head * d_head : (head + 1) * d_head])


def head_steps(found: LayerAttention, rows: np.ndarray, head: int, query: int) -> HeadSteps:
    """Every step from the query's vector to what the head adds to the residual stream.

    Nothing here asks the model: another head of a layer costs what this costs.

    Parameters
    ----------
    rows : as `head_rows` gives them

    Raises
    ------
    OutOfRange
        If there is no such head or token.

    References
    ----------
    Vaswani et al. (2017), equation 1; Elhage et al. (2021), A Mathematical
    Framework for Transformer Circuits (a head's own rows of the output matrix).
    """
    check_head(head, len(found.q))
    q, k, v = (part[head] for part in (found.q, found.k, found.v))
    check_position(query, len(q))
    scores, pattern, z = (part[0] for part in attend(q, k, v, found.scaling, [query]))
    return HeadSteps(
        found.layer,
        head,
        query,
        q[query],
        k,
        v,
        dots=k @ q[query],
        scaling=found.scaling,
        scores=scores,
        weights=pattern,
        z=z,
        out=z @ rows,
        written=pattern * written_lengths(v, rows),
        resid_norm=float(found.resid_norms[query]),
    )


def written_lengths(v: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Length of what each value vector becomes behind `c_proj`; shape (n_ctx,)."""
    return np.linalg.norm(v @ rows, axis=-1)


def keys_to_show(steps: HeadSteps, chosen: int, most: int = 12) -> tuple[list[int], int, float]:
    """The keys worth drawing for one query, in the order of the text.

    Returns
    -------
    positions : the first token, the chosen one, the query, the heaviest ones, and
        one token of the future if there is one, to show the mask
    left_out : how many visible keys are not among them
    weight : what those hold together
    """
    n, query = len(steps.weights), steps.query
    future = {query + 1} if query + 1 < n else set()
    heaviest = np.argsort(-steps.weights[: query + 1], kind="stable").tolist()
    wanted = list(dict.fromkeys([chosen, query, 0, *heaviest]))[: most - len(future)]
    left_out = query + 1 - len(wanted)
    rest = max(0.0, 1.0 - float(steps.weights[wanted].sum())) if left_out else 0.0
    return sorted({*wanted, *future}), left_out, rest
