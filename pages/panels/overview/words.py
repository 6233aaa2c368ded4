"""Sentences of the overview."""

from __future__ import annotations

from typing import NamedTuple

from core import numbers
from core.language import _
from core.views.journey import Journey
from pages.kit import words as count
from pages.kit.current import Current


class Stage(NamedTuple):
    """A stage of the way: its page, its number, its sentence."""

    page: str
    figure: str
    text: str


def stages(now: Current, found: Journey) -> list[Stage]:
    """All stages of a prompt, each with the number that says most."""
    return [
        _cutting(now),
        _entering(now, found),
        _looking(now, found),
        _leaving(now, found),
        _answering(now, found),
    ]


def became(now: Current) -> str:
    """What the whole way has made of the prompt."""
    text = _(
        "So {tokens} became {n} probabilities. Every number here is read from the loaded model."
    )
    return text.format(
        tokens=count.tokens(len(now.tokens)), n=numbers.count(now.engine.shape.n_vocab)
    )


def _cutting(now: Current) -> Stage:
    text = _("The text is cut into pieces; the last one is {token}, number {id}.")
    return Stage(
        "tokenizer",
        count.tokens(len(now.tokens)),
        text.format(token=_quoted(now.labels[-1]), id=numbers.count(now.ids[-1])),
    )


def _entering(now: Current, found: Journey) -> Stage:
    width = _("{n} numbers").format(n=numbers.count(now.engine.shape.n_embd))
    text = _("for each piece: its vector. The last one's length is {norm}.")
    return Stage("embeddings", width, text.format(norm=numbers.decimal(found.input_norm)))


def _looking(now: Current, found: Journey) -> Stage:
    looks = (
        _("too short to tell")
        if found.looks_at is None
        else _("{weight} on {token}").format(
            weight=numbers.percent(found.weight, 0), token=_quoted(now.labels[found.looks_at])
        )
    )
    text = _("Vectors look back at earlier ones: here head {head} of layer {layer}.")
    return Stage("attention", looks, text.format(layer=found.layer, head=found.head))


def _leaving(now: Current, found: Journey) -> Stage:
    text = _("Each adds to the vector: its length is {norm} at the end.")
    layers = count.layers(now.engine.shape.n_layer)
    return Stage("layers", layers, text.format(norm=numbers.decimal(found.output_norm, 1)))


def _answering(now: Current, found: Journey) -> Stage:
    best = _quoted(now.label(found.next_ids[0]))
    answer = _("{token} {p}").format(token=best, p=numbers.percent(found.next_probs[0]))
    return Stage("sampling", answer, _("The vector becomes probabilities; one token is drawn."))


def _quoted(text: str) -> str:
    return f"“{text}”"
