"""The arithmetic of one station of a block, opened."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import streamlit as st

from core.charts.layers.block_gelu import gelu_chart
from core.language import _
from core.numbers import in_latex
from core.views.block import BlockSteps
from core.views.gelu import GeluSteps, gelu_curve, gelu_steps
from core.views.heads_at import heads_at
from core.views.vectors import largest_dimensions
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import Drawn, below, chart, markdown, numbers_table
from pages.kit.panel import Shown
from pages.kit.prose import prose
from pages.panels.layers import words

_GELU = (
    r"\mathrm{gelu}(x) = x \cdot \tfrac12\left(1 + \tanh\left[\sqrt{2/\pi}\,"
    r"\left(x + 0.044715\,x^3\right)\right]\right)"
)


def arithmetic(now: Current, steps: BlockSteps, station: str) -> Iterator[Shown]:
    """How a station's vector comes about."""
    if station == "attn":
        yield from _heads(now, steps)
    else:
        yield _gelu(now, steps) if station == "gelu" else _norm(now, steps, station)


def _norm(now: Current, steps: BlockSteps, name: str) -> Shown:
    norm = steps.ln_1 if name == "ln_1" else steps.ln_2
    shown = largest_dimensions(norm.x, 8)
    table = numbers_table(
        {
            _("dimension"): shown,
            "x": norm.x[shown],
            _("x − mean"): norm.centred[shown],
            _("÷ spread"): norm.normed[shown],
            _("gain"): norm.gain[shown],
            _("bias"): norm.bias[shown],
            _("result"): norm.out[shown],
        }
    )
    formula = partial(st.latex, in_latex(words.norm_formula(norm)))
    numbers = {"mean": np.float64(norm.mean), "variance": np.float64(norm.variance)}
    return Shown(
        below(markdown(f"**{name}** · " + prose("layers", "ln")), formula, table),
        words.norm(norm),
        recipe=box(
            now, "layers/block_norm", "layers-norm", shown={**numbers, "out": norm.out},
            tolerance=1e-3, layer=steps.layer, position=steps.position, norm=name,
        ),
    )  # fmt: skip


def _heads(now: Current, steps: BlockSteps) -> Iterator[Shown]:
    layer, position = steps.layer, steps.position
    got = now.engine.view(heads_at, now.trace(), layer, position)
    table = numbers_table(
        {
            _("head"): [f"L{layer}.H{h}" for h in range(len(got.lengths))],
            _("length added"): got.lengths,
            _("looks hardest at"): [f"{i} · {now.labels[i]}" for i in got.looks_at],
            _("with weight"): got.weights,
        }
    )
    title = markdown("**attn** · " + prose("layers", "attn"))
    yield Shown(below(title, table), words.heads(layer, got))
    st.page_link("pages/attention.py", label=_("See every head's whole pattern"))
    yield Shown(
        recipe=box(
            now, "layers/block_heads", "layers-heads",
            shown={"lengths": got.lengths, "weights": got.weights}, layer=layer, position=position,
        )
    )  # fmt: skip


def _gelu(now: Current, steps: BlockSteps) -> Shown:
    gelu = gelu_steps(steps.hidden)
    figure = chart(
        gelu_chart(gelu_curve(gelu.x), gelu.x, gelu.out),
        key="chart_gelu",
        alt=_("GELU's curve with every neuron of this token as a dot on it."),
    )
    title = markdown("**gelu** · " + prose("layers", "gelu"))
    return Shown(
        below(title, partial(st.latex, in_latex(_GELU)), figure, _gelu_table(gelu)),
        words.gelu(gelu),
        recipe=box(
            now, "layers/block_gelu", "layers-gelu",
            shown=gelu.out, layer=steps.layer, position=steps.position,
        ),
    )  # fmt: skip


def _gelu_table(gelu: GeluSteps) -> Drawn:
    shown = largest_dimensions(gelu.out, 6)
    return numbers_table(
        {
            _("neuron"): shown,
            "x": gelu.x[shown],
            _("inside tanh"): gelu.inner[shown],
            "tanh": gelu.tanh[shown],
            _("gate"): gelu.gate[shown],
            _("x × gate"): gelu.out[shown],
        }
    )
