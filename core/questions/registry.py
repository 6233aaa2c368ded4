"""The checks by name. The list is closed: a lesson's file names a check, and nothing else runs."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from core.engine.backend import Backend
from core.errors import EmptyPrompt, OutOfRange, TooManyTokens, TooMuchText
from core.questions import told
from core.questions.found import Found, Refused
from core.tokens.label import clean

Gives = Literal["choice", "number", "token", "click", "order"]
#: Numbers that every check gives.
COMMON = ("prompt", "n_tokens", "n_vocab")
#: What stands for the default of a parameter that has none.
NEEDED = inspect.Parameter.empty

#: What is wrong with the question's text or place rather than with the machine.
_NOT_ANSWERABLE = (EmptyPrompt, TooManyTokens, TooMuchText, OutOfRange)


@dataclass(frozen=True, eq=False)
class Check:
    """One check, and what it promises.

    Attributes
    ----------
    name : as a lesson's file writes it
    function : (engine, prompt, *, ...) -> Found
    gives : the kind of answer
    outcomes : of a choice, the options' names that can be right, and those that never are
    parameters : name -> default; `NEEDED` where one must be given
    types : name -> what it may be
    numbers, places : names of the placeholders that it fills, `COMMON` among the numbers
    keyed : the parameter whose keys are names of numbers, too
    """

    name: str
    function: Callable[..., Found]
    gives: Gives
    outcomes: tuple[str, ...]
    parameters: Mapping[str, Any]
    types: Mapping[str, Any]
    numbers: tuple[str, ...]
    places: tuple[str, ...]
    keyed: str | None = None

    def numbers_with(self, given: Mapping[str, Any]) -> tuple[str, ...]:
        """The placeholders that it fills when asked with these values."""
        more = given.get(self.keyed) if self.keyed else None
        return (*self.numbers, *(more if isinstance(more, Mapping) else ()))

    def verify(self, given: Mapping[str, Any]) -> None:
        """Refuse values that the check does not take.

        Raises
        ------
        ValueError
            For an unknown name, a missing or a wrong value.
        """
        known = ", ".join(self.parameters) or "nothing but a prompt"
        for name, value in given.items():
            if name not in self.parameters:
                raise ValueError(f"the check {self.name} takes no {name!r}; it takes {known}")
            if not _fits(value, self.types[name]):
                raise ValueError(f"the check {self.name} cannot use {name}: {value!r}")
        missing = [n for n, v in self.parameters.items() if v is NEEDED and n not in given]
        if missing:
            raise ValueError(f"the check {self.name} needs {', '.join(missing)}")


def _fits(value: Any, kind: Any) -> bool:
    """Whether a value read from a file is of an annotated type; lists may be tuples."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is Mapping:
        return isinstance(value, Mapping) and all(
            _fits(k, parts[0]) and _fits(v, parts[1]) for k, v in value.items()
        )
    if origin is tuple:  # tuple[int, ...]
        return isinstance(value, tuple | list) and all(_fits(v, parts[0]) for v in value)
    if parts:  # int | str | None
        return any(_fits(value, part) for part in parts)
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


_checks: dict[str, Check] = {}
CHECKS: Mapping[str, Check] = MappingProxyType(_checks)

F = typing.TypeVar("F", bound=Callable[..., Found])


def check(
    name: str,
    *,
    gives: Gives,
    outcomes: tuple[str, ...] = (),
    numbers: tuple[str, ...] = (),
    places: tuple[str, ...] = (),
    keyed: str | None = None,
) -> Callable[[F], F]:
    """Enter a function into the registry; it stays a plain function."""

    def enter(function: F) -> F:
        asked = inspect.signature(function).parameters.values()
        parameters = {p.name: p.default for p in asked if p.kind is p.KEYWORD_ONLY}
        types = {n: t for n, t in typing.get_type_hints(function).items() if n in parameters}
        _checks[name] = Check(
            name, function, gives, outcomes, parameters, types, (*COMMON, *numbers), places, keyed
        )
        return function

    return enter


def ask(engine: Backend, name: str, prompt: str, **given: Any) -> Found:
    """A question's answer on this prompt and this model. Pure: nothing is kept.

    Raises
    ------
    Refused
        If the prompt or the model cannot carry the question.
    ValueError
        For an unknown check, or a value that it does not take.
    Busy, RequestFailed
        From the engine.
    """
    if name not in CHECKS:
        raise ValueError(f"there is no check {name!r}; there are {', '.join(sorted(CHECKS))}")
    CHECKS[name].verify(given)
    prompt = clean(prompt)
    try:
        found = CHECKS[name].function(engine, prompt, **given)
    except _NOT_ANSWERABLE as error:
        raise Refused(error.problem, error.cure) from error
    common = {
        **told.texts(prompt=prompt),
        **told.counts(n_tokens=len(engine.ids(prompt)), n_vocab=engine.shape.n_vocab),
    }
    return replace(found, numbers={**common, **found.numbers})
