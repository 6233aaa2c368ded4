"""The choice in one merge: the rank of every pair that might be joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from core.charts.figure import Figure, columns_of, rows, slot, structure
from core.charts.theme import ACCENT, BLUE, FONT_SIZE, MONOSPACE, QUIET, axis, legend
from core.language import _
from core.numbers import count

ROW = 30  # pixels


def candidate_ranks(pairs: Sequence[Mapping], n_rules: int) -> Figure:
    """Rank of every pair that might be joined; the lowest wins.

    Parameters
    ----------
    pairs : as `core.tokens.merge_picture.candidates` returns them
    n_rules : number of rules, the length of the axis
    """
    joined, waits, never = _("joined now"), _("waits or loses"), _("no rule: never joined")
    hues = {joined: ACCENT, waits: BLUE, never: QUIET}
    ranks = [pair["rank"] for pair in pairs]
    means = [never if pair["rank"] is None else joined if pair["won"] else waits for pair in pairs]
    columns = columns_of(pairs, "pair", "count") | {
        # A logarithmic axis has no place for rank 0.
        "place": [(n_rules if rank is None else rank) + 1 for rank in ranks],
        "shown": [_("no rule") if rank is None else count(rank) for rank in ranks],
        "means": means,
    }
    used = [name for name in hues if name in means]
    return _stems(n_rules).fill(
        {"rows": columns},
        height=ROW * len(pairs) + 150,
        pairs=columns["pair"],
        names=used,
        hues=[hues[name] for name in used],
    )


@structure
def _stems(n_rules: int) -> alt.LayerChart:
    names = axis(None, labelFont=MONOSPACE, labelLimit=260, labelOverlap=False)
    base = alt.Chart(rows()).encode(
        x=alt.X(
            "place:Q",
            scale=alt.Scale(type="log", domain=[1, 10 * n_rules]),
            axis=axis(
                [_("rank of the rule"), _("logarithmic; rank 0 is at the left")],
                values=[1, 10, 100, 1000, 10000],
                format=",d",
            ),
        ),
        y=alt.Y("pair:N", sort=slot("pairs"), axis=names),
    )
    coloured = base.encode(color=_colour(), tooltip=_tooltip())
    stems = coloured.mark_bar(height=3, opacity=0.6).encode(x2=alt.datum(1))
    dots = coloured.mark_point(filled=True, size=130, opacity=1)
    numbers = base.mark_text(align="left", dx=10, fontSize=FONT_SIZE).encode(text="shown:N")
    return alt.layer(stems, dots, numbers)


def _colour() -> alt.Color:
    scale = alt.Scale(domain=slot("names"), range=slot("hues"))
    return alt.Color("means:N", scale=scale, legend=legend(orient="top"))


def _tooltip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("pair:N", title=_("pair")),
        alt.Tooltip("shown:N", title=_("rank")),
        alt.Tooltip("count:Q", title=_("times in this word")),
    ]
