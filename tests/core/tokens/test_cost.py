"""What a text costs."""

from __future__ import annotations

from core.tokens.cost import by_kind, cost, difference, stacked
from core.tokens.encoding import encoding
from core.tokens.pretokens import KINDS
from tests.core.tokens.texts import truth


def test_costs(oracle) -> None:
    made = encoding(oracle, "Hé 🙂, it's 12")
    counted = cost(made)
    assert (counted.characters, counted.words) == (13, 4)
    assert counted.bytes == 13 + 1 + 3
    assert counted.split_characters == 0
    assert cost(encoding(oracle, "a🙂b🙂")).split_characters == 2
    assert counted.tokens == len(truth(oracle, made.text)) == sum(by_kind(made).values())
    assert by_kind(made)["contraction"] == 1
    assert counted.share(counted.tokens * 4) == 0.25
    found = difference(made, encoding(oracle, made.text + " 7 8 9"))
    assert (found.more, found.kind, found.of_kind) == (3, "numbers", 3)
    assert difference(made, made).kind is None
    rows = stacked({"a": made}, {kind: kind for kind in KINDS})
    assert rows[-1]["to"] == counted.tokens
    empty = cost(encoding(oracle, ""))
    assert (empty.tokens, empty.tokens_per_word, empty.bytes_per_token) == (0, 0.0, 0.0)
