"""The charts of the tokenizer page hold the numbers that they are given."""

from __future__ import annotations

from core.charts.tokenizer.bytes import byte_rows
from core.charts.tokenizer.bytes_table import byte_table
from core.charts.tokenizer.costs import cost_bars
from core.charts.tokenizer.merges import merge_picture as merge_blocks
from core.charts.tokenizer.merges_choice import candidate_ranks
from core.tokens import merge_picture, merges, spelling
from core.tokens.cost import stacked
from core.tokens.encoding import encoding
from core.tokens.pretokens import KINDS
from core.tokens.vocabulary import vocabulary
from tests.charts.schema import check_chart


def test_charts_hold_their_rows(storyteller) -> None:
    words = vocabulary(storyteller.tokenizer)
    played = merges.replay(words, " daughter🙂".encode())
    names = {
        merge_picture.BYTE: "b",
        merge_picture.DONE: "d",
        merge_picture.NOW: "n",
        merge_picture.LATER: "l",
    }
    rows = merge_picture.picture(words, played, 2)
    shown = merge_blocks(rows, names)
    check_chart(shown)
    shown = shown.to_dict()
    data = next(iter(shown["datasets"].values()))
    assert len(data) == len(rows)
    assert {row["means"] for row in data} == {"b", "d", "n", "l"}

    pairs = merge_picture.candidates(words, played.steps[1])
    shown = candidate_ranks(pairs, 50000)
    check_chart(shown)
    shown = shown.to_dict()
    data = next(iter(shown["datasets"].values()))
    assert [row["means"] for row in data].count("joined now") == 1
    assert data[0]["means"] == "joined now"
    assert min(row["place"] for row in data) == data[0]["place"]

    made = encoding(storyteller.tokenizer, "Oh 🙂")
    shown = byte_rows(spelling.aligned(made, made.tokens()), ["c", "b", "w", "t"])
    check_chart(shown)
    shown = shown.to_dict()
    assert {row["name"] for row in next(iter(shown["datasets"].values()))} == {"c", "b", "w", "t"}

    shown = byte_table(spelling.table(words, "Oh"), {"same": "s", "moved": "m"})
    check_chart(shown)
    shown = shown.to_dict()
    assert len(next(iter(shown["datasets"].values()))) == 256

    rows = stacked({"x": made}, {kind: kind for kind in KINDS})
    shown = cost_bars(rows, list(KINDS), ["x"])
    check_chart(shown)
    shown = shown.to_dict()
    totals = [d for d in shown["datasets"].values() if "shown" in d[0]]
    assert totals[0][0]["to"] == len(made)
