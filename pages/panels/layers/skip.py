"""What a layer is worth: parts left out together, and each part alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import streamlit as st

from core.charts.layers.skip import before_after
from core.charts.layers.skip_costs import skip_costs
from core.language import _
from core.views.effects import change_rows, change_without
from core.views.skip import costliest, is_long_work, skip_cost
from pages.kit.box import box
from pages.kit.chosen import TOKEN
from pages.kit.current import Current
from pages.kit.exports import numbers
from pages.kit.figure import chart
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.layers import words
from pages.panels.layers.params import NO_ATTN, NO_MLP


@panel(
    "layers/skip",
    title=lambda at: _("What if a layer is left out?"),
    reads=(TOKEN,),
    controls=(NO_ATTN, NO_MLP),
    depth="deeper",
)
def skip(now: Current, at: Values) -> Iterator[Shown]:
    _buttons(list(range(now.engine.shape.n_layer)))
    ids = now.ids[: at[TOKEN] + 1]
    yield _together(now, at, ids)
    st.divider()
    st.markdown(_("**Each part alone**: how much the prediction changes without it"))
    if not is_long_work(now.engine.shape, len(ids)) or _asked_for(now.engine.shape.n_layer):
        yield _alone(now, at[TOKEN], _measured(now, ids))


def _buttons(layers: list[int]) -> None:
    with st.container(horizontal=True):
        for key, title, chosen in (
            ("skip_all", _("Leave out everything"), layers),
            ("skip_none", _("Leave out nothing"), []),
        ):
            st.button(title, key=key, on_click=_leave_out, args=(chosen,))


def _leave_out(layers: list[int]) -> None:
    NO_ATTN.set(layers)
    NO_MLP.set(layers)


def _together(now: Current, at: Values, ids: tuple[int, ...]) -> Shown:
    blocks = [*((i, "attn") for i in at[NO_ATTN]), *((i, "mlp") for i in at[NO_MLP])]
    text = now.engine.trace(ids)
    found = now.engine.view(change_without, text, frozenset(), frozenset(blocks))
    names = [now.label(i) for i in found.token_ids]
    return Shown(
        chart(
            before_after(names, found.before, found.after),
            key="chart_skip",
            alt=_("Probabilities of the tokens that changed most, before and after."),
        ),
        words.skip(now, found, len(blocks)),
        numbers("skip", partial(change_rows, found, now.label)),
        box(
            now, "layers/skip", "layers-skip", shown=[found.before, found.after],
            position=at[TOKEN], blocks=blocks, tokens=found.token_ids,
        ),
    )  # fmt: skip


def _asked_for(n_layer: int) -> bool:
    return st.button(
        _("Measure all {n} parts").format(n=2 * n_layer),
        key="measure",
        help=_("One pass of the model for each part: this may take a minute or more."),
    )


def _measured(now: Current, ids: tuple[int, ...]) -> dict[str, list[float]]:
    """The cost of every part left out alone, one request each so that others get their turn."""
    n_layer = now.engine.shape.n_layer
    parts = [(part, layer) for part in ("attn", "mlp") for layer in range(n_layer)]
    place, text = st.empty(), now.engine.trace(ids)
    bits: dict[str, list[float]] = {"attn": [], "mlp": []}
    for done, (part, layer) in enumerate(parts, start=1):
        bits[part].append(now.engine.view(skip_cost, text, layer, part))
        if is_long_work(now.engine.shape, len(ids)):
            place.progress(done / len(parts), text=_("Leaving out one part after another"))
    place.empty()
    return bits


def _alone(now: Current, position: int, costs: dict[str, list[float]]) -> Shown:
    return Shown(
        chart(
            skip_costs(costs["attn"], costs["mlp"]),
            key="chart_costs",
            alt=_("Change of the prediction in bits for each part left out alone."),
        ),
        words.costliest(*costliest(costs)),
        recipe=box(now, "layers/skip_costs", "layers-costs", shown=costs, tolerance=1e-3,
                   position=position),
    )  # fmt: skip
