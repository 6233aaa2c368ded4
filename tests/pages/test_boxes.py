"""The product's promise: every "Show the Python" box prints the numbers of its figure."""

from __future__ import annotations

import json
import re

import pytest

from core.recipes.notebook import notebook
from core.recipes.recipe import differences
from pages.shell.journey import stops
from tests.app import boxes, open_page
from tests.boxes import check_box, run_box

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


@pytest.mark.parametrize("name", [stop.name for stop in stops()])
def test_a_notebook_loads_the_model_once_for_all_its_boxes(name: str) -> None:
    recipes = list(boxes(open_page(name, prompt=PROMPT)).values())
    book = json.loads(notebook(name, recipes))
    install, load, *programs = [
        "".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"
    ]
    assert install.startswith("%pip install")
    assert len(programs) == len(recipes)
    # A second model has a name of its own: the next program goes on with the first.
    anew = re.compile(r"^ *(model|tokenizer) = .*from_pretrained", re.M)
    assert not any(anew.search(program) for program in programs)
    # One after the other in one process: no box may leave a hook on the shared model.
    kept = [f"{program}\nresults.append(result)\n" for program in programs]
    results, _printed = run_box("\n".join([load, "results = []", *kept, "result = results"]))
    for recipe, result in zip(recipes, results, strict=True):
        assert not differences(result, recipe.shown, recipe.tolerance), recipe.name
    told = "".join("".join(c["source"]) for c in book["cells"] if c["cell_type"] == "markdown")
    assert all(recipe.question in told and recipe.question for recipe in recipes)
