"""The prompt is the memory."""

from __future__ import annotations

import pytest

from core.questions import Refused, ask
from tests.core.questions.common import KING, answered, shares

ASKED = "What is my name? Your name is"
ANNA = {"context": "My name is Anna.", "token": "Anna"}


def test_both_shares_are_transformers_own(storyteller, oracle_of) -> None:
    found = answered(storyteller, "with_without", ASKED, **ANNA)
    token = found.places["id"]
    for name, text in (("p_with", f"{ANNA['context']} {ASKED}"), ("p_without", ASKED)):
        p = float(shares(oracle_of, storyteller, text)[token])
        assert found.numbers[name].value == pytest.approx(p, rel=1e-3)
    assert found.right == "rises"


def test_nothing_before_it_changes_nothing(storyteller) -> None:
    found = ask(storyteller, "with_without", ASKED, context="", token="Anna")
    assert found.right == "stays"
    assert found.numbers["p_with"] == found.numbers["p_without"]


def test_a_little_is_refused(storyteller) -> None:
    kinds = set()
    for context in ("Well.", "So.", "Now.", "Ah!", "Yes, yes.", "It was late."):
        try:
            kinds.add(ask(storyteller, "with_without", KING, context=context, token="was").right)
        except Refused:
            kinds.add("refused")
    assert "refused" in kinds
    assert len(kinds) > 1
