"""The parameters of the layers page."""

from __future__ import annotations

from core.language import _
from pages.kit.chosen import TOKEN
from pages.kit.controls import Choice, Options, Some, Text
from pages.kit.params import Values
from pages.panels.layers import asked
from pages.panels.layers.controls import Layer, Listed, Piece, Start

#: What of a block can be opened, by the names of the checkpoint.
STATIONS = ("ln_1", "attn", "ln_2", "gelu")


def _pieces(at: Values) -> Options:
    """The tokens of the watched word; the model's own answer if there is none."""
    found = [token.id for token in asked.pieces(at.now, at[WATCH])]
    return _labels(at, found or asked.likeliest(at.now, at[TOKEN])[:1])


def _labels(at: Values, ids: list[int]) -> Options:
    return {i: at.now.label(i) for i in ids}


def _candidates(at: Values) -> list[int]:
    """The likeliest tokens, and the watched one."""
    return list(dict.fromkeys([*asked.likeliest(at.now, at[TOKEN]), at[PIECE]]))


def _reasons(at: Values) -> Options:
    answer, *others = _candidates(at)
    best = _("{token} (the answer)").format(token=at.now.label(answer))
    return {"best": best, **_labels(at, others)}


def _rivals(at: Values) -> Options:
    words = {"rival": _("its strongest rival"), "none": _("nothing: the logit itself")}
    return {**words, **_labels(at, _candidates(at))}


def _neurons(at: Values) -> Options:
    found = asked.loudest(at.now, at[MLP], at[TOKEN], at[BY])
    return {int(n): f"L{at[MLP]}.N{n}" for n in found.neurons}


def _layers(at: Values) -> dict[int, str]:
    return {layer: str(layer) for layer in range(at.now.engine.shape.n_layer)}


WATCH = Text(
    "watch", longest=60, title=lambda: _("Watch a word"),
    placeholder=lambda: _("the model's answer"),
    help=lambda at: _("A space is put before it, as in running text."),
)  # fmt: skip
PIECE = Piece("piece", _pieces)
SHADE = Choice(
    "shade",
    lambda at: {"top": _("first choice"), "rank": _("rank of the word")},
    title=lambda: _("Show"),
)
START = Start("start", TOKEN)
RACE = Choice(
    "race",
    lambda at: {"probability": _("probability"), "rank": _("rank")},
    title=lambda: _("Measure"),
)
LAYER = Layer("layer")
OPEN = Choice(
    "open", lambda at: dict(zip(STATIONS, STATIONS, strict=True)), title=lambda: _("Open")
)
WHY = Listed("why", _reasons, title=lambda: _("Why"))
NOT = Listed("not", _rivals, title=lambda: _("and not"))
MLP = Layer("mlp")
BY = Choice(
    "by",
    lambda at: {"activation": _("activation"), "effect": _("length added")},
    title=lambda: _("Loudest by"),
)
NEURON = Listed("neuron", _neurons, title=lambda: _("Neuron"))
NO_ATTN = Some(
    "noattn", _layers, apart=True, default=lambda at: [],
    title=lambda: _("Leave out attention of layer"),
)  # fmt: skip
NO_MLP = Some(
    "nomlp", _layers, apart=True, default=lambda at: [0],
    title=lambda: _("Leave out the MLP of layer"),
)  # fmt: skip
