"""A parameter of a page, declared once.

It knows its name in the address, what it may be, its default, its control. It reads the address
when a session comes to it first, keeps the session's value, says what of a link is not possible,
and writes back what is not the default.

What a parameter may be and begins with can depend on the prompt, the model and other parameters:
such things are given as functions of `Values`, which holds all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

import streamlit as st

from core.errors import LearnerError
from core.language import _
from pages.kit import address
from pages.kit.current import Current
from pages.kit.possible import Possible
from pages.kit.words import plain

T = TypeVar("T")

#: Longer texts stay out of the link: browsers and chat programs cut long addresses.
LONGEST_IN_URL = 1_500
_LONGEST_TOLD = 30


class Param(Generic[T]):
    """One value of a page; the kinds are in `pages.kit.controls`.

    Parameters
    ----------
    name : in the address; public, as links hold it
    default : the value where nothing is chosen, or a function of `Values`
    title : the control's label, in the session's language
    key : of the widget in the session, where it is not the name; public, as tests hold it
    scope : what the value belongs to, such as the prompt's ids: when it changes, the choice is
        forgotten and the default comes back
    always : whether the address holds the default, too
    late : whether it can be held against the address only inside its panel, as what is possible
        depends on the model's numbers
    """

    def __init__(
        self,
        name: str,
        *,
        default: T | Callable[[Values], T],
        title: Callable[[], str],
        key: str | None = None,
        scope: Callable[[Values], Hashable] | None = None,
        always: bool = False,
        late: bool = False,
        help: Callable[[Values], str | None] | None = None,
    ) -> None:
        self.name, self.key, self.title = name, key or name, title
        self._default, self.scope = default, scope
        self.always, self.late, self._help = always, late, help

    # --- what a kind of parameter says ---------------------------------------------------

    def possible(self, at: Values) -> Possible:
        """What the address may hold."""
        raise NotImplementedError

    def decode(self, raw: list[str]) -> T:
        """The value of what stands in the address, which `possible` allows."""
        raise NotImplementedError

    def encode(self, value: T) -> list[str]:
        """The value as it stands in the address; [] keeps it out."""
        return [str(value)]

    def draw(self, at: Values, **layout: Any) -> None:
        """Draw the control; what is chosen is in `at` from the next run on."""
        raise NotImplementedError

    def problem(self, raw: str, at: Values) -> str | LearnerError:
        """What is wrong with what a link asks for."""
        short = raw if len(raw) <= _LONGEST_TOLD else raw[:_LONGEST_TOLD] + "…"
        return _("{name}={value} should be {words}.").format(
            name=self.name, value=plain(short), words=self.possible(at).words
        )

    # --- the session's value ---------------------------------------------------------------

    def default(self, at: Values) -> T:
        return self._default(at) if callable(self._default) else self._default

    def label(self, at: Values) -> str:
        """What is written over the control."""
        return self.title()

    def help(self, at: Values) -> str | None:
        return None if self._help is None else self._help(at)

    def resolve(self, at: Values) -> T:
        """The session's value; the address's in its first run; else the default."""
        memory = st.session_state
        if self.scope is not None:
            self._forget_elsewhere(self.scope(at))
        if self.key in memory and not self.fits(memory[self.key], at):
            del memory[self.key]
            address.put(self.name, [])
        if self.key not in memory:
            raw = self._asked()
            fine = raw and all(self.possible(at).allows(text) for text in raw)
            memory[self.key] = self.decode(raw) if fine else self.default(at)
        return memory[self.key]

    def fits(self, value: T, at: Values) -> bool:
        """Whether the session's value is still possible: another model has fewer layers."""
        raw = self.encode(value)
        return all(self.possible(at).allows(text) for text in raw)

    def remember(self, at: Values) -> None:
        """Let the address hold the value, unless it is the default."""
        value = at[self]
        raw = self.encode(value)
        kept = raw and (self.always or value != self.default(at))
        address.put(self.name, raw if kept else [])

    def set(self, value: T) -> None:
        """Choose a value; for callbacks, which run before the page does."""
        st.session_state[self.key] = value
        st.session_state.pop(self._mark, None)  # it belongs to what comes now

    def forget(self) -> None:
        """Go back to the default; for callbacks."""
        st.session_state.pop(self.key, None)
        address.put(self.name, [])

    def read_again(self) -> None:
        """Forget the session's value for the address's: the browser went back to it."""
        st.session_state.pop(self.key, None)
        st.session_state.pop(self._mark, None)

    def wrong_in_address(self, at: Values) -> list[str]:
        """What the address holds under this name and may not."""
        return [text for text in self._asked() if not self.possible(at).allows(text)]

    def _asked(self) -> list[str]:
        return address.asked(self.name)[-1:]

    @property
    def _mark(self) -> str:
        return f"{self.key} of"

    def _forget_elsewhere(self, scope: Hashable) -> None:
        memory = st.session_state
        if memory.get(self._mark, scope) != scope:
            self.forget()
        memory[self._mark] = scope


class Values:
    """The values of a page's parameters in one run: ``at[LAYER]``.

    Each is resolved when it is first asked for, once a run. So whoever asks first gets what all
    the others get, and the order of the panels does not matter.

    Attributes
    ----------
    now : the model and the prompt
    """

    def __init__(self, now: Current) -> None:
        self.now = now
        self._values: dict[str, Any] = {}

    def __getitem__(self, param: Param[T]) -> T:
        if param.key not in self._values:
            self._values[param.key] = param.resolve(self)
        return self._values[param.key]
