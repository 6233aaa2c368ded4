"""What the neurons say: the loudest ones, the tokens that they raise, the tokens that wake them."""

from __future__ import annotations

from functools import partial

import numpy as np

from core.charts.layers.mlp import word_bars
from core.language import _
from core.numbers import decimal
from core.views.neurons import Neurons, shares_of_largest
from pages.components.token_strip import token_strip
from pages.kit import words as nouns
from pages.kit.box import box
from pages.kit.chosen import TOKEN
from pages.kit.current import Current
from pages.kit.exports import numbers
from pages.kit.figure import Drawn, below, chart, markdown, numbers_table, side_by_side
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.layers import asked, words
from pages.panels.layers.params import BY, MLP, NEURON

#: How many of a neuron's tokens stand in the table.
_IN_TABLE = 4


@panel(
    "layers/mlp",
    title=lambda at: _("What do the neurons say?"),
    reads=(TOKEN,),
    controls=(MLP, BY, NEURON),
    depth="deeper",
)
def mlp(now: Current, at: Values) -> Shown:
    got = asked.loudest(now, at[MLP], at[TOKEN], at[BY])
    which = got.neurons.tolist().index(at[NEURON])
    columns = _columns(now, got)
    return Shown(
        below(
            numbers_table(columns),
            side_by_side(_says(now, got, which), _fires(now, got, which)),
        ),
        f"{words.neurons(got, which)} {nouns.small(now.engine.shape.n_params)}".strip(),
        numbers("neurons", partial(_rows, columns)),
        box(
            now, "layers/mlp", "layers-neurons", shown=_shown(got, which),
            layer=got.layer, position=got.position, neurons=got.neurons,
            neuron=got.neurons[which], words=got.promoted.shape[1],
        ),
    )  # fmt: skip


def _columns(now: Current, got: Neurons) -> dict[str, list]:
    def named(ids: np.ndarray) -> list[str]:
        return ["  ".join(map(now.label, row[:_IN_TABLE])) for row in ids.tolist()]

    return {
        _("neuron"): [f"N{n}" for n in got.neurons],
        _("activation"): got.activations[:, got.position].tolist(),
        _("length added"): got.lengths.tolist(),
        _("raises"): named(got.promoted_ids),
        _("lowers"): named(got.suppressed_ids),
    }


def _rows(columns: dict[str, list]) -> list[dict]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _says(now: Current, got: Neurons, which: int) -> Drawn:
    title = _("**Neuron {neuron} of layer {layer}** adds to the scores")
    tokens, effects = got.words(which)
    bars = chart(
        word_bars([now.label(token) for token in tokens], effects, _("logit")),
        key="chart_words",
        alt=_("The tokens that this neuron raises and lowers most."),
    )
    return below(markdown(title.format(layer=got.layer, neuron=got.neurons[which])), bars)


def _fires(now: Current, got: Neurons, which: int) -> Drawn:
    title = _("**Neuron {neuron} of layer {layer}** fires at")
    note, excited = _("Token {i}: activation {a}"), got.activations[which]
    strip = partial(
        token_strip,
        now.tokens,
        key="strip_neuron",
        chosen=got.position,
        values=shares_of_largest(excited),
        notes=[note.format(i=i, a=decimal(a, 3)) for i, a in enumerate(excited.tolist())],
        hint=_("Point at a token to read the neuron's activation there."),
    )
    return below(markdown(title.format(layer=got.layer, neuron=got.neurons[which])), strip)


def _shown(got: Neurons, which: int) -> dict[str, np.ndarray]:
    return {
        "activations": got.activations,
        "lengths": got.lengths,
        "raises": got.promoted[which],
        "lowers": got.suppressed[which],
    }
