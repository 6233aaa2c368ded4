"""Choices that live in the page's address by what they are, not by how they are called.

Streamlit's own ``bind="query-params"`` writes an option's label: in another language the link
would name nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core.language import _
from pages.kit.words import plain

PROBLEMS = "address_problems"
LONGEST_VALUE = 30


@dataclass(frozen=True)
class Possible:
    """What a name in the address may stand for.

    Attributes
    ----------
    allows : whether a value, as it stands in the address, is one of them
    words : which they are, for a sentence
    many : whether the name may come more than once
    """

    allows: Callable[[str], bool]
    words: str
    many: bool = False


def between(low: float, high: float, *, whole: bool = True) -> Possible:
    """Numbers from `low` to `high`, both included."""

    def allows(value: str) -> bool:
        try:
            number = int(value) if whole else float(value)
        except ValueError:
            return False
        return math.isfinite(number) and low <= number <= high

    if whole:
        text = _("a whole number from {low:,} to {high:,}")
    else:
        text = _("a number from {low:g} to {high:g}")
    return Possible(allows, text.format(low=low, high=high))


def among(options: Iterable[object]) -> Possible:
    """One of a few options."""
    names = [str(option) for option in options]
    return Possible(lambda value: value in names, _("one of {names}").format(names=_list(names)))


def some_among(options: Iterable[object], *, many: bool = False) -> Possible:
    """Any of a few options, with commas between them or, if `many`, each on its own; or none."""
    names = [str(option) for option in options]

    def allows(value: str) -> bool:
        return value == "" or set(value.split(",")) <= set(names)

    return Possible(allows, _("any of {names}").format(names=_list(names)), many)


def switch() -> Possible:
    """On or off."""
    return among(("true", "false"))


def _list(names: list[str]) -> str:
    """All of a few names, the ends of many."""
    return " · ".join(names if len(names) <= 16 else [*names[:4], "…", *names[-2:]])


def tell_problems(page: str, possible: Mapping[str, Possible]) -> None:
    """Say at the top of a page what of its address is not possible here, and what is.

    The widgets themselves take such a value for none at all, and say nothing. Call this before
    any of them is drawn: they put the address right. The address is read once a session, the
    sentences stay until they are closed or another page is opened.
    """
    kept = st.session_state.setdefault(PROBLEMS, {})
    if page not in kept:
        kept[page] = []
        for name, may_be in possible.items():
            values = st.query_params.get_all(name)
            for value in values if may_be.many else values[-1:]:
                if not may_be.allows(value):
                    short = value if len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE] + "…"
                    kept[page].append(
                        _("{name}={value} should be {words}.").format(
                            name=name, value=plain(short), words=may_be.words
                        )
                    )
    for other in kept:
        if other != page:
            kept[other] = []
    if kept[page]:
        with st.container(horizontal=True, vertical_alignment="center", key="address_problems_box"):
            st.info(
                _("This link asks for something that the page cannot show:")
                + " "
                + " ".join(kept[page])
                + " "
                + _("The rest is as the link says; choose below."),
                icon=":material/link_off:",
            )
            st.button(
                _("Close"), key="close_address_problems", on_click=kept.__setitem__, args=(page, [])
            )


def one_of(
    title: str,
    names: Mapping[str, str],
    *,
    key: str,
    hidden: bool = False,
    disabled: bool = False,
    width: Literal["content", "stretch"] = "content",
    help: str | None = None,
) -> str:
    """One of a few options side by side; the first unless the address says otherwise.

    Parameters
    ----------
    names : option -> its label; the option stands in the address
    key : of the widget, and its name in the address
    hidden : whether the title is for screen readers only
    disabled, width, help : as for `st.segmented_control`
    """
    options = _start(names, key)
    value = st.segmented_control(
        title,
        options,
        key=key,
        required=True,
        format_func=lambda option: names[option],
        label_visibility="collapsed" if hidden else "visible",
        disabled=disabled,
        width=width,
        help=help,
        persist_state="session",
    )
    _remember(key, value, options[0])
    return str(value)


def one_of_many(
    title: str,
    names: Mapping[str, str],
    *,
    key: str,
    on_change: Callable[[], None] | None = None,
    default: str | None = None,
) -> str:
    """One of many options in a menu; `default`, or the first, unless the address says otherwise."""
    options = _start(names, key, default)
    value = st.selectbox(
        title,
        options,
        key=key,
        format_func=lambda option: names[option],
        on_change=on_change,
        persist_state="session",
    )
    _remember(key, value, default or options[0])
    return str(value)


def _start(names: Mapping[str, str], key: str, default: str | None = None) -> list[str]:
    options = list(names)
    if st.session_state.get(key) not in options:
        asked = st.query_params.get(key)
        st.session_state[key] = asked if asked in options else default or options[0]
    return options


def some_of(title: str, names: Mapping[str, str], *, key: str) -> list[str]:
    """Any of a few options; all of them unless the address says otherwise."""
    options = list(names)
    if key not in st.session_state:
        asked = st.query_params.get(key)
        wanted = [o for o in options if asked is not None and o in asked.split(",")]
        st.session_state[key] = wanted if wanted or asked == "" else options
    value = st.pills(
        title,
        options,
        selection_mode="multi",
        key=key,
        format_func=lambda option: names[option],
        persist_state="session",
    )
    chosen = [o for o in options if o in value]
    _remember(key, ",".join(chosen), ",".join(options))
    return chosen


def _remember(name: str, value: str, default: str) -> None:
    if value == default:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != value:
        st.query_params[name] = value
