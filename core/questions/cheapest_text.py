"""Which text takes the fewest tokens, which the most?"""

from __future__ import annotations

from collections.abc import Mapping

from core.engine.backend import Backend
from core.language import _
from core.questions import told
from core.questions.found import Found, Refused
from core.questions.reading import box
from core.questions.registry import COMMON, check
from core.tokens.encoding import encoding


@check("cheapest_text", gives="order", keyed="texts")
def cheapest_text(engine: Backend, prompt: str, *, texts: Mapping[str, str]) -> Found:
    """Texts in the order of their tokens, the fewest first.

    Parameters
    ----------
    texts : by the names of the options, which are also the names of the numbers

    Raises
    ------
    ValueError
        If there are fewer than two, or a name is taken.
    """
    if len(texts) < 2 or not {*texts}.isdisjoint(COMMON):
        raise ValueError(f"two texts or more, none of them named {', '.join(COMMON)}")
    sizes = {name: len(encoding(engine.tokenizer, text)) for name, text in texts.items()}
    if len({*sizes.values()}) < len(sizes):
        raise Refused(
            _("Two of these texts take the same number of tokens, so they have no order."),
            _("Change one of them."),
        )
    order = tuple(sorted(sizes, key=lambda name: sizes[name]))
    return Found(
        right=order,
        numbers=told.counts(**sizes),
        places={},
        recipe=box(engine, "cheapest_text", texts=dict(texts), shown=sizes),
    )
