"""Layer norm: each vector on its own, shifted and scaled by what it is itself.

    out = (x - mean(x)) / sqrt(var(x) + eps) * gain + bias

Ba, Kiros & Hinton (2016), *Layer Normalization*, equation 4. GPT-2 has one before
each part of a block (`ln_1`, `ln_2`) and one before the head (`ln_f`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from accelerate.utils import align_module_device

from core.views.arrays import read_only
from core.views.trace import frozen


@dataclass(frozen=True, eq=False)
class NormSteps:
    """Layer norm of one vector, step by step; every array has shape (n_embd,).

    Attributes
    ----------
    x : what comes in
    mean, variance : of `x` over its n_embd numbers (variance without Bessel's correction)
    eps : keeps the division from blowing up
    centred : x - mean
    normed : centred / sqrt(variance + eps)
    gain, bias : learned, one number per dimension
    out : normed * gain + bias
    """

    x: np.ndarray
    mean: float
    variance: float
    eps: float
    centred: np.ndarray
    normed: np.ndarray
    gain: np.ndarray
    bias: np.ndarray
    out: np.ndarray

    @property
    def sums(self) -> tuple[float, float, float]:
        """Mean, variance and eps: the three numbers that all dimensions share."""
        return self.mean, self.variance, self.eps

    @property
    def deviation(self) -> float:
        """sqrt(variance + eps)."""
        return float(np.sqrt(self.variance + self.eps))


def norm_steps(x: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float) -> NormSteps:
    """Layer norm of one vector of shape (n_embd,), with everything in between."""
    # float64 inside: the page shows steps that add up to their last digit.
    wide = np.asarray(x, dtype=np.float64)
    mean, variance = float(wide.mean()), float(wide.var())
    centred = wide - mean
    normed = centred / np.sqrt(variance + eps)
    arrays = (x, centred, normed, gain, bias, normed * gain + bias)
    x32, centred, normed, gain, bias, out = (read_only(np.array(a, np.float32)) for a in arrays)
    return NormSteps(x32, mean, variance, eps, centred, normed, gain, bias, out)


def gain_and_bias(module: torch.nn.LayerNorm) -> tuple[np.ndarray, np.ndarray]:
    """What training has learned for one layer norm; each of shape (n_embd,)."""
    with align_module_device(module):  # offloaded weights would be on meta
        return frozen(module.weight), frozen(module.bias)


def norm_of(module: torch.nn.LayerNorm, x: torch.Tensor) -> NormSteps:
    """`norm_steps` with a module's own gain, bias and eps."""
    return norm_steps(frozen(x), *gain_and_bias(module), module.eps)
