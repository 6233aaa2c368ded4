"""A "Show the Python" box about the prompt of the moment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.recipes import Recipe, recipe
from core.recipes.program import values_of
from pages.kit.current import Current


def box(
    now: Current, program: str, name: str, *, shown: Any, tolerance: float = 1e-4, **values: Any
) -> Recipe:
    """The box with model and prompt filled in, as far as its program asks for them.

    Parameters
    ----------
    program : a file under ``core/recipes``, such as ``attention/head``
    name : of the box, unique on its page
    shown : the numbers on the screen, in the shape of the program's ``result``
    tolerance : largest difference, relative to the largest value shown
    values : for the program's other first assignments
    """
    asked = values_of(program)
    given: dict[str, Any] = {"source": now.source, "prompt": now.text, "token_ids": None}
    if now.was_cut:
        given["token_ids"] = now.ids
    values = {key: value for key, value in given.items() if key in asked} | values
    made = recipe(program, name, shown=shown, tolerance=tolerance, **values)
    return replace(made, code=f"# {now.source_note}\n{made.code}") if now.source_note else made
