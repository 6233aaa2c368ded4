"""The parameters of the page that compares two prompts."""

from __future__ import annotations

from itertools import chain
from typing import Any

import streamlit as st

from core.charts.layers.lens import row_names
from core.language import _
from core.views.patching import KINDS, Pair, aligned, places
from pages.kit.controls import Choice, Number, Text
from pages.kit.follows import Follows
from pages.kit.params import Param, Values
from pages.kit.possible import Possible
from pages.panels.compare.pairs import pairs, twin
from pages.shell import locked

LONGEST = 5_000
#: Columns of the grid; of more tokens the first and the last are shown.
MOST_PLACES = 16


class _Given(Follows[str], Text):
    """A text that goes with another one until somebody types it.

    Where prompts are locked nobody can, and of a link or of the session it is one of the pairs'.
    """

    def possible(self, at: Values) -> Possible:
        if not locked.prompt_is_locked():
            return super().possible(at)
        ready = [self.default(at), *chain(*((pair.a, pair.b) for pair in pairs().values()))]
        return Possible(ready.__contains__, lambda: _("a text of the examples"))

    def fits(self, value: str, at: Values) -> bool:
        return True  # what was typed before the lock stays

    def draw(self, at: Values, **layout: Any) -> None:
        if locked.prompt_is_locked():
            st.caption(self.label(at))
            st.code(at[self], language=None, wrap_lines=True)
        else:
            super().draw(at, **layout)


OTHER = _Given(
    "other", longest=LONGEST, height=70, key="compare_other",
    default=lambda at: twin(at.now.text), title=lambda: _("Prompt B"),
    help=lambda at: _("Prompt A is the prompt of all pages, in the sidebar."),
)  # fmt: skip
KIND = Choice(
    "kind",
    lambda at: dict(zip(KINDS, (_("the whole vector"), _("attention"), _("MLP")), strict=True)),
    key="compare_kind",
    title=lambda: _("Put in"),
    help=lambda at: _(
        "The whole vector that enters a layer, or only what the attention or the MLP of a layer"
        " adds to it."
    ),
)


def _middle(at: Values) -> int:
    return at.now.engine.shape.n_layer // 2


def ids_of(at: Values, text: Param[str]) -> tuple[int, ...]:
    """The tokens of a text that the model reads: the first n_ctx."""
    return at.now.engine.ids(at[text])[: at.now.engine.shape.n_ctx]


def columns(at: Values) -> tuple[Pair, ...]:
    """The grid's columns: (position in B, position in A) where a patch can change anything."""
    ids = ids_of(at, OTHER)
    return places(aligned(at.now.ids, ids), MOST_PLACES) if ids and at.now.ids else ()


def _tokens(at: Values) -> dict[str, str]:
    """The tokens of B that can be chosen, by position."""
    ids = ids_of(at, OTHER)
    found = {str(b): f"{b} {at.now.label(ids[b])}" for b, _a in columns(at)}
    return found or {"0": "–"}  # nothing differs: the panel says so


def _last_difference(at: Values) -> str:
    """The last token that is not the same in both, as a word's last token carries it."""
    found, shown = aligned(at.now.ids, ids_of(at, OTHER)), _tokens(at)
    here = [str(b) for b, _a in found.pairs[found.start : len(found.pairs) - found.end]]
    return next((b for b in reversed(here) if b in shown), next(iter(shown)))


def _texts(at: Values) -> tuple[str, ...]:
    return *_both(at), at[KIND]


def _both(at: Values) -> tuple[str, ...]:
    return at.now.text, at[OTHER]


ROW = Number(
    "row", 0, lambda at: at.now.engine.shape.n_layer - (at[KIND] != "resid"), step=1,
    default=_middle, slide=True, scope=_texts, key="compare_row",
    title=lambda: _("Row of the grid, from the top"),
)  # fmt: skip
PLACE = Choice(
    "place", _tokens, menu=True, scope=_texts, key="compare_place", default=_last_difference,
    title=lambda: _("Token of B"),
)  # fmt: skip
LENS_AT = Choice(
    "lens_at", _tokens, menu=True, scope=_both, key="compare_lens_at",
    default=lambda at: list(_tokens(at))[-1], title=lambda: _("Token of B, read by each layer"),
)  # fmt: skip
LAYER = Number(
    "layer", 0, lambda at: at.now.engine.shape.n_layer, step=1, slide=True, key="compare_layer",
    default=lambda at: at.now.engine.shape.n_layer - 1, title=lambda: _("Before layer"),
)  # fmt: skip
FACTOR = Number(
    "factor", -3.0, 3.0, step=0.25, slide=True, default=1.0, key="compare_factor",
    title=lambda: _("Turn the knob"),
)  # fmt: skip
#: Tokens that are written with the knob, at most; each costs two passes.
MOST_WRITTEN = 40
WRITTEN = Number(
    "written", 4, MOST_WRITTEN, step=4, slide=True, default=20, key="compare_written",
    title=lambda: _("Tokens to write"),
)  # fmt: skip
ONTO = _Given(
    "onto", longest=LONGEST, height=70, key="compare_onto", default=lambda at: at[OTHER],
    title=lambda: _("Prompt to turn"),
)  # fmt: skip


def rows_of(at: Values) -> list[str]:
    """Names of the grid's rows."""
    n_layer = at.now.engine.shape.n_layer
    return row_names(n_layer) if at[KIND] == "resid" else [f"L{i}" for i in range(n_layer)]
