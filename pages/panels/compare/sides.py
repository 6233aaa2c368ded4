"""The two prompts of the page, read by the model."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import LearnerError
from core.language import _
from core.views.patching import Aligned, Pair, aligned
from core.views.trace import Trace
from pages.kit.current import Current
from pages.kit.params import Param, Values
from pages.panels.compare.params import OTHER, columns, ids_of


@dataclass(frozen=True, eq=False)
class Sides:
    """Both prompts.

    Attributes
    ----------
    a, b : their traces
    found : which tokens stand for each other
    places : the columns of the grid
    """

    a: Trace
    b: Trace
    found: Aligned
    places: tuple[Pair, ...]


def read(now: Current, at: Values, text: Param[str]) -> Trace:
    """A typed text's trace; its first n_ctx tokens if it has more.

    Raises
    ------
    LearnerError
        If it is empty.
    """
    ids = ids_of(at, text)
    if not ids:
        raise LearnerError(
            _("“{name}” is empty.").format(name=text.title()),
            _("Type a sentence, or pick an example."),
        )
    return now.engine.trace(ids)


def sides(now: Current, at: Values) -> Sides:
    """Both prompts, if there is a difference between them.

    Raises
    ------
    LearnerError
        If there is none.
    """
    ids = ids_of(at, OTHER)
    if ids and ids == now.ids:
        raise LearnerError(
            _("Both prompts are the same: there is no difference to find."),
            _("Change a word of prompt B, or pick an example."),
        )
    a, b = now.trace(), read(now, at, OTHER)
    return Sides(a, b, aligned(a.token_ids, b.token_ids), columns(at))
