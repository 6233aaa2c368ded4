"""The machine in one picture: the prompt on its way through the model to the next word."""

from __future__ import annotations

from functools import partial

import numpy as np

from core.charts.attention.head_cells import shades
from core.charts.overview.machine import Opened, drawn
from core.charts.overview.machine_picture import machine_picture
from core.charts.overview.machine_steps import caption, steps
from core.language import _
from core.numbers import percent, short
from core.views.block import block_steps
from core.views.heads_at import heads_at
from core.views.machine import Machine
from core.views.machine_of import machine as machine_of
from core.views.machine_of import machine_rows
from core.views.neurons import neurons, shares_of_largest
from core.views.thumbnails import layer_summary
from pages.components.machine import machine as machine_drawn
from pages.kit.box import box
from pages.kit.chosen import TOKEN
from pages.kit.current import Current
from pages.kit.exports import numbers
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.overview import machine_links, machine_words
from pages.panels.overview.params import BLOCK

KEY = "machine"
#: Neurons that an open block lists, and words of each.
NEURONS, WORDS = 5, 4


@panel("overview/machine", title=lambda at: _("The machine at work"), reads=(TOKEN, BLOCK))
def machine(now: Current, at: Values) -> Shown:
    machine_links.leave()
    made = now.engine.view(machine_of, now.trace(), at[TOKEN])
    said = steps(made)
    head, arrays = drawn(made, said, opened(now, at))
    on = machine_links.deeds(made)
    return Shown(
        partial(machine_drawn, head, arrays, key=KEY, on=on, ways=machine_links.ways(made)),
        caption(made),
        numbers("machine", partial(machine_rows, made), partial(machine_picture, made, said)),
        box(
            now, "overview/machine", "overview-machine", shown=shown(made),
            position=made.at, heads=[look.head for look in made.looks],
            looks_at=[look.keys[0] for look in made.looks], bins=len(made.edges) - 1,
            top=len(made.best),
        ),
    )  # fmt: skip


def shown(made: Machine) -> dict[str, object]:
    """The numbers of the picture that belong to the chosen token."""
    return {
        "strips": made.strips[:, made.row],
        "norms": made.norms,
        "weights": [look.weights[0] for look in made.looks],
        "answers": [answer.prob for answer in made.answers],
        "best": [answer.prob for answer in made.best],
    }


def opened(now: Current, at: Values) -> Opened | None:
    """The block that is open, if one is."""
    layer, position = at[BLOCK], at[TOKEN]
    if layer < 0:
        return None
    trace = now.trace()
    summary = now.engine.view(layer_summary, trace, layer)
    heads = now.engine.view(heads_at, trace, layer, position)
    looks = zip(heads.looks_at.tolist(), heads.weights.tolist(), strict=True)
    pictures = shades(summary.largest[None])[0]
    return Opened(
        layer,
        np.ascontiguousarray(pictures),
        [f"“{now.labels[key]}” {percent(weight, 0)}" for key, weight in looks],
        _neurons(now, layer, position),
        machine_words.inside(now.engine.view(block_steps, trace, layer, position)),
    )


def _neurons(now: Current, layer: int, position: int) -> list[tuple[str, str, float, str]]:
    found = now.engine.view(neurons, now.trace(), layer, position, NEURONS, WORDS)
    loud = [float(fires[position]) for fires in found.activations]
    raised = [" ".join(map(now.label, ids)) for ids in found.promoted_ids.tolist()]
    shares = shares_of_largest(np.array(loud))
    names = [_("neuron {n}").format(n=n) for n in found.neurons.tolist()]
    return list(zip(names, map(short, loud), shares, raised, strict=True))
