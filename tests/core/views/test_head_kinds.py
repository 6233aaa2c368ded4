"""Kinds of tokens and of looking."""

from __future__ import annotations

import pytest

from core.views.head_kinds import kind_mask, token_kinds
from tests.core.views.heads import IDS


def test_kinds_of_tokens() -> None:
    pieces = ["Once", " upon", " 1", "9", ",", "\n", "<F0 9F>", " The", "日"]
    assert token_kinds(pieces).tolist() == [1, 0, 2, 2, 3, 4, 5, 1, 0]


def test_unknown_kind_is_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="unknown"):
        kind_mask("nonsense", IDS)
