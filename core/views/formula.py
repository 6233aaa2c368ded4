"""The arithmetic of one weight in LaTeX, with the real numbers."""

from __future__ import annotations

import math

import numpy as np

from core.language import _
from core.views.head_steps import HeadSteps


def formula(steps: HeadSteps, key: int) -> str:
    """Dot product, scale and softmax of one key, a line each."""
    share = _future(key) if key > steps.query else _share(steps, key)
    lines = r" \\[10pt] ".join(
        "& " + line for line in (_dot(steps, key), _scaled(steps, key), share)
    )
    return rf"\begin{{aligned}} {lines} \end{{aligned}}"


def _dot(steps: HeadSteps, key: int) -> str:
    first = " ".join(f"{term:+.2f}" for term in steps.products(key)[:3]).lstrip("+")
    left = rf"q_{{{steps.query}}} \cdot k_{{{key}}}"
    return rf"{left} = {first} + \dots = {steps.dots[key]:.2f}"


def _scaled(steps: HeadSteps, key: int) -> str:
    d_head = len(steps.q)
    usual = abs(steps.scaling * math.sqrt(d_head) - 1) < 1e-6
    by = rf"\sqrt{{{d_head}}}" if usual else f"{1 / steps.scaling:.2f}"
    return rf"s_{{{key}}} = \dfrac{{{steps.dots[key]:.2f}}}{{{by}}} = {steps.scaled[key]:.2f}"


def _future(key: int) -> str:
    future = _("the future")
    return rf"s_{{{key}}} = -\infty \text{{ ({future})}},\quad e^{{-\infty}} = 0"


def _share(steps: HeadSteps, key: int) -> str:
    # Against the largest score, as the machine does it: e to a large power overflows.
    seen = steps.scores[: steps.query + 1]
    top = float(seen.max())
    powers = np.exp(seen.astype(np.float64) - top)
    less = f"- {top:.2f}" if top >= 0 else f"+ {-top:.2f}"
    return (
        rf"\dfrac{{e^{{{steps.scores[key]:.2f} {less}}}}}{{\sum_j e^{{s_j {less}}}}}"
        rf" = \dfrac{{{_power(powers[key])}}}{{{_power(powers.sum())}}}"
        rf" = {100 * steps.weights[key]:.1f}\%"
    )


def _power(value: float) -> str:
    """A positive number in LaTeX with three digits."""
    if value >= 0.001:
        return f"{value:.3f}"
    digits, exponent = f"{value:.1e}".split("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}"
