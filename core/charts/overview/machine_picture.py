"""The machine to take away, for the first slide."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.charts.drawing import Drawing, hexed
from core.charts.overview.machine_words import words
from core.charts.theme import ACCENT, CATEGORIES, INK_LIGHT, ramp
from core.language import _
from core.numbers import percent
from core.views.machine import Machine

_WIDE, _TOP, _ROW, _STRIP, _BAR = 1280, 116, 22, 16, 30
_LEFT, _NEXT = 214, 230


def machine_picture(made: Machine, steps: Sequence[str]) -> Drawing:
    """Text, vectors, blocks and next word, from left to right.

    Parameters
    ----------
    made : the picture's numbers
    steps : as for `core.charts.overview.machine.drawn`; the next word's is the title
    """
    rows = max(_ROW * len(made.positions), _BAR * len(made.best))
    drawing = Drawing(_WIDE, _TOP + rows + 60, _("The machine at work"))
    drawing.words(12, 24, steps[-2], size=18, bold=True, most=130)
    stages = _Stages(made)
    _titles(drawing, made, stages)
    _tokens(drawing, made)
    _looks(drawing, made, stages)
    _strips(drawing, made, stages)
    _answers(drawing, made, stages)
    _best(drawing, made, stages)
    return drawing


class _Stages:
    """Where the columns stand, in pixels."""

    def __init__(self, made: Machine) -> None:
        self.pitch = (_WIDE - _LEFT - _NEXT) / (made.n_layer + 1)
        self.strip = min(90.0, max(4.0, 0.55 * self.pitch))

    def x(self, stage: int) -> float:
        return _LEFT + stage * self.pitch


def _y(row: int) -> float:
    return _TOP + (row + 0.5) * _ROW


def _titles(drawing: Drawing, made: Machine, stages: _Stages) -> None:
    said = words(made)
    right = stages.x(made.n_layer + 1) + 8
    parts = [(12, "text"), (_LEFT - 30, "vector"), (right, "next")]
    for x, name in parts:
        drawing.words(x, 60, said[name], size=16, bold=True, ink=ACCENT)
        drawing.words(x, 84, said[f"{name}_note"])
    drawing.words(max(stages.x(1), _LEFT + 70), 60, said["blocks"], size=16, bold=True, ink=ACCENT)
    every = max(1, round(26 / stages.pitch + 0.5))
    for layer in range(0, made.n_layer, every):
        name = str(layer)
        if stages.pitch >= 92:
            name = said["head"].format(layer=layer, head=made.looks[layer].head)
        drawing.words(max(stages.x(layer + 1), _LEFT + 70 if layer == 0 else 0), 84, name)


def _tokens(drawing: Drawing, made: Machine) -> None:
    for row, (position, text) in enumerate(zip(made.positions, made.labels, strict=True)):
        pale = _pale(CATEGORIES[position % len(CATEGORIES)])
        edge = INK_LIGHT if position == made.at else None
        drawing.box(12, _y(row) - 10, 132, 20, pale, edge=edge)
        drawing.words(18, _y(row), text, mono=True, bold=position == made.at, most=14)
        drawing.words(_LEFT - 12, _y(row), str(made.ids[row]), anchor="end", mono=True)


def _pale(colour: str) -> str:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    return hexed((0.3 * rgb + 0.7 * 255).astype(np.uint8))


def _strips(drawing: Drawing, made: Machine, stages: _Stages) -> None:
    for stage, rows in enumerate(made.strips):
        scale = float(np.quantile(np.abs(rows), 0.97)) or 1.0
        colours = ramp(np.clip(rows / scale, -1, 1), dark=False, signed=True)
        for row, position in enumerate(made.positions):
            shown = colours[row]
            if position != made.at:
                shown = (0.5 * shown + 0.5 * 255).astype(np.uint8)
            drawing.strip(stages.x(stage), _y(row) - 8, stages.strip, _STRIP, shown)


def _looks(drawing: Drawing, made: Machine, stages: _Stages) -> None:
    for layer, look in enumerate(made.looks):
        start, end = stages.x(layer) + stages.strip + 1, stages.x(layer + 1) - 1
        for key, weight in zip(look.keys, look.weights, strict=True):
            if key in made.positions:
                thick = max(1.0, 9 * weight * min(1.0, max(0.35, stages.pitch / 60)))
                y = _y(made.positions.index(key))
                drawing.curve(start, y, end, _y(made.row), ACCENT, thick=thick)
                if stages.pitch >= 70 and weight >= 0.3 and key != made.at:
                    drawing.words(start + 3, y - 9, percent(weight, 0))


def _answers(drawing: Drawing, made: Machine, stages: _Stages) -> None:
    y = _TOP + max(_ROW * len(made.positions), _BAR * len(made.best)) + 22
    drawing.words(_LEFT - 12, y, words(made)["would"], anchor="end")
    free = 0.0
    for stage, answer in enumerate(made.answers):
        middle = stages.x(stage) + stages.strip / 2
        half = 4.5 * min(len(answer.label), 10) + 3
        if middle - half >= free:
            drawing.words(middle, y, answer.label, anchor="middle", mono=True, bold=True, most=10)
            free = middle + half


def _best(drawing: Drawing, made: Machine, stages: _Stages) -> None:
    x, width = stages.x(made.n_layer + 1) + 8, _NEXT - 20
    for k, answer in enumerate(made.best):
        y = _TOP + k * _BAR
        share = answer.prob / made.best[0].prob
        drawing.box(x, y, max(3.0, share * width), _BAR - 5, "#B9D6E8", note=answer.label)
        drawing.words(x + 8, y + 12, answer.label, mono=True, bold=k == 0, most=14)
        drawing.words(x + width, y + 12, percent(answer.prob), anchor="end")
