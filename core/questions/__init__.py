"""Checks: the questions of lessons, answered by the model itself on any prompt.

A check is a pure function of the engine and a prompt. It gives the right answer, the wrong
ones that a misconception leads to, the numbers for the words of the lesson, and the program
that computes them again. It refuses where the model's state cannot carry the question.
"""

from importlib import import_module
from pkgutil import iter_modules

from core.questions.found import Candidate, Found, Refused
from core.questions.registry import CHECKS, ask
from core.questions.told import Told

#: A file for each check: importing it enters it into the registry.
for _file in iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")

__all__ = ["CHECKS", "Candidate", "Found", "Refused", "Told", "ask"]
