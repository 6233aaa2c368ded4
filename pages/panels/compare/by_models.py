"""Sentences of the panel that compares two models."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.engine.backend import Backend
from core.language import _
from core.model.shape import Shape
from core.numbers import bits, count
from core.views.effects import Change
from pages.kit.current import Current
from pages.kit.words import plain
from pages.panels.compare.said import moved


def alone(max_models: int) -> str:
    """What to do where no other model is in memory."""
    if max_models < 2:
        return _("This server keeps one model in memory at a time: there is none to compare with.")
    return _(
        "No other model is in memory. Choose one in the sidebar, wait until it is there, and come"
        " back to this one: then both are."
    )


def other_tokens(now: Current, other: Backend) -> str:
    return _(
        "{name} has {there} tokens and this model {here}: the numbers of their tokens do not mean"
        " the same. Choose a model with the same vocabulary."
    ).format(
        name=plain(other.key), there=count(other.shape.n_vocab),
        here=count(now.engine.shape.n_vocab),
    )  # fmt: skip


def no_fit(here: Shape, other: Backend) -> str:
    return _(
        "This model has {layers} layers with vectors of {width} numbers, {name} has {their_layers}"
        " with {their_width}: a vector of the one cannot be put into the other. Two models of one"
        " shape could be patched here, such as one before and after more training."
    ).format(
        layers=count(here.n_layer), width=count(here.n_embd), name=plain(other.key),
        their_layers=count(other.shape.n_layer), their_width=count(other.shape.n_embd),
    )  # fmt: skip


def words(now: Current, other: Backend, found: Change) -> str:
    """What each would say, and how far they lie apart."""
    here, there = (plain(now.label(i)) for i in (found.best_before, found.best_after))
    apart = bits(found.divergence)
    if found.best_before == found.best_after:
        return _("Both would say “{word}”; {bits} lie between their answers.").format(
            word=here, bits=apart
        )
    return _(
        "This model would say “{here}”, {name} “{there}”: {bits} lie between their answers."
    ).format(here=here, name=plain(other.key), there=there, bits=apart)


def surprise(
    now: Current, other: Backend, names: Sequence[str], here: np.ndarray, there: np.ndarray
) -> str:
    """What the text costs each, and the token at which they disagree most."""
    most = int(np.abs(here - there).argmax())
    return _(
        "The whole text costs this model {here}, {name} {there}: the fewer, the more of it was"
        " expected. They disagree most over “{token}”: {here_one} here, {there_one} there."
    ).format(
        here=bits(float(here.sum())), there=bits(float(there.sum())), name=plain(other.key),
        token=plain(names[most]), here_one=bits(float(here[most])),
        there_one=bits(float(there[most])),
    )  # fmt: skip


def bits_rows(names: Sequence[str], here: np.ndarray, there: np.ndarray) -> list[dict[str, object]]:
    return [
        {"token": name, "bits_here": float(a), "bits_there": float(b)}
        for name, a, b in zip(names, here, there, strict=True)
    ]


def where(names: Sequence[str], shares: np.ndarray) -> str:
    """How far vectors of the other model lead in this one."""
    row, place = np.unravel_index(int(shares.argmax()), shares.shape)
    return _(
        "0% is this model's answer, 100% the other's. One vector of the other moves it by {share}"
        " at most, in row “{row}”, column {place}. That a vector fits does not mean that both"
        " models use its numbers alike: there is no control here that must give 100%."
    ).format(share=moved(shares[row, place]), row=names[row], place=count(int(place) + 1))


def rows(names: Sequence[str], at: Sequence[int], shares: np.ndarray) -> list[dict[str, object]]:
    return [
        {"row": name, "position": place, "share": float(shares[i, j])}
        for i, name in enumerate(names)
        for j, place in enumerate(at)
    ]
