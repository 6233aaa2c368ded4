"""What a "Show the Python" box is, and how its result is held against the page.

A box is a whole program in plain transformers and torch, with the model, the
prompt and the settings of the moment filled in. It prints the numbers of its
figure and leaves them in a variable named ``result``; the tests run it and
compare ``result`` with what the page showed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.recipes.program import filled


@dataclass(frozen=True, eq=False)
class Recipe:
    """One box.

    Attributes
    ----------
    name : unique on its page, such as "attention-pattern"
    code : the program; it ends with ``result`` set and printed
    shown : the numbers on the screen: a number, text, or (nested) sequences or
        arrays of them, in the shape that ``result`` has
    tolerance : largest difference, relative to the largest value shown
    question, text, caption : of the panel that shows it, in Markdown; for the notebook
    """

    name: str
    code: str
    shown: Any
    tolerance: float = 1e-4
    question: str = ""
    text: str = ""
    caption: str = ""


def recipe(
    program: str, name: str, *, shown: Any, tolerance: float = 1e-4, **values: Any
) -> Recipe:
    """A box, from a program of this folder.

    Parameters
    ----------
    program : its file, such as ``attention/head``
    name, shown, tolerance : as in `Recipe`
    values : for the program's first assignments
    """
    return Recipe(name, filled(program, values), shown, tolerance)


def differences(result: Any, shown: Any, tolerance: float) -> list[str]:
    """Where a box's result and the page's numbers differ; empty when they agree.

    Text must be equal; numbers may differ by `tolerance` times the largest
    absolute value shown; shapes must be the same.
    """
    if isinstance(shown, str):
        return [] if str(result) == shown else [f"{result!r} instead of {shown!r}"]
    if isinstance(shown, dict):
        if not isinstance(result, dict) or list(result) != list(shown):
            return [f"keys differ: {result!r} instead of {list(shown)}"]
        return [d for key in shown for d in differences(result[key], shown[key], tolerance)]
    if isinstance(shown, list | tuple) and any(
        isinstance(v, str | dict | list | tuple) for v in shown
    ):
        if len(result) != len(shown):
            return [f"{len(result)} entries instead of {len(shown)}"]
        pairs = zip(result, shown, strict=True)
        return [d for r, s in pairs for d in differences(r, s, tolerance)]
    return _of_numbers(result, shown, tolerance)


def _of_numbers(result: Any, shown: Any, tolerance: float) -> list[str]:
    got = np.asarray(result.detach() if hasattr(result, "detach") else result, dtype=np.float64)
    want = np.asarray(shown, dtype=np.float64)
    if got.shape != want.shape:
        return [f"shape {got.shape} instead of {want.shape}"]
    if got.size == 0:
        return []
    if not np.array_equal(np.isfinite(got), np.isfinite(want)):
        return ["infinite or missing values at other places"]
    finite = np.isfinite(want)
    scale = float(np.abs(want[finite]).max(initial=0.0))
    worst = float(np.abs(got[finite] - want[finite]).max(initial=0.0))
    return [] if worst <= tolerance * max(scale, 1e-9) else [f"largest difference {worst:g}"]
