"""The 256 bytes and the character that GPT-2 writes for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from core.charts.figure import Figure, columns_of, rows, structure
from core.charts.theme import CATEGORIES, FONT_SIZE, MONOSPACE, QUIET, axis, legend
from core.language import _

#: Colours of the bytes that stand for themselves, and of those that are moved.
SAME, MOVED = CATEGORIES[4], CATEGORIES[1]


def byte_table(cells: Sequence[Mapping], names: Mapping[str, str]) -> Figure:
    """The 256 bytes and the character that GPT-2 writes for each.

    Parameters
    ----------
    cells : as `core.tokens.spelling.table` returns them: high, low, text, moved, hex, id, count
    names : what the legend calls bytes that are ``"same"`` and ``"moved"``
    """
    columns = columns_of(cells)
    columns["means"] = [names["moved" if moved else "same"] for moved in columns["moved"]]
    return _table((names["same"], names["moved"])).fill({"rows": columns})


@structure
def _table(names: tuple[str, str]) -> alt.LayerChart:
    digits = [f"{n:X}" for n in range(16)]
    base = alt.Chart(rows()).encode(
        x=alt.X("low:N", sort=digits, axis=axis(_("second hex digit"), labelAngle=0, orient="top")),
        y=alt.Y("high:N", sort=digits, axis=axis(_("first hex digit"), labelFlush=False)),
        tooltip=[
            alt.Tooltip("hex:N", title=_("byte")),
            alt.Tooltip("text:N", title=_("written as")),
            alt.Tooltip("id:Q", title=_("token id")),
            alt.Tooltip("count:Q", title=_("times in this text")),
        ],
    )
    cells = base.mark_rect(stroke=QUIET, strokeWidth=0.5).encode(
        color=_colour(names), fillOpacity=_in_text(0.75, 0.16)
    )
    texts = base.mark_text(fontSize=FONT_SIZE, font=MONOSPACE).encode(
        text="text:N", opacity=_in_text(1, 0.72)
    )
    return alt.layer(cells, texts).properties(height=16 * 28 + 90)


def _colour(names: tuple[str, str]) -> alt.Color:
    return alt.Color(
        "means:N",
        scale=alt.Scale(domain=list(names), range=[SAME, MOVED]),
        # The cells' grey edge would cover half of so small a square.
        legend=legend(orient="bottom", symbolStrokeWidth=0, symbolSize=160),
    )


def _in_text(strong: float, faint: float) -> object:
    """One value for bytes that the text holds, another for all else."""
    return alt.when(alt.datum.count > 0).then(alt.value(strong)).otherwise(alt.value(faint))
