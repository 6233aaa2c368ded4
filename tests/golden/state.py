"""What a recorded state is, and the names of the address that the states must cover."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PAGES = ("overview", "tokenizer", "embeddings", "attention", "layers", "compare", "sampling")

#: Every name that an address may have, by page; the first are shared.
NAMES: dict[str, str] = {
    "all": "model prompt lang",
    "tokenizer": """
        tok_lanes tok_marks tok_under tok_at tok_per tok_page tok_form tok_word tok_step tok_find
        tok_by tok_case tok_pair tok_a tok_b""",
    "embeddings": """
        token dim alike word by variants a b c context shared s1 s2 kinds after follow order
        swap_one swap_other""",
    "attention": """
        layer head query key attention_kind attention_fold attention_sort attention_hide_first
        attention_view attention_off attention_mode attention_together together_query""",
    "layers": "token watch shade start piece race layer open why not mlp by neuron noattn nomlp",
    "compare": "other kind row place layer factor onto head look lens_at written other_model",
    "sampling": """
        penalty temperature top_k top_p min_p seed stages_view length stop_at beams
        compare_length""",
}
#: Any text is possible for these: they have no wrong value.
FREE = (
    "prompt tok_form tok_word tok_find tok_a tok_b word a b c shared s1 s2 watch stop_at other onto"
)
#: What is possible for these hangs on what else is in memory, and here nothing is.
ELSEWHERE = "other_model"  # tests/pages/test_compare.py

#: Stands for the folder of a tiny checkpoint with 32 tokens of context.
OTHER_MODEL = "<other model>"

ONE = "King"
ODD = "Café naïve 🙂 日本語 مرحبا <b>*x*</b>"
BANK = "They sat on the bank of the river. He took the money to the bank"
#: About 300 tokens, which is more than any window; too long for a link from 1,500 characters on.
LONG = " ".join(
    f"On day {day} the king went into the wood and saw a bird in a tree; his daughter, who did"
    " not like birds, cried." for day in range(1, 12)
)  # fmt: skip
PRINCESS, PRINCE = (
    f"There was once a {who} who lived in a castle. Every morning" for who in ("princess", "prince")
)
THIRD = "red seven lamp river stone red seven lamp river"


@dataclass(frozen=True, eq=False)
class State:
    """One state of a page.

    Attributes
    ----------
    page, name : which
    address : names and values of the link that opens it
    steps : what is done then, one after the other: kind of widget, its key, its new value
    """

    page: str
    name: str
    address: dict[str, str] = field(default_factory=dict)
    steps: tuple[tuple[Any, ...], ...] = ()
