"""Byte-pair encoding held against transformers' tokenizer, ids and spans both."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.tokens.encoding import encode
from core.tokens.merges import family, merge_text, replay
from tests.core.tokens.texts import REAL, truth


def agree(oracle, words, text: str) -> None:
    want = truth(oracle, text)
    merged = merge_text(words, text)
    assert [(t.id, (t.start, t.end)) for t in merged] == want
    assert encode(oracle, text) == merged
    assert b"".join(t.data for t in merged) == text.encode()


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.text(max_size=60)
    | st.text(alphabet=" \n\t'streamdvl019.,日🙂é\u0301", max_size=60)
    | st.lists(st.sampled_from(REAL), max_size=3).map(" ".join)
)
def test_merges_are_gpt2s_on_any_text(oracle, words, text: str) -> None:
    agree(oracle, words, text)


@pytest.mark.parametrize("text", REAL)
def test_merges_are_gpt2s_on_real_text(oracle, words, text: str) -> None:
    agree(oracle, words, text)


def test_a_worked_example(words) -> None:
    # " the": first " t" (rank 0), then "he" (rank 2), then both together; id = 256 + rank.
    played = replay(words, b" the")
    assert [step.winner.rank for step in played.steps] == [0, 2, 6]
    assert played.ids == (262,)
    first = played.steps[0]
    lost = [words.data[pair.left] + words.data[pair.right] for pair in first.losers]
    assert lost == [b"he", b"th"]
    ranks = [pair.rank for pair in (first.winner, *first.losers)]
    assert ranks == sorted(rank for rank in ranks if rank is not None)
    # All occurrences of a pair are joined in one step, and pairs without a rule never.
    twice = replay(words, b"hehe")
    assert len(twice.steps[0].after) == 2
    assert replay(words, b"\x00\x01").steps == ()


def test_every_token_is_built_from_bytes(words) -> None:
    # All 50,000 would take long; every 37th is as good a witness.
    for number in range(256, 50256, 37):
        built = family(words, number)
        assert built.ids == (number,)
        assert built.steps[-1].product == number
    end = family(words, 50256)
    assert end.steps == ()
    assert words.data[50256] == b"<|endoftext|>"
