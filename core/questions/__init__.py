"""Checks: the questions of lessons, answered by the model itself on any prompt.

A check is a pure function of the engine and a prompt. It gives the right answer, the wrong
ones that a misconception leads to, the numbers for the words of the lesson, and the program
that computes them again. It refuses where the model's state cannot carry the question.
"""

from core.questions import (
    effect_of_head_off,
    n_tokens,
    strongest_key,
    top_token,
)
from core.questions.found import Candidate, Found, Refused
from core.questions.registry import CHECKS, ask
from core.questions.told import Told

#: One file for each check; importing it enters it into the registry.
_FILES = (effect_of_head_off, n_tokens, strongest_key, top_token)

__all__ = ["CHECKS", "Candidate", "Found", "Refused", "Told", "ask"]
