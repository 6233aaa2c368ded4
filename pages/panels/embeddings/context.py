"""What context makes of a word: one token through the layers, one word in two sentences."""

from __future__ import annotations

from collections.abc import Iterable

from core.language import _
from pages.kit.chosen import TOKEN
from pages.kit.current import Current
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.embeddings.context_meeting import meeting
from pages.panels.embeddings.context_walk import walk
from pages.panels.embeddings.params import (
    ANOTHER_SENTENCE,
    CONTEXT,
    ONE_SENTENCE,
    SHARED,
)


@panel(
    "embeddings/context",
    title=lambda at: _("What does context make of a word?"),
    reads=(TOKEN, CONTEXT, SHARED, ONE_SENTENCE, ANOTHER_SENTENCE),
    text=lambda at: f"context_{at[CONTEXT]}",
    depth="deeper",
)
def context(now: Current, at: Values) -> Iterable[Shown]:
    CONTEXT.draw(at, label_visibility="collapsed")
    return meeting(now, at) if at[CONTEXT] == "meeting" else walk(now, at[TOKEN])
