"""What happens inside one block, and along the whole stack."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import streamlit as st

from core.charts.layers.block import block_picture, block_stations
from core.charts.layers.block_growth import growth_chart
from core.language import _
from core.views.block import BlockSteps, block_rows, block_steps
from core.views.residual import growth_of, stream_lengths
from core.views.vectors import lengths
from pages.components.block_diagram import block_diagram
from pages.kit.box import box
from pages.kit.chosen import TOKEN
from pages.kit.current import Current
from pages.kit.exports import numbers
from pages.kit.figure import below, chart, markdown
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.kit.prose import prose
from pages.panels.layers import words
from pages.panels.layers.arithmetic import arithmetic
from pages.panels.layers.params import LAYER, OPEN


@panel(
    "layers/block",
    title=lambda at: _("What happens inside one block?"),
    reads=(TOKEN,),
    controls=(LAYER, OPEN),
    widths=(3, 2),
    depth="deeper",
)
def block(now: Current, at: Values) -> Iterator[Shown]:
    steps = now.engine.view(block_steps, now.trace(), at[LAYER], at[TOKEN])
    yield _diagram(now, at, steps)
    st.divider()
    yield from arithmetic(now, steps, at[OPEN])
    st.divider()
    yield _whole_stack(now, at[TOKEN])


def _diagram(now: Current, at: Values, steps: BlockSteps) -> Shown:
    sizes = {name: float(lengths(vector)) for name, vector in steps.stations.items()}
    drawn = block_stations(steps.stations, sizes, at[OPEN])
    picture = partial(block_picture, drawn, words.block_title(now, steps))
    return Shown(
        partial(block_diagram, drawn, key="diagram_block", on_pick=OPEN.set),
        words.block(steps, sizes),
        numbers("block", partial(block_rows, steps), picture),
        box(
            now, "layers/block", "layers-block",
            shown=steps.stations, layer=steps.layer, position=steps.position,
        ),
    )  # fmt: skip


def _whole_stack(now: Current, position: int) -> Shown:
    trace = now.trace()
    got = now.engine.view(growth_of, trace, position)
    first = float(now.engine.view(stream_lengths, trace, 0)[-1])
    figure = chart(
        growth_chart(got.stream, got.attn, got.mlp),
        key="chart_growth",
        alt=_("Length of the stream and of what attention and the MLP add, by layer."),
    )
    title = _("**The whole stack**") + " · " + prose("layers", "growth")
    return Shown(
        below(markdown(title), figure),
        words.growth(got, first),
        recipe=box(
            now, "layers/block_growth", "layers-growth",
            shown={"stream": got.stream, "attn": got.attn, "mlp": got.mlp}, position=position,
        ),
    )  # fmt: skip
