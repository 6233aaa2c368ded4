"""Words with two meanings in two sentences, and the pair whose vectors a model parts most.

In both sentences the word stands last, where it has read all of it, and at the same place: so its
two vectors are one and the same at the input, and all that parts them is what the layers add.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.tokens.encoding import encode
from core.views.meeting import Meeting, meeting
from core.views.readings import word_of
from core.views.trace import Trace, capture

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel

#: A word, and two sentences that end with it.
Pair = tuple[str, str, str]
PAIRS: tuple[Pair, ...] = (
    ("bank", "He sat on the river bank", "He took it to the bank"),
    ("fair", "Her hair was so fair", "They went to the fair"),
    ("can", "He drank it from the can", "I will do what I can"),
    ("saw", "He cut the tree with a saw", "The boy opened the door and saw"),
    ("left", "He turned to the left", "She cried and he left"),
    ("bear", "In the wood lived a bear", "It was too much to bear"),
    ("rose", "She gave him a red rose", "In the morning the sun rose"),
    ("leaves", "The trees had green leaves", "In the evening he leaves"),
)


def meeting_in(loaded: LoadedModel, pair: Pair) -> Meeting:
    """How alike the word's vectors are in its two sentences; see `core.views.meeting`.

    Raises
    ------
    ValueError
        If a sentence does not hold the word as tokens of its own.
    """
    word, *sentences = pair
    traces, places = [], []
    for sentence in sentences:
        tokens = encode(loaded.tokenizer, sentence)
        ids = tuple(token.id for token in tokens)
        place = word_of(loaded.tokenizer, ids, word)
        if place is None:
            raise ValueError(f"{sentence!r} does not hold {word!r} as tokens of its own")
        pieces = tuple(token.piece for token in tokens)
        traces.append(Trace(loaded.key, ids, pieces, *capture(loaded, ids)))
        places.append(place[-1])
    return meeting(traces[0], traces[1], places[0], places[1])


def most_apart(loaded: LoadedModel) -> Pair:
    """The pair whose two vectors are least alike after the last layer."""
    return min(PAIRS, key=lambda pair: float(meeting_in(loaded, pair).same[-1]))
