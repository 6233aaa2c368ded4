"""Sentences of the overview."""

from __future__ import annotations

from typing import NamedTuple

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
    shape, last = now.engine.shape, now.tokens[-1]
    return [
        Stage(
            "tokenizer",
            count.tokens(len(now.tokens)),
            _("The text is cut into pieces; the last one is {token}, number {id:,}.").format(
                token=_quoted(now.labels[-1]), id=last.id
            ),
        ),
        Stage(
            "embeddings",
            _("{n:,} numbers").format(n=shape.n_embd),
            _("for each piece: its vector. The last one's length is {norm:.2f}.").format(
                norm=found.input_norm
            ),
        ),
        _looking(now, found),
        Stage(
            "layers",
            count.layers(shape.n_layer),
            _("Each adds to the vector: its length is {norm:.1f} at the end.").format(
                norm=found.output_norm
            ),
        ),
        Stage(
            "sampling",
            _("{token} {p:.1%}").format(
                token=_quoted(now.label(found.next_ids[0])), p=found.next_probs[0]
            ),
            _("The vector becomes probabilities; one token is drawn."),
        ),
    ]


def _looking(now: Current, found: Journey) -> Stage:
    looks = (
        _("too short to tell")
        if found.looks_at is None
        else _("{weight:.0%} on {token}").format(
            weight=found.weight, token=_quoted(now.labels[found.looks_at])
        )
    )
    text = _("Vectors look back at earlier ones: here head L{layer}.H{head}.")
    return Stage("attention", looks, text.format(layer=found.layer, head=found.head))


def _quoted(text: str) -> str:
    return f"“{text}”"
