"""Functions of tensors as TorchScript: each asks for Python's lock once, not with each operation.

PyTorch calls TorchScript the old way and names `torch.compile` and `torch.export` as the new
ones: the first needs a compiler on every learner's machine, the second's programs still take
Python's lock for each operation.
"""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

import torch

P = ParamSpec("P")
R = TypeVar("R")
#: Two models' threads may want their first pass at the same time.
_lock = threading.Lock()


@cache
def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """A function as TorchScript; itself where TorchScript cannot be had.

    What fails in it raises RuntimeError with the lines around in its words: no "memory" in them, by
    which `core.engine.failures` knows that it ran out.
    """
    try:
        with _lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it is the old way
            script = torch.jit.script(function)
    except Exception:  # whatever a later PyTorch makes of it: the same numbers, a bit slower
        logging.getLogger("gpt2_hood").info("no TorchScript for %s", function, exc_info=True)
        return function

    @wraps(function)
    def run(*args: P.args, **named: P.kwargs) -> R:
        # As it stands: to watch the first calls and write the program anew for their shapes takes
        # longer than it saves.
        with torch.jit.optimized_execution(False):
            return script(*args, **named)

    return run
