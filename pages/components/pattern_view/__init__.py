"""One attention pattern: overview, window, lines and text. Only a click reaches the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from core.charts.attention.head_cells import brightest, triangle
from core.charts.theme import ACCENT
from core.language import _, ngettext
from pages.components.shared.declare import component
from pages.components.shared.wire import pack

#: Prompts of up to `whole` tokens are shown whole; over a longer pattern moves a window.
_SIZES = {"whole": 24, "window": 18}

_component = component(Path(__file__).parent)


def pattern_view(
    pattern: np.ndarray,
    labels: Sequence[str],
    *,
    key: str,
    chosen: tuple[int, int],
    stamp: str,
    alt: str,
    on_pick: Callable[[], None],
    sums: bool = True,
) -> None:
    """One pattern; a click calls `on_pick`, which asks `picked` for query and key.

    Parameters
    ----------
    pattern : shape (query, key)
    labels : one per token
    chosen : (query, key) that is pinned
    stamp : changes with the prompt, not with the head, so that the window stays
    alt : the figure in words
    sums : whether a row's weights are shares that add up; else the rest has a largest, no sum
    """
    head = {
        "n": len(labels),
        **_SIZES,
        "labels": list(labels),
        "query": chosen[0],
        "key": chosen[1],
        "top": max(brightest(pattern), 1e-6),
        "stamp": stamp,
        "accent": ACCENT,
        "alt": alt,
        "sums": sums,
        "words": _words(),
    }
    _component(key=key, data=pack(head, triangle(pattern)), on_pick_change=on_pick)


def _words() -> dict[str, str | list[str]]:
    return {
        "whole": _("The whole pattern"),
        "max": _("Largest"),
        "mean": _("Average"),
        "lines": _("Query (left) looks at key (right)"),
        "text": _("In the text:"),
        "from": _("Where it looks"),
        "to": _("Who looks at it"),
        "axes": _("Query ↓ · key →"),
        "axes_long": _("Queries {from}–{to} ↓ · keys {kfrom}–{kto} →"),
        "rest": _("others"),
        "looks_at": _("looks at"),
        "looked_at": _("is looked at by"),
        "nobody": _("nothing for one per cent or more"),
        **_counted(),
    }


def _counted() -> dict[str, list[str]]:
    """Sentences with a count, for one and for more: the browser counts."""
    one_and_more = (1, 2)
    return {
        "outside": [
            ngettext("… {n} more token, {w} …", "… {n} more tokens, together {w} …", n)
            for n in one_and_more
        ],
        "outside_to": [
            ngettext("… {n} more token, at most {w} …", "… {n} more tokens, at most {w} each …", n)
            for n in one_and_more
        ],
        "others": [
            ngettext("; {n} other {w}", "; {n} others together {w}", n) for n in one_and_more
        ],
        "others_to": [
            ngettext("; {n} other with {w}", "; {n} others with at most {w} each", n)
            for n in one_and_more
        ],
    }
