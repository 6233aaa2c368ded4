"""The tree of a beam search: what lives, what wins and what was dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np

from core.charts.drawing import shorten
from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import ACCENT, BLUE, FONT_SIZE, MONOSPACE, axis, legend
from core.language import _

_GREY = "#8F8B99"
_LONGEST = 12  # characters of a name
_NAME = {"align": "left", "dx": 9, "font": MONOSPACE, "fontSize": FONT_SIZE, "fontWeight": "bold"}


def beam_tree(labels: Sequence[str], nodes: Mapping[str, np.ndarray]) -> Figure:
    """Every beam that was kept: steps downwards, the best beam of each step on the left.

    Parameters
    ----------
    labels : one token per node
    nodes : as `core.sampling.beam_tree.tree_table` returns them
    """
    # 2 wins, 1 is in play, 0 was dropped. The winner is drawn last, over the others.
    state = np.where(nodes["best"], 2, np.where(nodes["alive"], 1, 0))
    order = np.argsort(state, kind="stable")
    columns = {
        "step": nodes["step"] + 1,
        "lane": nodes["lane"] + 1,
        "from_step": nodes["step"],
        "from_lane": np.where(nodes["parent"] < 0, 1, nodes["parent_lane"] + 1),
        "token": np.array(labels, dtype=object),
        "text": np.array([shorten(label, _LONGEST) for label in labels], dtype=object),
        "score": nodes["score"],
        "kind": np.array(_states()[::-1], dtype=object)[state],
    }
    n_lanes, n_steps = int(columns["lane"].max()), int(columns["step"].max())
    return _tree().fill(
        {"rows": {name: column[order] for name, column in columns.items()}},
        height=34 * n_steps + 90,
        across=[0.6, n_lanes + 0.75],
        downwards=[-0.3, n_steps + 0.5],
        lanes=list(range(1, n_lanes + 1)),
        steps=list(range(1, n_steps + 1)),
        # On a narrow window a long name ends before the next lane's dot.
        room=f"width / {n_lanes + 0.15:.2f} - 16",
    )


def _states() -> list[str]:
    return [_("wins"), _("still in play at the end"), _("dropped")]


@structure
def _tree() -> alt.LayerChart:
    return alt.layer(_links(), *_nodes())


def _downwards() -> alt.Scale:
    # All layers name the same scale: Vega-Lite joins differing ones into a third.
    return alt.Scale(domain=slot("downwards"), nice=False, reverse=True)


def _color() -> alt.Color:
    return alt.Color(
        "kind:N",
        scale=alt.Scale(domain=_states(), range=[ACCENT, BLUE, _GREY]),
        legend=legend(_("branch"), orient="bottom"),
    )


def _links() -> alt.Chart:
    dropped = alt.datum.kind == _states()[-1]
    return (
        alt.Chart(rows())
        .mark_rule(strokeWidth=2)
        .encode(
            x=alt.X("from_lane:Q", scale=alt.Scale(domain=slot("across"), nice=False)),
            x2="lane:Q",
            y=alt.Y("from_step:Q", scale=_downwards()),
            y2="step:Q",
            color=_color(),
            strokeDash=alt.condition(dropped, alt.value([4, 4]), alt.value([1, 0])),
            opacity=alt.condition(dropped, alt.value(0.7), alt.value(1.0)),
        )
    )


def _nodes() -> list[alt.Chart]:
    """A dot for each beam, and its token beside it."""
    base = alt.Chart(rows()).encode(
        x=alt.X(
            "lane:Q",
            scale=alt.Scale(domain=slot("across"), nice=False),
            axis=axis(
                _("beams of each step, the most probable first"),
                values=slot("lanes"), format="d", grid=False, orient="top",
            ),
        ),
        y=alt.Y(
            "step:Q",
            scale=_downwards(),
            axis=axis(_("token"), values=slot("steps"), format="d", grid=False),
        ),
    )  # fmt: skip
    # Lines stop short of the names: under each lies its own shape, wider, in the page's colour.
    name: dict[str, Any] = {**_NAME, "limit": {"expr": slot("room")}}
    halo = base.mark_text(
        **name, stroke={"expr": "background"}, strokeWidth=6, strokeJoin="round"
    ).encode(text="text:N")
    return [
        halo,
        base.mark_point(filled=True, size=80, opacity=1).encode(color=_color(), tooltip=_tips()),
        base.mark_text(**name).encode(text="text:N", color=_color(), tooltip=_tips()),
    ]


def _tips() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("token:N", title=_("token")),
        alt.Tooltip("score:Q", title=_("log-probability so far, in nats"), format=".3f"),
        alt.Tooltip("kind:N", title=_("branch")),
    ]
