"""What several panels of the layers page ask of the model."""

from __future__ import annotations

from core.tokens.encoding import Token
from core.views.logit_lens import LogitLens
from core.views.neurons import Neurons, neurons
from core.views.watch import watch_options
from pages.kit.current import Current

#: How many of the likeliest tokens a place of the lens shows.
TOP = 10
#: How many neurons are shown, and how many tokens that each of them raises.
LOUDEST = 8


def read_at(now: Current, position: int) -> LogitLens:
    """What every layer would answer after one token."""
    return now.engine.logit_lens(now.trace(), position, position + 1, top=TOP)


def likeliest(now: Current, position: int) -> list[int]:
    """The tokens that the model finds most probable after one token, the answer first."""
    return [int(i) for i in read_at(now, position).top_ids[-1, 0]]


def pieces(now: Current, word: str) -> tuple[Token, ...]:
    """The tokens that a word to be watched stands for."""
    return watch_options(now.engine.tokenizer, word)


def loudest(now: Current, layer: int, position: int, by: str) -> Neurons:
    """The neurons of a layer that speak loudest at a token."""
    return now.engine.view(neurons, now.trace(), layer, position, LOUDEST, LOUDEST, by)
