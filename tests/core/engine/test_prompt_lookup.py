"""Guesses from a text that repeats itself."""

from __future__ import annotations

import random

from core.engine.prompt_lookup import NGRAM_SIZE, TRUST, PromptLookup


def test_a_text_that_does_not_repeat_itself_promises_nothing():
    seen = PromptLookup()
    for token in range(200):
        assert seen.guess(7) == []
        seen.add(token)
    short = PromptLookup([5] * NGRAM_SIZE)
    assert short.guess(7) == []


def test_a_circle_is_guessed_as_far_as_wanted_even_around():
    circle = [1, 2, 3, 4, 5]
    seen = PromptLookup(circle * 3)
    assert seen.guess(7) == [1, 2, 3, 4, 5, 1, 2]
    assert seen.guess(2) == [1, 2]
    assert seen.guess(0) == seen.guess(-1) == []
    one = PromptLookup([9] * 20)
    assert one.guess(4) == [9] * 4


def test_trust_is_earned_and_lost():
    first = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    seen = PromptLookup([*first, 50, *first[:NGRAM_SIZE]])
    for right, token in enumerate(first[NGRAM_SIZE:], start=1):
        seen.add(token)
        # Each guess that was right makes the next one longer, once there are enough.
        assert len(seen.guess(7)) == (right if right >= TRUST else 0)
    seen.add(60)  # it was 50
    assert seen.guess(7) == []


def test_the_newest_place_counts():
    seen = PromptLookup([1, 2, 3, 40, 1, 2, 3, 41, 1, 2, 3, 41, 1, 2, 3, 41, 1, 2, 3])
    assert seen.guess(3) == [41, 1, 2]


def test_a_guess_is_what_a_search_from_the_end_finds():
    rng = random.Random(0)
    seen, ids, made = PromptLookup(), [], 0
    for _token in range(3_000):
        # Two letters and now and then a third: repetitions of all lengths.
        ids.append(rng.choice([0, 0, 0, 0, 0, 1]) if rng.random() < 0.98 else 2)
        seen.add(ids[-1])
        guess = seen.guess(1)
        if guess:
            made += 1
            end = ids[-NGRAM_SIZE:]
            place = max(i for i in range(NGRAM_SIZE, len(ids)) if ids[i - NGRAM_SIZE : i] == end)
            assert guess == [ids[place]]
    assert made > 100
