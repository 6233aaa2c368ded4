"""The prompt as a field in the page: Enter applies it, Shift and Enter make a new line.

What is typed and not applied yet stays in the browser and survives every re-run. It
becomes the prompt by Enter, by the button, or when something else on the page is chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.language import _
from core.numbers import notation
from pages.components.shared.declare import component
from pages.components.shared.pick import typed

_component = component(Path(__file__).parent)


def prompt_field(
    text: str,
    *,
    key: str,
    label: str,
    turn: int,
    limit: int,
    on_text: Callable[[str], None],
    big: bool = False,
    note: bool = True,
    focus: bool = False,
    busy: bool = False,
) -> None:
    """Draw the field.

    Parameters
    ----------
    text : the prompt as it is
    key : unique on the page
    label : its name, for screen readers too
    turn : another number whenever somebody chose the text; a text that is being written grows
        under the same number, and what is typed meanwhile stays
    limit : characters that the server reads
    on_text : gets what was applied, before the page runs
    big : as the first thing on a page, instead of in the sidebar
    note : whether a space or a line break at the end is told
    focus : whether the cursor stands in it when the page opens
    busy : whether the text is being written now
    """
    look = {"big": big, "note": note, "focus": focus, "busy": busy}
    data = {"text": text, "label": label, "turn": turn, "limit": limit, "words": _words(), **look}
    how = notation()
    data |= {} if how is None else {"notation": how}

    def applied() -> None:
        for new in typed(key):
            on_text(new)

    _component(key=key, data=data, on_text_change=applied)


def _words() -> dict[str, str]:
    return {
        "invite": _("Type the beginning of a text, such as: Once upon a time"),
        "apply": _("Enter ↵"),
        "keys": _("Enter applies it; Shift + Enter makes a new line."),
        "space": _("The text ends in a space: the model answers another question."),
        "line": _("The text ends in a line break: the model answers another question."),
        "cure": _("Take it away"),
        "count": _("{n} of {limit} characters"),
    }
