"""What is written on the machine, and the patterns of what it says when it is pointed at."""

from __future__ import annotations

from core.language import _
from core.numbers import count
from core.views.machine import Machine


def words(made: Machine) -> dict[str, str]:
    """What is written on the picture, and patterns of what is said when something is pointed at."""
    return {
        "text": _("1 Text"),
        "text_note": _("{n} tokens").format(n=count(made.n_ctx)),
        "vector": _("2 Vector"),
        "vector_note": _("{n} numbers").format(n=count(made.n_embd)),
        "blocks": _("3 Blocks"),
        "next": _("4 Next word"),
        "next_note": _("{n} chances").format(n=count(made.n_vocab)),
        "head": _("{layer} · head {head}"),
        "block": _("Block {layer}"),
        "looks": _("head {head} looks at"),
        "folded": _("⋯ {n} more"),
        "would": _("would say"),
        "loop": _("the chosen word becomes text, and the machine runs again"),
        **_pointed(),
        **_controls(),
        **_block_words(),
    }


def _pointed() -> dict[str, str]:
    """What is said of the thing under the pointer."""
    return {
        "token": _("Token {n}: “{t}”, number {id} of the vocabulary"),
        "entering": _("where the vector enters"),
        "after": _("after block {layer}"),
        "strip": _(
            "“{t}”, {place}: the numbers {first} to {last} of its vector are {v} on average"
        ),
        "here": _("“{t}”, {place}: a vector of length {v}; it would say “{answer}” ({share})"),
        "answer": _("{place} it would say “{t}” ({share})"),
        "best": _("“{t}” has a chance of {share}"),
        "choose": _("click to follow it"),
        "write": _("click to write it"),
        "open": _("Open block {layer}"),
    }


def _controls() -> dict[str, str]:
    return {
        "play": _("Play a thought"),
        "pause": _("Pause"),
        "back": _("Step back"),
        "on": _("Step forward"),
        "whole": _("Show all"),
        "speed": _("Speed {n}×"),
        "zoom": _("Zoom {n}×"),
        "picture": _("The way of a text through the model, in words:"),
        "idle": _("Point at anything to read it; click a token, a block or a word."),
    }


def _block_words() -> dict[str, str]:
    return {
        "close": _("Close"),
        "opened": _("Inside block {layer}"),
        "heads": _("Its heads: who looks where (brighter is more); click one to see it whole"),
        "neurons": _("Its loudest neurons for this token, and the words that they make likelier"),
        "one_head": _("Block {layer}, head {head}: {kind}"),
        "to_attention": _("The head on the Attention page"),
        "to_layers": _("This block on the Layers page"),
        "to_tokenizer": _("How the text was cut"),
        "to_embeddings": _("What the vector means"),
        "to_sampling": _("How the word is drawn"),
    }
