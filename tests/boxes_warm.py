"""What a box's process begins with: the libraries, and the embedded model read from its files once.

The server that forks these processes imports this. A box still asks for its model with
``from_pretrained``; the first time it asks for the embedded one it is handed what was read
already, untouched, in memory of its own. Reading the files anew was nine tenths of a box's time.
"""

from __future__ import annotations

from pathlib import Path

import sklearn.decomposition  # noqa: F401
import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

STORYTELLER = Path(__file__).parent.parent / "core" / "checkpoints" / "storyteller"
#: As the boxes load it: with transformers' own choice of attention, and with the eager one.
_ASKED = ({"dtype": torch.float32}, {"dtype": torch.float32, "attn_implementation": "eager"})


def _hand_out(owner: type, *asked: dict) -> None:
    load = owner.from_pretrained
    ready = [(options, load(str(STORYTELLER), **options)) for options in asked]

    def from_pretrained(source, **options):
        for n, (wanted, loaded) in enumerate(ready):
            if str(source) == str(STORYTELLER) and options == wanted:
                ready.pop(n)  # whoever asks twice wants two
                return loaded
        return load(source, **options)

    owner.from_pretrained = staticmethod(from_pretrained)


torch.set_num_threads(1)  # threads do not survive a fork
_hand_out(GPT2LMHeadModel, *_ASKED)
_hand_out(AutoTokenizer, {})
