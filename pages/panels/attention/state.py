"""Which head, query and key the attention page shows; kept in the session and in the URL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.errors import OutOfRange
from core.language import _
from core.model import bounds
from core.views.head_names import Heads
from pages.kit.address import Possible
from pages.kit.current import Current
from pages.kit.error import show_error
from pages.kit.params import LONGEST_IN_URL

_PROMPT = "attention_prompt"
#: The heads that are switched off, in the session and in the address; and all of them in a word.
OFF, ALL = "attention_off", "all"
#: The query that all layers together are read for.
TOGETHER, _TOGETHER_PROMPT = "together_query", "together_prompt"
#: The kind of head that the page opens with: its diagonal needs no explanation.
_FIRST = "previous"


@dataclass(frozen=True)
class Place:
    """A head, a query token and a key token."""

    layer: int
    head: int
    query: int
    key: int


def _slot(name: str) -> str:
    return f"attention_{name}"


def place(now: Current, standard: Heads) -> Place:
    """The place to show: from the session, else from the URL, else a head that is easy to read.

    Parameters
    ----------
    standard : scores on the fixed set, for the first head
    """
    memory = st.session_state
    n = len(now.tokens)
    shape = now.engine.shape
    limits = {"layer": shape.n_layer, "head": shape.n_head, "query": n, "key": n}
    checks = {
        "layer": bounds.check_layer,
        "head": bounds.check_head,
        "query": bounds.check_position,
        "key": bounds.check_position,
    }
    problems: list[OutOfRange] = []
    if _slot("layer") not in memory:
        problems += _read_url(limits)
    elif memory.get(_PROMPT) != now.ids:
        memory.pop(_slot("query"), None)
        memory.pop(_slot("key"), None)
    memory[_PROMPT] = now.ids
    for name, limit in limits.items():
        value = memory.get(_slot(name))
        if value is None:
            continue
        try:  # the address may be wrong, and another model has fewer
            checks[name](value, limit)
        except OutOfRange as error:
            problems.append(error)
            del memory[_slot(name)]
    if problems:
        words = list(dict.fromkeys(p.problem for p in problems))
        show_error(OutOfRange(" ".join(words), _("Choose below; the rest stays as it was.")))
    layer, head = standard.ranking(_FIRST)[0]
    memory.setdefault(_slot("layer"), layer)
    memory.setdefault(_slot("head"), head)
    memory.setdefault(_slot("query"), n - 1)
    found = now.engine.attention(now.trace(), memory[_slot("layer")])
    strongest = found.strongest_key(memory[_slot("head")], memory[_slot("query")])
    chosen_key = memory.setdefault(_slot("key"), strongest)
    at = Place(memory[_slot("layer")], memory[_slot("head")], memory[_slot("query")], chosen_key)
    st.query_params.update(
        {"layer": str(at.layer), "head": str(at.head), "query": str(at.query), "key": str(at.key)}
    )
    return at


def _read_url(names: Iterable[str]) -> list[OutOfRange]:
    """Take numbers over from the address; returns what is wrong with the others."""
    problems = []
    for name in names:
        raw = st.query_params.get(name)
        if raw is None:
            continue
        try:
            st.session_state[_slot(name)] = int(raw)
        except ValueError:
            text = _("The address of this page names no number for “{name}”.").format(name=name)
            problems.append(OutOfRange(text, ""))
    return problems


def number(where: Any, title: str, name: str, last: int) -> None:
    """A stepper for one part of the place; call after `place`."""
    where.number_input(
        title,
        min_value=0,
        max_value=max(last, 1),
        step=1,
        key=_slot(name),
        disabled=last == 0,
        persist_state="session",
        on_change=_forget_key if name != "key" else None,
        help=_("From 0 to {last}.").format(last=last),
    )


def _forget_key() -> None:
    """Another head or query looks somewhere else: its own strongest key comes next."""
    st.session_state.pop(_slot("key"), None)


def choose(**parts: int) -> None:
    """Set parts of the place; for callbacks."""
    if "key" not in parts:
        _forget_key()
    for name, value in parts.items():
        st.session_state[_slot(name)] = int(value)


def start_off(options: list[str]) -> None:
    """Begin with the chosen head switched off; drop what the model of now does not have."""
    memory = st.session_state
    if OFF not in memory:
        asked = st.query_params.get(OFF)
        if asked is None:
            memory[OFF] = [f"L{memory[_slot('layer')]}.H{memory[_slot('head')]}"]
        else:
            memory[OFF] = list(options) if asked == ALL else asked.split(",")
    chosen = memory[OFF]
    if any(name not in options for name in chosen):
        memory[OFF] = [name for name in chosen if name in options]


def remember_off(chosen: list[str], options: list[str]) -> None:
    """Put the heads that are off into the address, in a word if that is all of them.

    Always, also when it is only the head that is looked at: another head may be looked at next.
    """
    words = ALL if len(chosen) == len(options) else ",".join(chosen)
    if len(words) > LONGEST_IN_URL:  # browsers cut long addresses: half a list is worse than none
        st.query_params.pop(OFF, None)
    elif st.query_params.get(OFF) != words:
        st.query_params[OFF] = words


def possible_off(n_layer: int, n_head: int) -> Possible:
    """What the heads that are off may be in the address."""
    names = set(head_names(n_layer, n_head))

    def allows(value: str) -> bool:
        return value in ("", ALL) or set(value.split(",")) <= names

    text = _("{all}, or any of {first} to {last} with commas between them")
    return Possible(
        allows, text.format(all=ALL, first="L0.H0", last=f"L{n_layer - 1}.H{n_head - 1}")
    )


def head_names(n_layer: int, n_head: int) -> list[str]:
    return [f"L{layer}.H{head}" for layer in range(n_layer) for head in range(n_head)]


def switch_off(what: str, n_layer: int, n_head: int) -> None:
    """Add the chosen head, its layer or all to the heads that are off; for callbacks."""
    memory = st.session_state
    layer, head = memory.get(_slot("layer"), 0), memory.get(_slot("head"), 0)
    added = {
        "head": [(layer, head)],
        "layer": [(layer, h) for h in range(n_head)],
        "all": [(i, h) for i in range(n_layer) for h in range(n_head)],
        "none": [],
    }[what]
    names = [f"L{i}.H{h}" for i, h in added]
    before = [] if what == "none" else list(memory.get(OFF, []))
    memory[OFF] = list(dict.fromkeys([*before, *names]))


def parse_heads(names: list[str]) -> frozenset[tuple[int, int]]:
    """``["L1.H2"]`` as {(1, 2)}."""
    pairs = (name[1:].split(".H") for name in names)
    return frozenset((int(layer), int(head)) for layer, head in pairs)


def together_query(ids: tuple[int, ...]) -> int:
    """The query of all layers together: clicked or in the address, else the prompt's last token."""
    memory, last = st.session_state, len(ids) - 1
    asked = st.query_params.get(TOGETHER)
    if TOGETHER not in memory and asked is not None and asked.isdecimal():
        memory[TOGETHER] = int(asked)
    elif memory.get(_TOGETHER_PROMPT) not in (None, ids):
        memory.pop(TOGETHER, None)  # it was a place in another text
    memory[_TOGETHER_PROMPT] = ids
    query = memory.get(TOGETHER, last)
    if query >= last:
        memory.pop(TOGETHER, None)
        st.query_params.pop(TOGETHER, None)
        return last
    if asked != str(query):
        st.query_params[TOGETHER] = str(query)
    return query
