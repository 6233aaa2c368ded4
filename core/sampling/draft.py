"""A story in the making: its tree, the place that is looked at, the random numbers it has used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from core.sampling.choice import Choice
from core.sampling.story import Story, choose, go_to, path_to, taken


@dataclass(frozen=True)
class Draft:
    """What a learner works on.

    Attributes
    ----------
    story : all choices
    n_drawn : how many random numbers of the seed are used
    look : index of the choice that is looked at, along the text; None for its end
    """

    story: Story = field(default_factory=Story)
    n_drawn: int = 0
    look: int | None = None

    @property
    def taken(self) -> tuple[Choice, ...]:
        """The choices that make up the text of the moment."""
        return taken(self.story)

    @property
    def before(self) -> tuple[Choice, ...]:
        """The choices before the place that is looked at."""
        return self.taken[: self.look]

    @property
    def looked_at(self) -> Choice | None:
        """The choice that was made there; None at the end."""
        return None if self.look is None else self.taken[self.look]

    @property
    def last(self) -> Choice | None:
        """The choice whose making is shown: the one that is looked at, else the newest."""
        return self.taken[-1 if self.look is None else self.look] if self.taken else None

    @property
    def before_last(self) -> tuple[Choice, ...]:
        """The choices before `last`."""
        return self.taken[: -1 if self.look is None else self.look]


def decided(draft: Draft, choice: Choice) -> Draft:
    """Go on with a choice; at an earlier place it begins a fork."""
    story = draft.story
    if draft.look is not None:
        story = go_to(story, story.parents[path_to(story, story.at)[draft.look]])
    n_drawn = draft.n_drawn + (choice.u is not None)
    return Draft(choose(story, choice), n_drawn)


def moved(draft: Draft, change: Callable[[Story], Story]) -> Draft:
    """Undo, redo, another branch: the end of the text is looked at."""
    return replace(draft, story=change(draft.story), look=None)


def cut(draft: Draft) -> Draft:
    """Make the choice that is looked at the last one."""
    if draft.look is None:
        return draft
    story = draft.story
    return replace(draft, story=go_to(story, path_to(story, story.at)[draft.look]), look=None)


def looking(draft: Draft, index: int | None) -> Draft:
    """Look at a choice by its index along the text; the prompt (below 0) is its first choice."""
    n_taken = len(draft.taken)
    if index is None or index >= n_taken or not n_taken:
        return replace(draft, look=None)
    return replace(draft, look=max(0, index))
