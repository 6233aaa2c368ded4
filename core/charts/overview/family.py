"""Sizes of models on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from core.charts.figure import Figure, rows, slot, structure
from core.charts.named import named
from core.charts.theme import axis, legend, token_axis
from core.language import _
from core.numbers import parameters

#: Numbers of parameters that get a line.
_LINES = tuple(10**n for n in range(7, 13))


def sizes(names: Sequence[str], n_params: Sequence[float], rumour: Sequence[bool]) -> Figure:
    """Sizes of models on a logarithmic scale; rumours are triangles.

    Parameters
    ----------
    names : of the models, the smallest first
    n_params : numbers of parameters
    rumour : whether the size is only rumoured
    """
    published, rumoured = _("published"), _("rumoured")
    known = [rumoured if only else published for only in rumour]
    columns = {"model": names, "parameters": n_params, "known": known}
    return _points((published, rumoured)).fill(
        {"rows": columns}, height=36 * len(names) + 60, names=list(names)
    )


@structure
def _points(states: tuple[str, str]) -> alt.Chart:
    return (
        alt.Chart(rows())
        .mark_point(size=160, filled=True, opacity=1)
        .encode(
            x=_sizes(),
            y=alt.Y("model:N", sort=slot("names"), axis=token_axis(None, grid=True)),
            shape=alt.Shape(
                "known:N",
                scale=alt.Scale(domain=states, range=["circle", "triangle"]),
                legend=legend(None, orient="top"),
            ),
            color=alt.Color(
                "known:N", scale=alt.Scale(domain=states), legend=legend(None, orient="top")
            ),
            tooltip=[
                alt.Tooltip("model:N"),
                alt.Tooltip("parameters:Q", format=".3s"),
                alt.Tooltip("known:N"),
            ],
        )
    )


def _sizes() -> alt.X:
    ticks = axis(
        [_("parameters"), _("each line is ten times more")],
        # As sizes are said everywhere: a thousand millions are B, not G.
        labelExpr=named({line: parameters(line) for line in _LINES}, of="value"),
        values=list(_LINES),
    )
    return alt.X("parameters:Q", scale=alt.Scale(type="log", domain=[1e7, 4e12]), axis=ticks)
