"""One token's way through the layers: how far from its own embedding, and near to which tokens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from core.model.bounds import check_position
from core.model.loaded import LoadedModel
from core.views.arrays import read_only
from core.views.trace import Trace, frozen
from core.views.wte import products_with, search_index, weight_of


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
    check_position(position, trace.n_ctx)
    index = search_index(loaded)
    vectors = trace.resid[:, position]
    norms = np.linalg.norm(vectors, axis=1)
    own = trace.token_ids[position]
    with weight_of(loaded.model.transformer.wte) as weight:
        products = products_with(weight, torch.from_numpy(vectors.copy()))
        row_norms = torch.from_numpy(index.norms.copy()).to(products.device)
        cosines = products / row_norms.clamp(min=1e-12)
        top = cosines.topk(k, dim=1)
        ids = top.indices.cpu().numpy()
        values, mine = frozen(top.values), frozen(cosines[:, own])
    scale = np.maximum(norms, np.float32(1e-12))
    return Walk(
        read_only(mine / scale),
        read_only(norms),
        read_only(ids, np.int64),
        tuple(tuple(index.pieces[i] for i in row) for row in ids),
        read_only(values / scale[:, None]),
    )
