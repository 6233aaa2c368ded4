"""How one weight is computed: a dot product, a division, a mask, a softmax, a sum."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.charts.attention.steps_dims import product_bars, vector_strips
from core.charts.attention.steps_matrix import token_matrix
from core.charts.attention.steps_row import stage_strips
from core.language import _
from core.numbers import in_latex
from core.views.formula import formula
from core.views.head_matrices import stage_matrices, window_around
from core.views.head_steps import HeadSteps, head_rows, head_steps, keys_to_show
from pages.kit import words as count
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import Drawn, below, chart, markdown, side_by_side
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.attention import words
from pages.panels.attention.params import HEAD, KEY, LAYER, QUERY, VIEW, attention_of

_SHOWN = ("q", "dots", "scores", "weights", "z", "out")


@panel(
    "attention/steps",
    title=lambda at: _("How does head {head} of layer {layer} weigh?").format(
        layer=at[LAYER], head=at[HEAD]
    ),
    reads=(LAYER, HEAD, QUERY, KEY),
    controls=(VIEW, KEY),
    widths=(3, 1),
    depth="deeper",
)
def steps(now: Current, at: Values) -> Shown:
    rows = now.engine.view(head_rows, at[LAYER], at[HEAD])
    found = head_steps(attention_of(at), rows, at[HEAD], at[QUERY])
    st.code(
        _("query {query}: {q}    key {key}: {k}").format(
            query=at[QUERY], q=now.labels[at[QUERY]], key=at[KEY], k=now.labels[at[KEY]]
        ),
        language=None,
    )
    figure, caption = _VIEWS[at[VIEW]](now, at, found)
    return Shown(
        figure,
        caption,
        recipe=box(
            now, "attention/steps", "attention-steps",
            shown={name: getattr(found, name) for name in _SHOWN},
            layer=found.layer, head=found.head, query=found.query,
        ),
    )  # fmt: skip


View = tuple[Drawn, str]


def _row(now: Current, at: Values, found: HeadSteps) -> View:
    keys, _left_out, _rest = keys_to_show(found, at[KEY])
    stages = [
        ("q · k", found.dots[keys], True),
        (_("÷ √d_head"), found.scaled[keys], True),
        (_("masked"), found.scores[keys], True),
        ("softmax", found.weights[keys], False),
    ]
    strips = chart(
        stage_strips([now.labels[i] for i in keys], keys, stages, at[KEY]),
        key="chart_stages",
        alt=_("Dot products, scaled scores, masked scores and weights of one query."),
    )
    written = partial(st.latex, in_latex(formula(found, at[KEY])))
    return below(strips, written), words.row_steps(found, at[KEY])


def _dims(now: Current, at: Values, found: HeadSteps) -> View:
    products = found.products(at[KEY])
    strips = chart(
        vector_strips([("q", found.q), ("k", found.k[at[KEY]]), ("qᵢ · kᵢ", products)]),
        key="chart_qk",
        alt=_("The query's and the key's vector and their product, dimension by dimension."),
    )
    bars = chart(
        product_bars(products),
        key="chart_products",
        alt=_("The product of each dimension; their sum is the dot product."),
    )
    return below(strips, bars), words.dims(found, at[KEY])


def _matrix(now: Current, at: Values, found: HeadSteps) -> View:
    window = window_around(at[QUERY], at[KEY], len(now.tokens))
    labels = [now.labels[i] for i in window]
    names = ["q · k", _("÷ √d_head"), _("masked: no future"), "softmax"]
    matrices = stage_matrices(attention_of(at), at[HEAD], window)
    parts = [
        below(
            markdown(f"**{number + 1}. {name}**"),
            chart(
                token_matrix(matrix, labels, window, signed=number < 3),
                key=f"chart_matrix_{number}",
                alt=_("{name}: queries down, keys across.").format(name=name),
            ),
        )
        for number, (name, matrix) in enumerate(zip(names, matrices, strict=True))
    ]
    caption = _(
        "Drawn: {tokens}; queries down, keys across. Blue is negative, orange positive; the"
        " last matrix is weights from 0 to 100%."
    ).format(tokens=count.tokens_from(window[0], window[-1]))
    # Row by row: on a narrow window the columns fall under each other, in this order.
    return below(side_by_side(*parts[:2]), side_by_side(*parts[2:])), caption


def _out(now: Current, at: Values, found: HeadSteps) -> View:
    mixed = chart(
        vector_strips([("v", found.v[at[KEY]]), ("z = Σ w · v", found.z)]),
        key="chart_z",
        alt=_("The key's value vector and the weighted sum of all value vectors."),
    )
    written = chart(
        vector_strips([(_("z · c_proj"), found.out)]),
        key="chart_out",
        alt=_("What the head adds to the residual stream."),
    )
    return below(mixed, written), words.out(found)


_VIEWS = {"row": _row, "dims": _dims, "matrix": _matrix, "out": _out}
