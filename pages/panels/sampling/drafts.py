"""The story that a session has begun for each of its prompts, and what its buttons do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.sampling.choice import Choice, make_choice
from core.sampling.draft import Draft, decided, moved
from core.sampling.draw import random_number
from core.sampling.next_logits import next_logits
from core.sampling.story import Story
from pages.kit.current import Current
from pages.kit.memory import Memory
from pages.kit.params import Values
from pages.panels.sampling.params import SEED, settings_of

#: The drafts by model and prompt; the oldest goes when there are more.
_DRAFTS: Memory[dict[tuple, Draft]] = Memory("stories", {})
_MOST = 8


def story_key(now: Current) -> tuple:
    """What a story belongs to."""
    return (now.engine.key, now.ids)


def draft_of(now: Current) -> Draft:
    """This prompt's draft."""
    return _DRAFTS.get().get(story_key(now), Draft())


def keep(now: Current, draft: Draft) -> None:
    """Put this prompt's draft in its place."""
    drafts = {**_DRAFTS.get(), story_key(now): draft}
    _DRAFTS.set(dict(list(drafts.items())[-_MOST:]))


def ids_after(now: Current, choices: tuple[Choice, ...]) -> tuple[int, ...]:
    """The prompt and some choices, as ids."""
    return (*now.ids, *(c.token_id for c in choices))


def has_room(now: Current, choices: tuple[Choice, ...]) -> bool:
    """Whether the model can read the prompt and some choices."""
    return len(ids_after(now, choices)) <= now.engine.shape.n_ctx


def logits_after(now: Current, choices: tuple[Choice, ...]) -> np.ndarray:
    """The model's scores after the prompt and some choices; shape (n_vocab,)."""
    if not choices:
        return now.trace().logits
    return now.engine.view(next_logits, ids_after(now, choices))


def decide(now: Current, how: str, token_id: int | None = None) -> None:
    """Go on with one token: "draw", "best" or "pick"."""
    draft, at = draft_of(now), Values(now)
    if not has_room(now, draft.before):
        return
    settings, logits = settings_of(at), logits_after(now, draft.before)
    draws = how == "draw" and not settings.greedy
    u = random_number(at[SEED], draft.n_drawn) if draws else None
    ids = ids_after(now, draft.before)
    choice = make_choice(now.engine.tokenizer, logits, settings, ids, u=u, token_id=token_id)
    keep(now, decided(draft, choice))


def move(now: Current, change: Callable[[Story], Story]) -> None:
    """Undo, redo, another branch."""
    keep(now, moved(draft_of(now), change))


def edit(now: Current, change: Callable[[Draft], Draft]) -> None:
    """Look elsewhere, cut, start over."""
    keep(now, change(draft_of(now)))
