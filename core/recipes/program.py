"""A "Show the Python" box is a real program: a file beside this one, with its values filled in.

The file runs as it stands (on GPT-2 from the Hub) and is linted like all code. Its first
assignments are what a page fills in:

    source = "openai-community/gpt2"
    prompt = "Once upon a time"
    layer = 1
    hide_first = False

A top-level ``if`` that asks for nothing but such values is decided when they are filled in: the
box shows the branch that is taken, and leaves out a value that is then used no more.
"""

from __future__ import annotations

import ast
import textwrap
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

_HERE = Path(__file__).parent


@lru_cache(maxsize=128)
def _source(program: str) -> str:
    return (_HERE / f"{program}.py").read_text(encoding="utf-8")


@lru_cache(maxsize=128)
def values_of(program: str) -> frozenset[str]:
    """The names that a program lets a page fill in: its first assignments.

    Parameters
    ----------
    program : a file of this folder, such as ``attention/head``
    """
    names = set()
    for statement in ast.parse(_source(program)).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            names.add(statement.targets[0].id)
        elif names:  # the assignments stand together, after the imports
            break
    return frozenset(names)


# A page fills its programs in at every run; there are few texts, one for each taken branch.
@lru_cache(maxsize=256)
def _parsed(text: str) -> tuple[ast.Module, frozenset[str]]:
    """A text's tree, not to be written into, and the names that it reads."""
    tree = ast.parse(text)
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return tree, frozenset(name.id for name in names if isinstance(name.ctx, ast.Load))


def filled(program: str, values: dict[str, Any]) -> str:
    """The program with its values.

    Raises
    ------
    ValueError
        If the program has no such value to fill in.
    """
    unknown = set(values) - values_of(program)
    if unknown:
        raise ValueError(f"core/recipes/{program}.py assigns no {sorted(unknown)} at its start")
    text = _decided(_source(program), values)
    return _assigned(text, values)


def _decided(text: str, values: dict[str, Any]) -> str:
    """The branches that the values take instead of the questions that ask for them."""
    lines = text.splitlines(keepends=True)
    for statement in reversed(_parsed(text)[0].body):
        if isinstance(statement, ast.If) and _asks_only_for(statement.test, values):
            taken = _branch(statement, lines, values)
            lines[statement.lineno - 1 : statement.end_lineno] = [taken]
    return "".join(lines)


def _asks_only_for(test: ast.expr, values: dict[str, Any]) -> bool:
    return all(node.id in values for node in ast.walk(test) if isinstance(node, ast.Name))


def _branch(statement: ast.If, lines: list[str], values: dict[str, Any]) -> str:
    question = compile(ast.Expression(statement.test), "<recipe>", "eval")
    if eval(question, {"__builtins__": {}, "len": len}, values):  # our own file, not typed text
        return _block(statement.body, statement.lineno, lines)
    if len(statement.orelse) == 1 and isinstance(statement.orelse[0], ast.If):
        return _branch(statement.orelse[0], lines, values)
    if not statement.orelse:
        return ""
    header = statement.body[-1].end_lineno or 0
    while not lines[header].startswith("else:"):
        header += 1
    return _block(statement.orelse, header + 1, lines)


def _block(body: list[ast.stmt], header: int, lines: list[str]) -> str:
    return textwrap.dedent("".join(lines[header : body[-1].end_lineno]))


def _assigned(text: str, values: dict[str, Any]) -> str:
    tree, used = _parsed(text)
    lines = text.splitlines(keepends=True)
    done: set[str] = set()
    edits = []
    for statement in tree.body:
        if not (isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)):
            continue
        name = statement.targets[0].id
        if name in values and name not in done:
            done.add(name)
            new = f"{name} = {literal(values[name])}{_comment(statement, lines)}\n"
            edits.append((statement, new if name in used else ""))
    for statement, new in reversed(edits):
        lines[statement.lineno - 1 : statement.end_lineno] = [new]
    return "".join(lines)


def _comment(statement: ast.stmt, lines: list[str]) -> str:
    """What is said behind an assignment."""
    rest = lines[(statement.end_lineno or 1) - 1].encode()[statement.end_col_offset or 0 :]
    return rest.decode().rstrip("\n")


def literal(value: Any) -> str:
    """A value as Python source, in ASCII."""
    return ascii(_plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, dict):
        return {_plain(k): _plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    return value
