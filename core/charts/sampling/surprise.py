"""Surprise of each token of a text, and the surprise that was expected."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import ACCENT, BLUE, axis, legend
from core.language import _


def surprisal_line(
    labels: Sequence[str], first: int, surprisal: np.ndarray, entropy: np.ndarray
) -> Figure:
    """Surprise of each token as a bar, and what the model expected it to be as a line.

    Parameters
    ----------
    labels : one per token
    first : place of the first one in the text
    surprisal, entropy : shape (n,), bits
    """
    n = len(labels)
    position = np.arange(first, first + n)
    columns = {
        "token": np.array(labels, dtype=object),
        "position": position,
        "next": position + 1,
        "zero": np.zeros(n),
        "surprisal": surprisal,
        "entropy": entropy,
        "bars": np.full(n, _surprise(), dtype=object),
        "line": np.full(n, _expected(), dtype=object),
    }
    # A step goes on to where the next begins, and after the last one none does.
    closed = {name: np.append(column, column[-1:]) for name, column in columns.items()}
    closed["position"] = np.append(position, position[-1:] + 1)
    return _chart().fill({"rows": columns, "closed": closed}, domain=[first, first + n])


def _surprise() -> str:
    return _("surprise of the token")


def _expected() -> str:
    return _("entropy: surprise expected")


@structure
def _chart() -> alt.LayerChart:
    colors = alt.Scale(domain=[_surprise(), _expected()], range=[BLUE, ACCENT])
    base = alt.Chart(rows()).encode(
        x=alt.X(
            "position:Q",
            scale=alt.Scale(domain=slot("domain"), nice=False),
            axis=axis(_("position"), format="d", tickMinStep=1, grid=False),
        ),
        tooltip=[
            alt.Tooltip("token:N", title=_("token")),
            alt.Tooltip("position:Q", title=_("position")),
            alt.Tooltip("surprisal:Q", title=_surprise(), format=".2f"),
            alt.Tooltip("entropy:Q", title=_expected(), format=".2f"),
        ],
    )
    bars = base.mark_rect().encode(
        x2="next:Q",
        y=alt.Y("zero:Q", axis=axis(_("bits"), tickCount=5)),
        y2="surprisal:Q",
        color=alt.Color("bars:N", scale=colors, legend=legend(None, orient="bottom")),
    )
    line = base.mark_line(interpolate="step-after", strokeWidth=2).properties(data=rows("closed"))
    line = line.encode(y=alt.Y("entropy:Q"), color=alt.Color("line:N", scale=colors))
    return alt.layer(bars, line).properties(height=230)
