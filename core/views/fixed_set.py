"""The fixed set: texts on which every head of every model is measured alike."""

from __future__ import annotations

from core.model.loaded import LoadedModel
from core.tokens.encoding import encode
from core.views.attention_frugal import layer_pattern
from core.views.head_kinds import kind_masks, token_kinds
from core.views.head_scores import Tally, tally
from core.views.trace import Trace, capture

#: Texts on which every head of every model is measured alike. Own words, made so that each
#: kind of head has something to do: repeated nonsense, names that return, lists, dialogue.
FIXED_SET = (
    "red seven lamp river stone cloud paper green red seven lamp river stone cloud paper green",
    "table moon bread horse window seven cold rope table moon bread horse window seven cold rope",
    "Mr. Hargrave met Mrs. Wimbleton at the market. Mr. Hargrave bowed, and Mrs. Wimbleton gave"
    " Mr. Hargrave an apple. Then Mrs. Wimbleton went home.",
    "Once there was an old king who had three sons. The first son was strong, the second son was"
    ' clever, and the third son was kind. The king said to them, "Go and find the bird."',
    "One, two, three, four, five; one, two, three, four, five. In 1901, in 1902, and in 1903, the"
    " river rose. In 1904 it did not.",
    '"Where have you been?" said the cat. "I have been to the sea," said the mouse. "What did'
    ' you see?" said the cat. "I saw the ships," said the mouse.',
    "Apples are red. Plums are blue. Lemons are yellow. Leaves are green. Apples are sweet. Plums"
    " are sweet. Lemons are sour. Leaves are not good to eat.",
)


def fixed_tallies(loaded: LoadedModel, text: str) -> tuple[Tally, ...]:
    """Measure every head on one text; one tally for each layer.

    Parameters
    ----------
    text : one of `FIXED_SET`; cut to the model's context
    """
    tokens = encode(loaded.tokenizer, text)[: loaded.shape.n_ctx]
    ids, pieces = tuple(t.id for t in tokens), tuple(t.piece for t in tokens)
    trace = Trace(loaded.key, ids, pieces, *capture(loaded, ids))
    masks = kind_masks(ids, token_kinds(pieces))
    layers = range(loaded.shape.n_layer)
    return tuple(tally(layer_pattern(loaded, trace, layer), masks) for layer in layers)
