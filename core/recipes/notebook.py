"""The boxes of a page as a Jupyter notebook; it loads the model once and says what each shows."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from importlib.metadata import version

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from core.recipes.recipe import Recipe

#: What the boxes import, by the name under which it is installed.
_INSTALLED = ("torch", "transformers", "numpy", "scikit-learn", "pyarrow")
#: What a box makes at its beginning, and the notebook once for all of them.
_ONCE = {"source", "tokenizer", "model"}


def notebook(title: str, recipes: Sequence[Recipe]) -> str:
    """A page's boxes as the JSON text of a notebook.

    Parameters
    ----------
    title : of the page
    recipes : its boxes, in order; each brings its panel's question, text and caption
    """
    book = new_notebook()
    book.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    book.cells = [
        new_markdown_cell(f"# {title}"),
        new_markdown_cell("What the cells below need, and the model, loaded once for all of them."),
        new_code_cell("%pip install -q " + " ".join(f"{n}=={version(n)}" for n in _INSTALLED)),
        new_code_cell(_loading(recipes)),
        *(cell for recipe in recipes for cell in _about(recipe)),
    ]
    for number, cell in enumerate(book.cells):
        cell["id"] = f"cell-{number}"
    return nbformat.writes(book)


def _about(recipe: Recipe) -> list[NotebookNode]:
    said = [f"## {recipe.question or recipe.name}", recipe.text, recipe.caption]
    words = "\n\n".join(part for part in said if part)
    return [new_markdown_cell(words), new_code_cell(_without_loading(recipe.code))]


def _loading(recipes: Sequence[Recipe]) -> str:
    """The cell that loads what all boxes use; eager attention can return its patterns."""
    lines = next((r.code for r in recipes if "\nsource = " in r.code), "").splitlines()
    where = [
        line for n, line in enumerate(lines) if line.startswith("source = ") or _is_note(n, line)
    ]
    return "\n".join(
        [
            "import torch",
            "from transformers import AutoTokenizer, GPT2LMHeadModel",
            "",
            *where,
            "tokenizer = AutoTokenizer.from_pretrained(source)",
            "model = GPT2LMHeadModel.from_pretrained(",
            '    source, dtype=torch.float32, attn_implementation="eager"',
            ").eval()",
        ]
    )


def _without_loading(code: str) -> str:
    lines = code.splitlines(keepends=True)
    for statement in reversed(ast.parse(code).body):
        if isinstance(statement, ast.Assign) and _is_loading(statement):
            del lines[statement.lineno - 1 : statement.end_lineno]
    return "".join(line for n, line in enumerate(lines) if not _is_note(n, line)).strip()


def _is_note(number: int, line: str) -> bool:
    """Whether a line says where the model is; a box about a folder's model begins with it."""
    return number == 0 and line.startswith("#")


def _is_loading(statement: ast.Assign) -> bool:
    target = statement.targets[0]
    return isinstance(target, ast.Name) and target.id in _ONCE
