"""What all heads do on the prompt and on the fixed set; several panels look into it."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from core.views.fixed_set import FIXED_SET, fixed_tallies
from core.views.head_names import Heads, heads_of
from core.views.head_scores import Tally, add_texts
from core.views.thumbnails import LayerSummary, layer_summary
from pages.kit.current import Current
from pages.kit.once import once


class Looks:
    """Each part is asked for when a panel needs it, and once for all of them."""

    def __init__(self, now: Current) -> None:
        self._engine, self._ids = now.engine, now.ids

    @once
    def summaries(self) -> tuple[LayerSummary, ...]:
        """One per layer."""
        trace = self._engine.trace(self._ids)
        return self._engine.views(layer_summary, [(trace, i) for i in range(trace.n_layer)])

    @once
    def here(self) -> Heads:
        """Scores and names on the prompt."""
        return heads_of([summary.tally for summary in self.summaries])

    @once
    def fixed(self) -> tuple[tuple[Tally, ...], ...]:
        """One tally per text of the fixed set and layer."""
        return self._engine.views(fixed_tallies, [(text,) for text in FIXED_SET])

    @once
    def standard(self) -> Heads:
        """Scores and names on the fixed set."""
        return heads_of(add_texts(self.fixed))


_KEPT: WeakKeyDictionary[Current, Looks] = WeakKeyDictionary()


def looks_of(now: Current) -> Looks:
    """As long as the page's run of now lives."""
    return _KEPT.setdefault(now, Looks(now))
