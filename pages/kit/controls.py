"""The kinds of parameters, each with its control.

Streamlit's own ``bind="query-params"`` is not used: it writes an option's label, which in another
language names nothing, and it takes a wrong value for none at all without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from core.numbers import bare
from pages.kit import address, possible
from pages.kit.params import LONGEST_IN_URL, Param, Values
from pages.kit.possible import Possible

T = TypeVar("T")
N = TypeVar("N", int, float)
Options = Mapping[str, str]
#: A bound of a number: itself, or a function of the other values.
Bound = N | Callable[[Values], N]


def _at(bound: Bound[N], at: Values) -> N:
    return bound(at) if callable(bound) else bound


class Number(Param[N]):
    """A number between two bounds: a stepper or, if `slide`, a slider."""

    def __init__(
        self, name: str, low: Bound[N], high: Bound[N], *, step: N, slide: bool = False, **more: Any
    ) -> None:
        super().__init__(name, **more)
        self.low, self.high, self.step, self.slide = low, high, step, slide

    def possible(self, at: Values) -> Possible:
        whole = isinstance(self.step, int)
        return possible.between(_at(self.low, at), _at(self.high, at), whole=whole)

    def decode(self, raw: list[str]) -> N:
        return type(self.step)(raw[-1])

    def encode(self, value: N) -> list[str]:
        return [f"{value:g}" if isinstance(value, float) else str(value)]

    def draw(self, at: Values, **layout: Any) -> None:
        at[self]  # the session holds it before the widget is drawn
        low, high = _at(self.low, at), _at(self.high, at)
        options: dict[str, Any] = {"step": self.step, "key": self.key, "help": self.help(at)}
        if self.slide:
            st.slider(self.label(at), low, high, persist_state="session", **options, **layout)
            return
        layout.setdefault("disabled", low == high)
        # A stepper of one value: Streamlit wants the bounds apart.
        high = max(high, low + self.step)
        st.number_input(self.label(at), low, high, persist_state="session", **options, **layout)


class Step(Param[N]):
    """One of a few numbers on a slider, such as 0, 1, 10, 100."""

    def __init__(self, name: str, steps: Sequence[N], **more: Any) -> None:
        super().__init__(name, **more)
        self.steps = steps

    def possible(self, at: Values) -> Possible:
        return possible.among(f"{step:g}" for step in self.steps)

    def decode(self, raw: list[str]) -> N:
        return next(step for step in self.steps if f"{step:g}" == raw[-1])

    def encode(self, value: N) -> list[str]:
        return [f"{value:g}"]

    def draw(self, at: Values, **layout: Any) -> None:
        at[self]
        st.select_slider(
            self.label(at), self.steps, key=self.key, help=self.help(at), format_func=bare,
            persist_state="session", **layout,
        )  # fmt: skip


class Choice(Param[str]):
    """One of a few options side by side or, if `menu`, one of many in a menu.

    Parameters
    ----------
    options : option -> its label, of the moment; the option stands in the address
    default : the first option, if there is none
    """

    def __init__(
        self, name: str, options: Callable[[Values], Options], *, menu: bool = False, **more: Any
    ) -> None:
        more.setdefault("default", lambda at: next(iter(options(at))))
        super().__init__(name, **more)
        self.options, self.menu = options, menu

    def possible(self, at: Values) -> Possible:
        return possible.among(self.options(at))

    def decode(self, raw: list[str]) -> str:
        return raw[-1]

    def draw(self, at: Values, **layout: Any) -> None:
        at[self]
        names = self.options(at)
        common: dict[str, Any] = {"key": self.key, "help": self.help(at)}
        common |= {"format_func": lambda option: names[option], "persist_state": "session"}
        if self.menu:
            st.selectbox(self.label(at), list(names), **common, **layout)
            return
        st.segmented_control(self.label(at), list(names), required=True, **common, **layout)


class Switch(Param[bool]):
    """On or off."""

    def __init__(self, name: str, *, default: bool = False, **more: Any) -> None:
        super().__init__(name, default=default, **more)

    def possible(self, at: Values) -> Possible:
        return possible.switch()

    def decode(self, raw: list[str]) -> bool:
        return raw[-1] == "true"

    def encode(self, value: bool) -> list[str]:
        return ["true" if value else "false"]

    def draw(self, at: Values, **layout: Any) -> None:
        at[self]
        options = {"key": self.key, "help": self.help(at), "persist_state": "session"}
        st.toggle(self.label(at), **options, **layout)


class Text(Param[str]):
    """A text that is typed; an area of `height` pixels if there is one."""

    def __init__(
        self, name: str, *, default: str | Callable[[Values], str] = "",
        longest: int | None = None, height: int | None = None,
        placeholder: Callable[[], str] | None = None, **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(name, default=default, **more)
        self.longest, self.height, self.placeholder = longest, height, placeholder

    def possible(self, at: Values) -> Possible:
        return possible.anything()

    def decode(self, raw: list[str]) -> str:
        return raw[-1][: self.longest]

    def encode(self, value: str) -> list[str]:
        return [value] if len(value) <= LONGEST_IN_URL else []

    def draw(self, at: Values, **layout: Any) -> None:
        at[self]
        options: dict[str, Any] = {"key": self.key, "max_chars": self.longest}
        options |= {"help": self.help(at), "persist_state": "session"}
        options["placeholder"] = None if self.placeholder is None else self.placeholder()
        if self.height is None:
            st.text_input(self.label(at), **options, **layout)
        else:
            st.text_area(self.label(at), height=self.height, **options, **layout)


class Some(Param[list[T]]):
    """Any of a few options, side by side; all of them, or `default`, at first.

    Parameters
    ----------
    options : option -> its label, of the moment
    apart : whether each stands in the address on its own, instead of with commas between them
    """

    def __init__(
        self, name: str, options: Callable[[Values], Mapping[T, str]], *, apart: bool = False,
        **more: Any,
    ) -> None:  # fmt: skip
        more.setdefault("default", lambda at: list(options(at)))
        super().__init__(name, **more)
        self.options, self.apart = options, apart

    def possible(self, at: Values) -> Possible:
        return possible.some_among(self.options(at))

    def _asked(self) -> list[str]:
        asked = address.asked(self.name)
        return asked if self.apart else asked[-1:]

    def decode(self, raw: list[str]) -> list[T]:
        raise NotImplementedError  # needs the options: see `resolve`

    def resolve(self, at: Values) -> list[T]:
        memory, options = st.session_state, self.options(at)
        if self.key not in memory:
            raw = [name for text in self._asked() for name in text.split(",")]
            wanted = [option for option in options if str(option) in raw]
            memory[self.key] = wanted if wanted or raw == [""] else self.default(at)
        chosen = [option for option in options if option in memory[self.key]]
        if chosen != memory[self.key]:
            memory[self.key] = chosen
        return chosen

    def encode(self, value: list[T]) -> list[str]:
        names = [str(option) for option in value]
        return (names or [""]) if self.apart else [",".join(names)]

    def draw(self, at: Values, **layout: Any) -> None:
        at[self]
        names = self.options(at)
        st.pills(
            self.label(at), list(names), selection_mode="multi", key=self.key, help=self.help(at),
            format_func=lambda option: names[option], persist_state="session", **layout,
        )  # fmt: skip


class Position(Number[int]):
    """A token of the prompt by its place; the last one, or `default`, at first.

    The choice belongs to the prompt: in another text it is forgotten.
    """

    def __init__(self, name: str, **more: Any) -> None:
        more.setdefault("default", lambda at: at.now.last)
        more.setdefault("scope", lambda at: at.now.ids)
        super().__init__(name, 0, lambda at: at.now.last, step=1, **more)
