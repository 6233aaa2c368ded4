"""GELU as GPT-2 has it: the tanh formula, not the exact one with the error function.

    gelu(x) = x * 0.5 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))

Hendrycks & Gimpel (2016), *Gaussian Error Linear Units*, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.views.arrays import read_only


@dataclass(frozen=True, eq=False)
class GeluSteps:
    """GELU, step by step; all arrays have the shape of `x`.

    Attributes
    ----------
    x : what comes in
    inner : sqrt(2 / pi) * (x + 0.044715 x^3)
    tanh : of `inner`
    gate : 0.5 * (1 + tanh), in [0, 1]: how much of x is let through
    out : x * gate
    """

    x: np.ndarray
    inner: np.ndarray
    tanh: np.ndarray
    gate: np.ndarray
    out: np.ndarray

    @property
    def n_firing(self) -> int:
        """How many neurons let something positive through."""
        return int((self.out > 0).sum())


def gelu_steps(x: np.ndarray) -> GeluSteps:
    """GPT-2's GELU of numbers in any shape, with everything in between."""
    wide = np.asarray(x, dtype=np.float64)
    inner = np.sqrt(2 / np.pi) * (wide + 0.044715 * wide**3)
    tanh = np.tanh(inner)
    gate = 0.5 * (1 + tanh)
    return GeluSteps(*(read_only(a) for a in (wide, inner, tanh, gate, wide * gate)))


def gelu_curve(around: np.ndarray, n: int = 161) -> tuple[np.ndarray, np.ndarray]:
    """Points of the curve from -4 to 4, further where `around` reaches further; each (n,)."""
    x = np.linspace(min(-4.0, float(around.min())), max(4.0, float(around.max())), n)
    return x, gelu_steps(x).out
