"""The learner takes the model's place: a text grows choice by choice, undone, redone, forked.

A story is an immutable tree; every function returns a new one. Nothing is ever
thrown away: undoing goes back, and another choice from there starts a branch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.sampling.choice import Choice

#: Where a story begins: the prompt.
ROOT = -1


@dataclass(frozen=True)
class Story:
    """All choices made from one prompt.

    Attributes
    ----------
    choices : in the order in which they were first made
    parents : for each choice the index of the one before it, or ROOT
    at : the choice that the text now ends with, or ROOT
    ahead : for each choice, and last for the root, where redo leads; None if nowhere
    """

    choices: tuple[Choice, ...] = ()
    parents: tuple[int, ...] = ()
    at: int = ROOT
    ahead: tuple[int | None, ...] = (None,)


def choose(story: Story, choice: Choice) -> Story:
    """Go on with a token. A token that was chosen here before leads into its old branch."""
    for index, parent in enumerate(story.parents):
        if parent == story.at and story.choices[index].token_id == choice.token_id:
            choices = (*story.choices[:index], choice, *story.choices[index + 1 :])
            return _go_down(replace(story, choices=choices), index)
    new = len(story.choices)
    grown = Story(
        (*story.choices, choice),
        (*story.parents, story.at),
        story.at,
        (*story.ahead[:-1], None, story.ahead[-1]),  # the root's entry stays the last
    )
    return _go_down(grown, new)


def _go_down(story: Story, child: int) -> Story:
    ahead = list(story.ahead)
    ahead[story.parents[child]] = child  # ROOT is -1, the last entry
    return replace(story, at=child, ahead=tuple(ahead))


def undo(story: Story) -> Story:
    """One token back; at the prompt nothing happens."""
    return story if story.at == ROOT else replace(story, at=story.parents[story.at])


def can_redo(story: Story) -> bool:
    return story.ahead[story.at] is not None


def redo(story: Story) -> Story:
    """Forward again to where undo came from; nothing happens if there is no such place."""
    child = story.ahead[story.at]
    return story if child is None else replace(story, at=child)


def go_to(story: Story, index: int) -> Story:
    """To any choice, or to the prompt with ROOT: from there another choice makes a fork.

    Raises
    ------
    IndexError
        If there is no such choice.
    """
    if not ROOT <= index < len(story.choices):
        raise IndexError(f"no choice {index}")
    for child in path_to(story, index):  # redo will lead along this path
        story = _go_down(story, child)
    return replace(story, at=index)


def path_to(story: Story, index: int) -> tuple[int, ...]:
    """Indices of the choices from the prompt to `index`, both ends included."""
    path = []
    while index != ROOT:
        path.append(index)
        index = story.parents[index]
    return tuple(reversed(path))


def taken(story: Story) -> tuple[Choice, ...]:
    """The choices that make up the text of the moment."""
    return tuple(story.choices[i] for i in path_to(story, story.at))


def leaves(story: Story) -> tuple[int, ...]:
    """The last choice of every branch, oldest first."""
    inner = set(story.parents)
    return tuple(i for i in range(len(story.choices)) if i not in inner)
