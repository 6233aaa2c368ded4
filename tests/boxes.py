"""Run "Show the Python" boxes as separate programs and compare them with the page.

Each box runs in a process of its own, forked from a server that has torch,
transformers and the embedded model already (boxes_warm.py): importing and reading
them anew for every box would take minutes.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import sys
import tempfile
import traceback
import types
from collections.abc import Iterator
from multiprocessing.connection import Connection

import numpy as np

from core.recipes.recipe import Recipe, differences

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.boxes_warm"])


def _plain(value):
    if hasattr(value, "detach"):
        return value.detach().cpu().numpy()
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value


def _run(code: str, answer: Connection) -> None:
    os.chdir(tempfile.gettempdir())  # a box runs from any folder
    sys.argv = ["box.py"]
    printed = io.StringIO()
    try:
        import torch

        torch.set_num_threads(1)
        space: dict = {"__name__": "__main__"}
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "box.py", "exec"), space)
        answer.send((True, _plain(space.get("result")), printed.getvalue()))
    except BaseException:
        answer.send((False, traceback.format_exc(), printed.getvalue()))


@contextlib.contextmanager
def _no_main() -> Iterator[None]:
    # AppTest leaves the app as `__main__`, and a new process runs its parent's `__main__` first:
    # it would start the whole app, whose model would load beside the box's own.
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def run_box(code: str, timeout: float = 180.0):
    """The box's `result` and what it printed.

    Raises
    ------
    AssertionError
        If the program fails or does not end.
    """
    here, there = _context.Pipe()
    process = _context.Process(target=_run, args=(code, there), daemon=True)
    with _no_main():
        process.start()
    there.close()
    try:
        assert here.poll(timeout), f"the box did not end within {timeout} s:\n{code}"
        fine, result, printed = here.recv()
    finally:
        process.kill()
        process.join()
    assert fine, f"the box failed:\n{result}\n{code}"
    return result, printed


def check_box(recipe: Recipe) -> None:
    """Run one box and hold its numbers against the page's."""
    result, printed = run_box(recipe.code)
    assert result is not None, f"{recipe.name} leaves no result"
    assert printed.strip(), f"{recipe.name} prints nothing"
    found = differences(result, recipe.shown, recipe.tolerance)
    assert not found, f"{recipe.name}: {found[:3]}\n{recipe.code}\n{np.shape(recipe.shown)}"
