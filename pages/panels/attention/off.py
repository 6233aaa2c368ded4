"""What if a head were missing: heads switched off, and each alone."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from core.charts.attention.off import change_bars
from core.charts.attention.off_effects import effect_grid
from core.language import _
from core.views.ablation import MODES, Mode
from core.views.effects import Effects, change_without, effects_of, layer_effects
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import chart
from pages.kit.memory import Memory
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.kit.prose import term
from pages.panels.attention import words
from pages.panels.attention.params import HEAD, LAYER, MODE, OFF, head_name, head_names

#: What all heads were tried for; they are tried again only when somebody asks.
_TRIED: Memory[tuple | None] = Memory("attention_effects", None)


@panel(
    "attention/off",
    title=lambda at: _("What if a head were missing?"),
    controls=(OFF, MODE),
    widths=(3, 2),
    depth="deeper",
)
def off(now: Current, at: Values) -> Iterator[Shown]:
    _buttons(now)
    mode = next(mode for mode in MODES if mode == at[MODE])
    yield _change(now, at, mode)
    yield from _effects(now, mode)


def _buttons(now: Current) -> None:
    titles = {
        "head": _("The chosen head"),
        "layer": _("Its whole layer"),
        "all": _("Every head"),
        "none": _("None"),
    }
    for column, (what, title) in zip(st.columns(4), titles.items(), strict=True):
        column.button(
            title, key=f"off_{what}", on_click=_switch_off, args=(now, what), width="stretch"
        )


def _switch_off(now: Current, what: str) -> None:
    """Add the chosen head, its layer or all to the heads that are off; a callback."""
    at = Values(now)
    added = {
        "head": [head_name(at[LAYER], at[HEAD])],
        "layer": [head_name(at[LAYER], h) for h in range(now.engine.shape.n_head)],
        "all": head_names(at),
        "none": [],
    }[what]
    OFF.set(list(dict.fromkeys([*at[OFF], *added])) if added else [])


def _pairs(names: list[str]) -> list[tuple[int, int]]:
    """``["L1.H2"]`` as [(1, 2)]."""
    pairs = (name[1:].split(".H") for name in names)
    return sorted((int(layer), int(head)) for layer, head in pairs)


def _change(now: Current, at: Values, mode: Mode) -> Shown:
    heads = _pairs(at[OFF])
    found = now.engine.view(change_without, now.trace(), frozenset(heads), frozenset(), mode)
    said = words.change(found, len(heads), alone=mode == "mean" and len(now.ids) == 1)
    names = [f"{i} {now.label(i)}" for i in found.token_ids]
    by_layer: dict[int, list[int]] = {}
    for layer, head in heads:
        by_layer.setdefault(layer, []).append(head)
    return Shown(
        chart(change_bars(names, found.before, found.after), key="chart_change", alt=said),
        said
        + " "
        + _(
            "Shown are the tokens whose probability changed most, each with its id; the bits are"
            " the {divergence}."
        ).format(divergence=term("divergence", _("Kullback–Leibler divergence"))),
        recipe=box(
            now, "attention/off", "attention-switched-off",
            shown=[*found.before, *found.after, found.divergence], tolerance=1e-3,
            off=by_layer, mode=mode, tokens=found.token_ids,
        ),
    )  # fmt: skip


def _effects(now: Current, mode: Mode) -> Iterator[Shown]:
    """Each head alone, once somebody asks for it."""
    st.markdown("**" + _("Which single head does this prediction need most?") + "**")
    asked = ("effects", now.engine.key, now.ids, mode)
    if _TRIED.get() != asked:
        shape = now.engine.shape
        title = _("Try all {n} heads, one at a time").format(n=shape.n_layer * shape.n_head)
        if not st.button(title, key="run_effects", icon=":material/science:"):
            return
        _TRIED.set(asked)
    found = _tried(now, mode)
    said = words.effects(found)
    yield Shown(
        chart(effect_grid(found.bits, (found.layer, found.head)), key="chart_effects", alt=said),
        said,
        recipe=box(
            now, "attention/off_effects", "attention-effects",
            shown=found.bits, tolerance=2e-3, mode=mode,
        ),
    )  # fmt: skip


def _tried(now: Current, mode: Mode) -> Effects:
    """Layer by layer, so that others get their turn."""
    n_layer = now.engine.shape.n_layer
    bar = st.progress(0.0, text=_("Layer 0"))
    rows = []
    for layer in range(n_layer):
        bar.progress(layer / n_layer, text=_("Layer {layer}").format(layer=layer))
        rows.append(now.engine.view(layer_effects, now.trace(), layer, mode))
    bar.empty()
    return effects_of(rows)
