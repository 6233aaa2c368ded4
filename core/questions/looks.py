"""One token's row in one head's pattern: what the questions about attention are about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.engine.backend import Backend
from core.language import _
from core.questions.found import Refused
from core.questions.heads import head_of
from core.questions.reading import need_tokens, place_of
from core.questions.told import head_name
from core.views.glance import glance
from core.views.trace import Trace


@dataclass(frozen=True, eq=False)
class Look:
    """Where a token looks.

    Attributes
    ----------
    trace : of the prompt
    layer, head : which head
    at : position of the token that looks
    row : shape (at + 1,), sums to one
    looked : position that gets most
    """

    trace: Trace
    layer: int
    head: int
    at: int
    row: np.ndarray
    looked: int

    @property
    def places(self) -> dict[str, str | int]:
        """As the attention page's address names a cell of a pattern, and a head that is off."""
        off = head_name(self.layer, self.head)
        cell = {"layer": self.layer, "head": self.head, "token": self.at, "key": self.looked}
        return {**cell, "off": off}


def look(engine: Backend, prompt: str, head: str, token: int | str = -1) -> Look:
    """A token's row; refuses one that has hardly anything to look at.

    Parameters
    ----------
    head : a name or a wish; see `core.questions.heads`
    token : a position, from the end if negative, or a word of the prompt
    """
    trace = engine.trace(prompt)
    need_tokens(trace, 3)
    at = place_of(engine, trace, token)[-1]
    if at < 2:
        raise Refused(
            _("This token stands so near the beginning that it has hardly a choice where to look."),
            _("Choose a later one."),
        )
    layer, number = head_of(engine, trace, head, at)
    row = engine.view(glance, trace, layer, at)[number]
    return Look(trace, layer, number, at, row, int(row.argmax()))
