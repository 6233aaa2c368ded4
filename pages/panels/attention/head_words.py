"""What is said of one head: that it copies, and how much of it is of one kind."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.language import _
from core.numbers import percent
from core.views.fixed_set import FIXED_SET
from core.views.head_names import NAMED_FROM
from pages.kit.words import plain
from pages.panels.attention.words import kind_titles


def copied(query: int, key: int, label: str) -> str:
    """What it means that the token looked at is the one that stands next."""
    return _(
        "“{label}”, token {key}, is also what stands after token {query}. The head finds"
        " in the text what comes next, and can copy it."
    ).format(label=plain(label), key=key, query=query)


def role(here: Mapping[str, float], there: Mapping[str, float], chance: float, kind: str) -> str:
    """How much of its attention a head gives to one kind of looking, here and on the fixed set."""
    return _(
        "“{kind}”: {here} of its attention on this prompt, {there} on the fixed set; even weights"
        " would give {chance} here. The fixed set is {n} short texts made for this measurement,"
        " the same for every model; a head is named from {share} of the way on that leads from"
        " even weights to looking at nothing else."
    ).format(
        kind=kind_titles()[kind],
        here=_share(here[kind]),
        there=_share(there[kind]),
        chance=_share(chance),
        n=len(FIXED_SET),
        share=percent(NAMED_FROM, 0),
    )


def _share(share: float) -> str:
    return _("nothing that could show it") if np.isnan(share) else percent(share, 0)
