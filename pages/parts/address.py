"""Choices that live in the page's address by what they are, not by how they are called.

Streamlit's own ``bind="query-params"`` writes an option's label: in another language the link
would name nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st


def one_of(title: str, names: Mapping[str, str], *, key: str, hidden: bool = False) -> str:
    """One of a few options side by side; the first unless the address says otherwise.

    Parameters
    ----------
    names : option -> its label; the option stands in the address
    key : of the widget, and its name in the address
    hidden : whether the title is for screen readers only
    """
    options = _start(names, key)
    value = st.segmented_control(
        title,
        options,
        key=key,
        required=True,
        format_func=lambda option: names[option],
        label_visibility="collapsed" if hidden else "visible",
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
) -> str:
    """One of many options in a menu; the first unless the address says otherwise."""
    options = _start(names, key)
    value = st.selectbox(
        title,
        options,
        key=key,
        format_func=lambda option: names[option],
        on_change=on_change,
        persist_state="session",
    )
    _remember(key, value, options[0])
    return str(value)


def _start(names: Mapping[str, str], key: str) -> list[str]:
    options = list(names)
    if st.session_state.get(key) not in options:
        asked = st.query_params.get(key)
        st.session_state[key] = asked if asked in options else options[0]
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
