"""Two components of the attention page: the grid of all heads, and one pattern.

Pointing is answered in the browser; only a click reaches the server. Numbers
travel as bytes, tokens as JSON; what was typed is never parsed as HTML.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st

from core.charts.attention.charts import pack, packed_pictures, packed_triangle
from core.charts.theme import ACCENT, SEQUENTIAL_DARK, SEQUENTIAL_LIGHT
from core.language import _, ngettext

#: Prompts of up to this many tokens are shown whole.
WHOLE = 24
#: Cells of the window that moves over a longer pattern.
WINDOW = 18

_HERE = Path(__file__).parent
_GRID_HTML = """<div class="grid">
<div class="tiles"><canvas tabindex="0" role="application"></canvas></div>
<div class="preview" role="status"><p class="name"></p><canvas aria-hidden="true"></canvas>
<div class="what"></div></div></div>"""
_VIEW_HTML = """<div class="view">
<div class="say" role="status"></div>
<div class="row">
<figure class="whole"><figcaption><span data-word="whole"></span><span class="pool">
<button type="button" data-pool="max" data-word="max"></button>
<button type="button" data-pool="mean" data-word="mean"></button></span></figcaption>
<canvas tabindex="0" role="application"></canvas></figure>
<figure class="detail"><figcaption><span class="axes"></span>
<span class="soft">0 <span class="legend"></span> <span class="most"></span></span></figcaption>
<canvas tabindex="0" role="img"></canvas></figure>
<figure class="lines"><figcaption><span data-word="lines"></span></figcaption><svg></svg></figure>
</div>
<figure><figcaption><span data-word="text"></span><span class="way">
<button type="button" data-way="from" data-word="from"></button>
<button type="button" data-way="to" data-word="to"></button></span></figcaption>
<div class="text"></div></figure></div>"""

_grid = st.components.v2.component(
    "head_grid",
    html=_GRID_HTML,
    css=(_HERE / "head_grid.css").read_text(encoding="utf-8"),
    js=(_HERE / "head_grid.js").read_text(encoding="utf-8"),
)
_view = st.components.v2.component(
    "pattern_view",
    html=_VIEW_HTML,
    css=(_HERE / "pattern_view.css").read_text(encoding="utf-8"),
    js=(_HERE / "pattern_view.js").read_text(encoding="utf-8"),
)


def picked(key: str) -> tuple[int, int] | None:
    """What was clicked in a component; for its callback."""
    value = getattr(st.session_state.get(key), "pick", None)
    if isinstance(value, list | tuple) and len(value) == 2:
        return int(value[0]), int(value[1])
    return None


def head_grid(
    pictures: np.ndarray,
    names: list[str],
    *,
    key: str,
    chosen: tuple[int, int],
    scores: np.ndarray | None,
    order: list[tuple[int, int]] | None,
    on_pick: Callable[[], None],
) -> None:
    """All heads as small patterns; a click calls `on_pick`, which asks `picked`.

    Parameters
    ----------
    pictures : shape (n_layer, n_head, s, s), weights
    names : one per head in the order of the layers; what the preview says
    chosen : (layer, head) that is pinned
    scores : shape (n_layer, n_head) in [0, 1] or NaN; a bar under each picture
    order : (layer, head) in the order to show, or None for layers x heads
    """
    n_layer, n_head, size, _s = pictures.shape
    header = {
        "layers": n_layer,
        "heads": n_head,
        "size": size,
        "picked": chosen[0] * n_head + chosen[1],
        "names": names,
        "scores": None
        if scores is None
        else [None if np.isnan(v) else round(float(v), 4) for v in scores.ravel()],
        "order": None if order is None else [layer * n_head + head for layer, head in order],
        "light": SEQUENTIAL_LIGHT,
        "dark": SEQUENTIAL_DARK,
        "accent": ACCENT,
        "words": {"score": _("Score"), "grid": _("Attention of every head. Showing")},
    }
    _grid(key=key, data=pack(header, packed_pictures(pictures)), on_pick_change=on_pick)


def pattern_view(
    pattern: np.ndarray,
    labels: list[str],
    *,
    key: str,
    chosen: tuple[int, int],
    brightest: float,
    stamp: str,
    alt: str,
    on_pick: Callable[[], None],
    sums: bool = True,
) -> None:
    """One pattern: overview, window, lines and text; a click calls `on_pick`.

    Parameters
    ----------
    pattern : shape (query, key)
    labels : one per token
    chosen : (query, key) that is pinned
    brightest : the weight that has the darkest colour
    stamp : changes with the prompt, not with the head, so that the window stays
    alt : the figure in words
    sums : whether a row's weights are shares that add up; else the rest has a largest, no sum
    """
    cells, rooted = packed_triangle(pattern)
    header = {
        "n": len(labels),
        "rooted": rooted,
        "whole": WHOLE,
        "window": WINDOW,
        "labels": labels,
        "query": chosen[0],
        "key": chosen[1],
        "top": max(brightest, 1e-6),
        "stamp": stamp,
        "light": SEQUENTIAL_LIGHT,
        "dark": SEQUENTIAL_DARK,
        "accent": ACCENT,
        "alt": alt,
        "sums": sums,
        "words": {
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
            # For one and for more: the browser counts.
            "outside": [
                ngettext("… {n} more token, {w} …", "… {n} more tokens, together {w} …", n)
                for n in (1, 2)
            ],
            "looks_at": _("looks at"),
            "looked_at": _("is looked at by"),
            "nobody": _("nothing for one per cent or more"),
            "outside_to": [
                ngettext("… {n} more token, {w} …", "… {n} more tokens, at most {w} each …", n)
                for n in (1, 2)
            ],
            "others": [ngettext("; {n} other {w}", "; {n} others together {w}", n) for n in (1, 2)],
            "others_to": [
                ngettext("; {n} other with {w}", "; {n} others with at most {w} each", n)
                for n in (1, 2)
            ],
        },
    }
    _view(key=key, data=pack(header, cells), on_pick_change=on_pick)
