"""A draft: where a choice goes on, forks, and what is looked at."""

from __future__ import annotations

from core.sampling.draft import Draft, cut, decided, looking, moved
from core.sampling.story import leaves, undo
from tests.core.sampling.examples import choice


def written(*token_ids: int) -> Draft:
    draft = Draft()
    for token_id in token_ids:
        draft = decided(draft, choice(token_id))
    return draft


def ids(choices) -> list[int]:
    return [c.token_id for c in choices]


def test_the_place_that_is_looked_at_parts_the_text() -> None:
    draft = written(1, 2, 3)
    assert (ids(draft.before), draft.looked_at) == ([1, 2, 3], None)
    assert (ids(draft.before_last), draft.last and draft.last.token_id) == ([1, 2], 3)
    draft = looking(draft, 1)
    assert (ids(draft.before), draft.looked_at and draft.looked_at.token_id) == ([1], 2)
    assert draft.last == draft.looked_at
    assert looking(draft, -4).look == 0  # the prompt leads to the first choice
    assert looking(draft, 3).look is None
    assert looking(Draft(), -4).look is None


def test_a_choice_at_an_earlier_place_is_a_fork() -> None:
    draft = decided(looking(written(1, 2, 3), 1), choice(9))
    assert ids(draft.taken) == [1, 9]
    assert draft.look is None
    assert len(leaves(draft.story)) == 2


def test_cut_and_undo_look_at_the_end() -> None:
    assert ids(cut(looking(written(1, 2, 3), 0)).taken) == [1]
    assert cut(written(1, 2)) == written(1, 2)
    back = moved(looking(written(1, 2), 0), undo)
    assert (ids(back.taken), back.look) == ([1], None)


def test_random_numbers_are_counted() -> None:
    drawn = choice(1)
    drawn = type(drawn)(**{**drawn.__dict__, "u": 0.25})
    assert decided(decided(Draft(), drawn), choice(2)).n_drawn == 1
