"""Programs with their values filled in."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from core.recipes import program
from core.recipes.program import filled, literal, values_of

FOLDER = Path(program.__file__).parent
PROGRAMS = sorted(
    str(path.relative_to(FOLDER).with_suffix(""))
    for path in FOLDER.glob("*/*.py")
    if path.name not in {"__init__.py", "boxes.py"}
)


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Write a program of one's own."""
    monkeypatch.setattr(program, "_HERE", tmp_path)

    def write(text: str) -> str:
        name = f"p{abs(hash(text))}"
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        return name

    return write


def test_values_keep_their_comments_and_code_is_ascii(written) -> None:
    name = written('"""Doc."""\n\nprompt = "a"  # what is read\nk = 2\nresult = prompt * k\n')
    text = filled(name, {"prompt": 'Hé "x"\n', "k": np.int64(3)})
    assert "prompt = 'H\\xe9 \"x\"\\n'  # what is read\n" in text
    space: dict = {}
    exec(text, space)
    assert space["result"] == 'Hé "x"\n' * 3


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ({"kind": "a", "ids": None}, "result = 1\n"),
        ({"kind": "b", "ids": None}, "result = 2\n"),
        ({"kind": "c", "ids": [4]}, "ids = [4]\n"),
    ],
)
def test_a_question_about_values_is_decided(written, values: dict, kept: str) -> None:
    name = written(
        'kind = "a"\nids = None\n\nif kind == "a":\n    result = 1\nelif kind == "b":\n'
        "    # a comment stays\n    result = 2\nelse:\n    result = len(ids)\n"
    )
    text = filled(name, values)
    assert kept in text
    assert "if " not in text
    assert "kind" not in text, "a value that is used no more is left out"
    assert ("a comment stays" in text) == (values["kind"] == "b")


def test_other_questions_stay(written) -> None:
    name = written("n = 1\nx = n + 1\nif x > 1:\n    result = x\n")
    assert "if x > 1:" in filled(name, {"n": 5})


def test_a_value_that_is_not_assigned_is_an_error(written) -> None:
    name = written("n = 1\nresult = n\n")
    with pytest.raises(ValueError, match="assigns no"):
        filled(name, {"m": 1})


def test_literals_are_python() -> None:
    for value in (1.5, -2, "é", None, True, (1, 2), {"a": np.float32(0.5)}, np.arange(3)):
        assert ast.literal_eval(literal(value)) == program._plain(value)


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_program_is_whole(name: str) -> None:
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the first line says what it prints"
    assert values_of(name), "a page has nothing to fill in"
    stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and type(n.ctx) is ast.Store}
    called = {n.func.id for n in ast.walk(tree)
              if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}  # fmt: skip
    assert "result" in stored
    assert "print" in called
