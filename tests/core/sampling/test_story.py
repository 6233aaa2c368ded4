"""Choices as a tree, and a story against the run of its seed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine import continuations
from core.sampling import story as tree
from core.sampling.choice import make_choice
from core.sampling.draw import random_number
from core.sampling.next_logits import next_logits
from core.sampling.settings import SamplingSettings
from core.sampling.story import ROOT, Story
from tests.core.sampling.examples import SETTINGS, choice

moves = st.lists(
    st.one_of(st.integers(0, 3).map(lambda t: ("choose", t)), st.just(("undo", 0)),
              st.just(("redo", 0)), st.integers(-1, 12).map(lambda i: ("go", i))),
    max_size=25,
)  # fmt: skip


@given(moves)
def test_nothing_is_lost_whatever_is_done(done) -> None:
    story, made = Story(), set()
    for what, value in done:
        if what == "choose":
            before = [c.token_id for c in tree.taken(story)]
            story = tree.choose(story, choice(value))
            assert [c.token_id for c in tree.taken(story)] == [*before, value]
            made.add((*before, value))
        elif what == "undo":
            at = story.at
            story = tree.undo(story)
            if at != ROOT:
                assert tree.redo(story).at == at
        elif what == "redo":
            story = tree.redo(story)
        elif value < len(story.choices):
            story = tree.go_to(story, value)
            assert story.at == value
    found = {
        tuple(story.choices[i].token_id for i in tree.path_to(story, at))
        for at in range(len(story.choices))
    }
    assert found == made
    assert len(story.ahead) == len(story.choices) + 1
    with pytest.raises(IndexError):
        tree.go_to(story, len(story.choices))


def test_a_fork_keeps_both_branches() -> None:
    story = Story()
    for token in (1, 2, 3):
        story = tree.choose(story, choice(token))
    story = tree.choose(tree.undo(tree.undo(story)), choice(9))
    assert [c.token_id for c in tree.taken(story)] == [1, 9]
    assert [tree.path_to(story, e) for e in tree.leaves(story)] == [(0, 1, 2), (0, 3)]
    assert tree.redo(tree.undo(story)).at == story.at


@pytest.mark.parametrize("settings", [SETTINGS, SamplingSettings(temperature=0.0)])
def test_a_story_drawn_by_hand_is_the_run_of_its_seed(storyteller, settings) -> None:
    ids = storyteller.ids("Once upon a time")
    run = list(continuations.write(storyteller, ids, settings, seed=5, max_new_tokens=8))
    story = Story()
    for n in range(8):
        before = (*ids, *(c.token_id for c in tree.taken(story)))
        logits = storyteller.view(next_logits, before)
        u = None if settings.greedy else random_number(5, n)
        made = make_choice(storyteller.tokenizer, logits, settings, before, u=u)
        story = tree.choose(story, made)
    drawn = tree.taken(story)
    assert [c.token_id for c in drawn] == [c.token_id for c in run]
    assert [c.how for c in drawn] == [c.how for c in run]
    assert [c.probability for c in drawn] == pytest.approx(
        [c.probability for c in run], rel=1e-3, abs=1e-5
    )
    assert [c.rank for c in drawn] == [c.rank for c in run]
