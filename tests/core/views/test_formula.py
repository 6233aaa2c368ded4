"""The formula in LaTeX holds the numbers."""

from __future__ import annotations

from core.views.formula import formula
from tests.core.views.heads import STORY, steps_of


def test_formulas_hold_the_numbers(tiny) -> None:
    steps = steps_of(tiny, tiny.trace(STORY), 1, 1, 8)
    text = formula(steps, 4)
    for number in (f"{steps.dots[4]:.2f}", f"{steps.scores[4]:.2f}"):
        assert number in text
    assert f"{100 * steps.weights[4]:.1f}" in text
    assert "the future" in formula(steps, 9)
