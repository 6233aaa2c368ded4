"""The states of the app that are recorded: a page, an address, and what is done there.

Every name of the address occurs at least once with a value that is not its default and once
with one that is not possible (`test_golden.py` holds that). Names and values are public: links
that people have sent stay valid.
"""

from __future__ import annotations

from tests.golden.state import (
    BANK,
    LONG,
    ODD,
    ONE,
    OTHER_MODEL,
    PRINCE,
    PRINCESS,
    THIRD,
    State,
)


def _common(page: str) -> list[State]:
    """What every page is asked."""
    return [
        State(page, "as it opens"),
        State(page, "one token", {"prompt": ONE}),
        State(page, "odd signs", {"prompt": ODD}),
        State(page, "long", {"prompt": LONG}),
        State(page, "another model", {"prompt": THIRD, "model": OTHER_MODEL, "lang": "en"}),
    ]


OVERVIEW = [
    *_common("overview"),
    State("overview", "nothing to read", {"prompt": ""}),
    State("overview", "no such model", {"model": "no/such/model/anywhere", "lang": "xx"}),
    State("overview", "cut to the context", {"prompt": THIRD * 5, "model": OTHER_MODEL}),
    State("overview", "an example", steps=(("button", "example_4"),)),
]

TOKENIZER = [
    *_common("tokenizer"),
    State(
        "tokenizer",
        "everything chosen",
        {
            "prompt": BANK, "tok_lanes": "text,bytes", "tok_marks": "false", "tok_under": "true",
            "tok_at": "4", "tok_form": "Straße", "tok_word": "␣money", "tok_step": "2",
            "tok_find": "king", "tok_by": "text", "tok_case": "true", "tok_pair": "indent",
            "tok_a": "one, two", "tok_b": "eins, zwei, drei",
        },
    ),
    State(
        "tokenizer",
        "pages and ids",
        {"prompt": LONG, "tok_per": "250", "tok_page": "2", "tok_lanes": "", "tok_by": "ids",
         "tok_find": "464, 3290", "tok_word": "unbelievably so", "tok_step": "0"},
    ),
    State("tokenizer", "regular expression", {"tok_by": "regex", "tok_find": "^ki.*g$"}),
    State("tokenizer", "bytes", {"tok_by": "bytes", "tok_find": "F0 9F", "tok_pair": "numbers"}),
    State("tokenizer", "not found", {"tok_find": "zzzzqq", "tok_b": "", "tok_form": ""}),
    State(
        "tokenizer",
        "impossible",
        {
            "tok_lanes": "colours", "tok_marks": "maybe", "tok_under": "perhaps", "tok_at": "99",
            "tok_per": "7", "tok_page": "77", "tok_step": "many", "tok_by": "sound",
            "tok_case": "x", "tok_pair": "nothing",
        },
    ),
    State(
        "tokenizer",
        "a split character",
        {"prompt": ODD},
        (("selectbox", "tok_char", 0), ("selectbox", "tok_pair", "indent")),
    ),
]  # fmt: skip

EMBEDDINGS = [
    *_common("embeddings"),
    State(
        "embeddings",
        "first views",
        {"prompt": BANK, "token": "4", "dim": "7", "word": "river", "by": "dot",
         "variants": "false", "kinds": "animals,numbers", "after": "3", "follow": "4",
         "order": "map"},
    ),
    State(
        "embeddings",
        "second views",
        {"prompt": BANK, "alike": "analogy", "a": "queen", "b": "woman", "c": "man",
         "context": "meeting", "shared": "king", "s1": "The king is old.",
         "s2": "He saw the king again.", "order": "swap", "swap_one": "2", "swap_other": "5"},
    ),
    State("embeddings", "lengths", {"order": "length", "word": "Rumpelstiltskin", "kinds": ""}),
    State(
        "embeddings",
        "meeting that fails",
        {"context": "meeting", "shared": "zebra", "alike": "analogy", "a": "same", "b": "same"},
    ),
    State("embeddings", "swap as it opens", {"order": "swap", "alike": "analogy"}),
    State(
        "embeddings",
        "impossible",
        {"token": "99", "dim": "many", "variants": "maybe", "by": "feel", "kinds": "plants",
         "after": "-3", "follow": "x", "alike": "nothing", "context": "nothing",
         "order": "nothing", "swap_one": "88", "swap_other": "x"},
    ),
]  # fmt: skip

ATTENTION = [
    *_common("attention"),
    State(
        "attention",
        "everything chosen",
        {"prompt": THIRD, "layer": "2", "head": "3", "query": "6", "key": "4",
         "attention_kind": "same_kind", "attention_sort": "true", "attention_hide_first": "true",
         "attention_view": "dims", "attention_off": "L1.H5,L4.H0", "attention_mode": "mean",
         "attention_together": "largest", "together_query": "4"},
    ),
    State(
        "attention",
        "long, folded",
        {"prompt": LONG, "attention_fold": "mean", "attention_view": "matrix", "layer": "4",
         "head": "0", "query": "200", "attention_together": "mean", "attention_off": "all"},
    ),
    State("attention", "out", {"prompt": BANK, "attention_view": "out", "attention_off": ""}),
    State("attention", "a resting head", {"prompt": THIRD, "layer": "3", "head": "5"}),
    State(
        "attention",
        "impossible",
        {"layer": "99", "head": "x", "query": "77", "key": "-1", "attention_kind": "odd",
         "attention_fold": "x", "attention_sort": "x", "attention_hide_first": "x",
         "attention_view": "x", "attention_off": "L9.H9", "attention_mode": "x",
         "attention_together": "x", "together_query": "x"},
    ),
    State(
        "attention",
        "every head tried",
        {"prompt": THIRD},
        (("button", "run_effects"), ("button", "off_layer")),
    ),
    State(
        "attention",
        "another head",
        {"prompt": THIRD, "attention_view": "matrix"},
        (("number_input", "attention_head", 6), ("selectbox", "attention_kind", "induction")),
    ),
]  # fmt: skip

LAYERS = [
    *_common("layers"),
    State(
        "layers",
        "everything chosen",
        # No other token's logit comes near that of " last" at any place: its ranks are the same
        # whatever the last digits are.
        {"prompt": BANK, "token": "6", "watch": "last night", "shade": "rank", "start": "2",
         "piece": "34477", "race": "rank", "layer": "2", "open": "gelu", "mlp": "1", "by": "effect",
         "neuron": "899", "why": "1660", "not": "none", "noattn": "3", "nomlp": ""},
    ),
    State("layers", "attn opened", {"open": "attn", "watch": "king", "layer": "0"}),
    State("layers", "second norm opened", {"open": "ln_2", "layer": "5", "nomlp": "1"}),
    State(
        "layers",
        "impossible",
        {"token": "99", "shade": "x", "start": "88", "piece": "x", "race": "x", "layer": "77",
         "open": "nothing", "why": "zebra", "not": "x", "mlp": "x", "by": "x", "neuron": "-4",
         "noattn": "12", "nomlp": "x", "watch": "daughter"},
    ),
    State("layers", "everything left out", {"prompt": BANK}, (("button", "skip_all"),)),
    State(
        "layers",
        "another word in the race",
        {"prompt": BANK},
        (("text_input", "watch", "river"), ("session", "layers_start", 0)),
    ),
]  # fmt: skip

COMPARE = [
    # Of a long text with another word at its beginning the answer stays, and noise orders the rest.
    *(state for state in _common("compare") if state.name != "long"),
    State("compare", "long", {"prompt": LONG, "other": f"{LONG} He"}),
    State(
        "compare",
        "everything chosen",
        {"prompt": PRINCESS, "other": PRINCE, "kind": "mlp", "row": "1", "place": "12",
         "layer": "2", "factor": "-1.5", "onto": "The old woman said that", "head": "L4.H7",
         "look": "L3.H6",
         "lens_at": "4", "written": "12"},
    ),
    State("compare", "attention alone", {"prompt": PRINCESS, "other": PRINCE, "kind": "attn"}),
    State("compare", "other lengths", {"prompt": BANK, "other": "He sat there. He took it to the"}),
    State("compare", "the same twice", {"prompt": BANK, "other": BANK, "onto": ""}),
    State(
        "compare",
        "impossible",
        {"prompt": PRINCESS, "other": PRINCE, "kind": "x", "row": "77", "place": "x", "layer": "x",
         "factor": "9", "head": "L9.H9",
         "look": "H3", "lens_at": "x", "written": "3", "other_model": "x"},
    ),
    State("compare", "an example", steps=(("button", "compare_pair_number"),)),
]  # fmt: skip

SAMPLING = [
    *_common("sampling"),
    State(
        "sampling",
        "everything chosen",
        {"penalty": "1.2", "temperature": "1.5", "top_k": "10", "top_p": "0.8", "min_p": "0.05",
         "seed": "7", "stages_view": "all", "length": "9", "stop_at": "The end", "beams": "3",
         "compare_length": "5"},
    ),
    State("sampling", "greedy", {"temperature": "0", "top_p": "0.5", "prompt": BANK}),
    State("sampling", "all switched off", {"top_k": "0", "top_p": "1", "temperature": "1"}),
    State(
        "sampling",
        "impossible",
        {"penalty": "9", "temperature": "0.77", "top_k": "7", "top_p": "nonsense", "min_p": "2",
         "seed": "-5", "stages_view": "x", "length": "0", "beams": "x", "compare_length": "99"},
    ),
    State(
        "sampling",
        "choices",
        {"seed": "3"},
        (("button", "draw"), ("button", "draw"), ("button", "best"), ("button", "undo")),
    ),
    State(
        "sampling",
        "a text scored",
        {"prompt": BANK},
        (("text_area", "score_text", "The king had three sons. " * 50),),
    ),
    State(
        "sampling",
        "written, compared, drawn",
        {"prompt": BANK, "length": "6", "compare_length": "4", "beams": "2"},
        (("button", "start_run"), ("button", "start_compare"), ("button", "start_thirty")),
    ),
]  # fmt: skip

STATES = [*OVERVIEW, *TOKENIZER, *EMBEDDINGS, *ATTENTION, *LAYERS, *COMPARE, *SAMPLING]


def states(page: str) -> list[State]:
    """A page's states, in the order in which they are opened."""
    return [s for s in STATES if s.page == page]
