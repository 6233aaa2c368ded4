"""The product's promise: every "Show the Python" box prints the numbers of its figure."""

from __future__ import annotations

import pytest

from pages.shell.journey import stops
from tests.app import boxes, open_page
from tests.boxes import check_box

PROMPT = "The little dog ran after the cat, and the cat ran after the"


@pytest.mark.parametrize("name", [stop.name for stop in stops()])
def test_every_box_of_a_page(name: str) -> None:
    recipes = boxes(open_page(name, prompt=PROMPT))
    assert recipes, "a page without a box cannot be checked"
    failures = []
    for recipe in recipes.values():
        try:
            check_box(recipe)
        except AssertionError as error:
            failures.append(str(error))
    assert not failures, "\n\n".join(failures)
