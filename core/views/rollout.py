"""All layers together: what reaches the last layer from which token."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from core.model.loaded import LoadedModel
from core.views.arrays import handed_over
from core.views.attention import qkv
from core.views.attention_frugal import buffer, patterns
from core.views.trace import Trace

#: Rows of a product of two patterns that are made at once.
_ROWS = 128


@dataclass(frozen=True, eq=False)
class AllLayers:
    """Every head of every layer in one matrix; each of shape (query, key).

    Attributes
    ----------
    rollout : half attention (mean over heads), half the token itself, multiplied
        through the layers; rows sum to one
    mean : average over all heads of all layers; rows sum to one
    largest : the largest weight any head gives; rows need not sum to one
    """

    rollout: np.ndarray
    mean: np.ndarray
    largest: np.ndarray


def all_layers(loaded: LoadedModel, trace: Trace) -> AllLayers:
    """Rollout, mean and maximum over heads and layers; a few heads in memory at a time.

    References
    ----------
    Abnar & Zuidema (2020), Quantifying Attention Flow in Transformers, section 3.
    """
    n = trace.n_ctx
    rollout, mean, largest = torch.eye(n), torch.zeros(n, n), torch.zeros(n, n)
    average, room = torch.empty(n, n), buffer(loaded, n)
    for layer in range(loaded.shape.n_layer):
        q, k, _v = qkv(loaded, trace, layer)
        average.zero_()
        for some in patterns(loaded, layer, q, k, room):
            for head in some.cpu():
                average += head
                torch.maximum(largest, head, out=largest)
        average /= loaded.shape.n_head
        mean += average
        _through(average, rollout)
    mean /= loaded.shape.n_layer
    return AllLayers(handed_over(rollout), handed_over(mean), handed_over(largest))


def _through(average: torch.Tensor, rollout: torch.Tensor) -> None:
    """One layer more: ``rollout = (average + identity) / 2 @ rollout``, in place of both."""
    average.diagonal().add_(1.0)
    average.mul_(0.5)
    # Nobody looks ahead, so a row needs none below it: from the last rows up in one place.
    for stop in range(len(rollout), 0, -_ROWS):
        rows = slice(max(0, stop - _ROWS), stop)
        rollout[rows] = average[rows, :stop] @ rollout[:stop]
