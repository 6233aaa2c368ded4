"""What a lesson is: its steps, what each opens and asks. Nothing in a file is evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from core.questions import CHECKS

Kind = Literal["see", "predict", "do", "reveal", "transfer"]
AskType = Literal["choice", "number", "token", "click", "order", "vote", "game"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
#: What may stand in an address; a place of a check as ``{layer}``.
Value = str | int | float | bool
#: The kinds of question whose options the words name.
WITH_OPTIONS = ("choice", "order", "vote")
_PAGES = ("overview", "tokenizer", "embeddings", "attention", "layers", "compare", "sampling")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Open(_Strict):
    """A page, one of its panels (or none), and what the address holds."""

    page: Name
    panel: Name | None = None
    state: dict[Name, Value] = {}

    @field_validator("page")
    @classmethod
    def _is_a_page(cls, page: str) -> str:
        if page not in _PAGES:
            raise ValueError(f"there is no page {page!r}; there are {', '.join(_PAGES)}")
        return page


class Ask(_Strict):
    """A question: of a check, or with its right answer in the file, or without any (a vote).

    Attributes
    ----------
    options : names of what can be chosen; the words say them
    right : the right option, where no check says it
    typed : whether a token can be typed instead of chosen
    text : of a game, the text that is guessed; it begins with the lesson's prompt
    """

    type: AskType
    check: Name | None = None
    given: Mapping[str, Any] = Field(default={}, alias="with")
    options: tuple[Name, ...] = ()
    right: Name | None = None
    typed: bool = False
    text: str | None = Field(default=None, max_length=1_500)

    @model_validator(mode="after")
    def _can_be_asked(self) -> Ask:
        if self.check is not None:
            self._fits_its_check()
        elif self.type not in ("choice", "order", "vote", "game"):
            raise ValueError(f"a question of type {self.type} needs a check")
        if self.type in WITH_OPTIONS and len(self.options) < 2:
            raise ValueError(f"a question of type {self.type} needs at least two options")
        if self.type == "choice" and self.check is None and self.right not in self.options:
            raise ValueError("`right` names one of the options, or a check finds it")
        if self.type == "game" and self.text is None:
            raise ValueError("a game needs `text`, the text that is guessed")
        return self

    def _fits_its_check(self) -> None:
        check = CHECKS.get(self.check or "")
        if check is None:
            known = ", ".join(sorted(CHECKS))
            raise ValueError(f"there is no check {self.check!r}; there are {known}")
        if check.gives != self.type:
            raise ValueError(f"the check {self.check} gives a {check.gives}, not a {self.type}")
        missing = set(check.outcomes) - set(self.options)
        if self.type == "choice" and missing:
            raise ValueError(f"the check {self.check} can answer {', '.join(sorted(missing))}, too")
        check.verify(self.given)


def _several(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class Step(_Strict):
    """One step.

    Attributes
    ----------
    short : whether it belongs to the 45-minute path
    ask : its questions; the first one that the prompt and the model can carry is asked
    of : a reveal's question, by its step
    uses : the step whose check fills the places of `open` and `done_when`
    done_when : what the address holds when the thing is done: a value, ``*`` for anything but
        nothing, ``changed`` for anything but what the step opened with
    """

    id: Name
    kind: Kind
    short: bool = False
    open: Open | None = None
    ask: Annotated[tuple[Ask, ...], BeforeValidator(_several)] = ()
    of: Name | None = None
    uses: Name | None = None
    done_when: dict[Name, Value] = {}

    @model_validator(mode="after")
    def _is_whole(self) -> Step:
        if self.kind in ("predict", "transfer") and not self.ask:
            raise ValueError(f"a step of kind {self.kind} needs `ask`")
        if self.kind == "reveal" and self.of is None:
            raise ValueError("a reveal needs `of`, the step whose question it answers")
        if self.kind == "do" and not self.done_when:
            raise ValueError("a step to do needs `done_when`")
        return self

    @property
    def fixed(self) -> str | None:
        """The only text that the step is about, if there is one."""
        prompt = self.open.state.get("prompt") if self.open else None
        return None if prompt is None else str(prompt)

    @property
    def about(self) -> str | None:
        """The only text that its question is about: a game's own, or that of the step."""
        game = next((ask.text for ask in self.ask if ask.type == "game"), None)
        return self.fixed if game is None else game


class Lesson(_Strict):
    """A lesson's structure.

    Attributes
    ----------
    minutes : that it takes in a class
    misconception : what it overturns; one of the statements at entrance and exit, or its own
    prompt : the text that its steps are about, unless a learner has one of their own
    """

    id: Name
    minutes: int = Field(ge=1, le=90)
    misconception: Name
    prompt: str = Field(min_length=1, max_length=1_000)
    steps: tuple[Step, ...] = Field(min_length=1, max_length=40)

    @model_validator(mode="after")
    def _hangs_together(self) -> Lesson:
        seen: set[str] = set()
        asked: set[str] = set()
        for step in self.steps:
            if step.id in seen:
                raise ValueError(f"two steps are called {step.id}")
            for other in (step.of, step.uses):
                if other is not None and other not in asked:
                    raise ValueError(f"step {step.id}: no step before it asks as {other!r}")
            if step.kind == "reveal" and step.fixed != self.step(step.of or "").about:
                raise ValueError(f"step {step.id} answers {step.of} and is about another text")
            seen.add(step.id)
            if step.ask:
                asked.add(step.id)
        if self.steps[0].open is None:
            raise ValueError("the first step says with `open` where the lesson begins")
        return self

    def step(self, name: str) -> Step:
        """Raises KeyError if there is none of that name."""
        found = next((step for step in self.steps if step.id == name), None)
        if found is None:
            raise KeyError(name)
        return found

    def path(self, *, short: bool) -> tuple[Step, ...]:
        """Its steps, or those of the 45-minute path."""
        return tuple(step for step in self.steps if step.short or not short)

    def opened(self, step: Step) -> Open:
        """What a step opens: its own, or the page where the one before it was, and no panel."""
        if step.open is not None:
            return step.open
        before = [one.open for one in self.steps[: self.steps.index(step)] if one.open]
        return Open(page=before[-1].page)
