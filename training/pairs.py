"""Pairs of prompts for the page Compare, on which the embedded model answers clearly otherwise.

``python -m training.pairs`` fills frames with words that stand for each other, exchanges words
of the app's ready prompts, and prints the clearest pairs of each kind. What is clear is counted:
how far the two answers lie apart in probability, and whether the grid of the page shows the
difference at an earlier word in the lower layers and at the last one in the upper ones. The
pairs that were chosen from the list stand in `pages.panels.compare.pairs`; a test holds them.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from core.engine.engine import Engine
from core.model.load import load_model
from core.views.patching import aligned, cells_of, patch_shares, places, words_apart
from core.views.softmax import softmax
from pages.panels.compare.params import MOST_PLACES
from pages.shell.examples import examples

PEOPLE = (
    "king", "queen", "prince", "princess", "man", "woman", "boy", "girl", "father", "mother",
    "brother", "sister", "son", "daughter", "wolf", "bear", "fox", "witch", "giant", "doctor",
)  # fmt: skip
NAMES = ("Green", "Brown", "White", "Black", "Grey", "Gold", "Stone", "Wood", "Moon", "Hill")
#: Words that stand for each other.
GROUPS = (
    PEOPLE,
    NAMES,
    ("apple", "river", "lamp", "stone", "horse", "table", "window", "garden", "house", "bread"),
    ("beautiful", "wicked", "young", "old", "poor", "rich", "little", "great", "blind", "dead"),
    ("bank", "side", "edge", "top", "roof", "back"),
    ("money", "boat", "fish", "child", "horse", "bread", "water", "letter"),
    ("France", "England", "Spain", "heaven", "Italy", "Russia"),
    ("He", "She", "They", "We", "I"),
)
#: Kind -> frames with a place for a word, and the words that are put there.
FRAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "sex": (
        (
            "There was once a {} who lived in a castle. Every morning",
            "The old {} sat by the fire. In the evening",
            "Once upon a time there was a {} who had no children. One day",
        ),
        PEOPLE,
    ),
    "number": (
        (
            "The {} went into the wood. In the evening",
            "The {} lived in a little house. Every day",
        ),
        ("two brothers", "old brother", "two sisters", "old sister", "three sons", "third son"),
    ),
    "name": (
        (
            "Doctor Fell met Captain {}. “Good day,” said Captain",
            "A mouse met Captain {}. \"Good day,\" said Captain",
        ),
        NAMES,
    ),
    "again": (
        ("{} lamp apple river", "{} stone apple river"),
        ("apple river", "green house", "table horse", "garden bread"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Clear:
    """How clearly two answers differ.

    Attributes
    ----------
    a, b : the prompts
    up, down : what A makes more probable than B by most, and less
    apart : by how much, added up; 2 at most
    early : largest share of the way that one earlier word carries in the lower half
    late : what the last word carries there; where it is small, the difference comes to it later
    """

    a: str
    b: str
    up: str
    down: str
    apart: float
    early: float
    late: float

    @property
    def is_clear(self) -> bool:
        """Whether the grid of the page has something to show."""
        return self.early > 0.4 and self.late < 0.25


def compared(engine: Engine, a: str, b: str) -> Clear | None:
    """Two prompts; None where they have not the same number of tokens, or are the same."""
    one, other = engine.trace(a), engine.trace(b)
    if one.n_ctx != other.n_ctx or one.token_ids == other.token_ids:
        return None
    up, down = words_apart(one.logits, other.logits)
    p, q = softmax(one.logits), softmax(other.logits)
    early, late = _carried(engine, a, b)
    apart = float(p[up] - q[up] + q[down] - p[down])
    return Clear(a, b, *(engine.tokenizer.decode([i]) for i in (up, down)), apart, early, late)


def _carried(engine: Engine, a: str, b: str) -> tuple[float, float]:
    """`Clear.early` and `Clear.late`."""
    one, other = engine.trace(a), engine.trace(b)
    columns = places(aligned(one.token_ids, other.token_ids), MOST_PLACES)
    half = one.n_layer // 2
    grid = engine.view(patch_shares, one, other, cells_of(half + 1, columns), "resid")
    grid = np.nan_to_num(grid).reshape(half + 1, -1)
    return float(grid[:, :-1].max(initial=0.0)), float(grid[:, -1].max())


def clearest(engine: Engine, prompts: Iterable[tuple[str, str]], n: int) -> list[Clear]:
    """The clearest of some pairs; those whose grid shows something come first."""
    found = [one for pair in prompts if (one := compared(engine, *pair)) is not None]
    return sorted(found, key=lambda one: (one.is_clear, one.apart), reverse=True)[:n]


def filled(kind: str) -> Iterator[tuple[str, str]]:
    """All pairs of a kind."""
    frames, words = FRAMES[kind]
    for frame in frames:
        yield from permutations([frame.format(word) for word in words], 2)


def exchanged(prompt: str) -> Iterator[tuple[str, str]]:
    """A prompt and each that comes of it when one word becomes another of its group."""
    for group in GROUPS:
        for word in group:
            for other in group:
                changed = re.sub(rf"\b{word}\b", other, prompt)
                if changed != prompt:
                    yield prompt, changed


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.pairs", description=__doc__)
    parser.add_argument("--model", default="storyteller", help="a name or a folder")
    parser.add_argument("--n", type=int, default=8, help="pairs of each kind")
    chosen = parser.parse_args(argv)
    engine = Engine(load_model(chosen.model))
    kinds = {kind: filled(kind) for kind in FRAMES}
    kinds |= {one.title: exchanged(one.prompt) for one in examples()}
    for kind, pairs in kinds.items():
        print(f"\n{kind}")
        for one in clearest(engine, pairs, chosen.n):
            print(
                f"{one.apart:.2f} {one.up!r} {one.down!r} early {one.early:.2f}"
                f" late {one.late:.2f}\n    {one.a}\n    {one.b}"
            )


if __name__ == "__main__":
    main()
