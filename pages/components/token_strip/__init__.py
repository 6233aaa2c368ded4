"""The tokens of a text, drawn the same way on every page.

Pointing at a token shows its id and bytes under the strip without asking the
server; where a page wants it, clicking (or Enter) chooses one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.charts.theme import CATEGORIES
from core.language import _
from core.numbers import count
from core.tokens.encoding import Token, groups
from core.tokens.label import hexed
from pages.components.shared.declare import component
from pages.components.shared.pick import calls, picked

_component = component(Path(__file__).parent)


def token_strip(
    tokens: Sequence[Token],
    *,
    key: str,
    chosen: int | None = None,
    values: Sequence[float] | None = None,
    notes: Sequence[str] | None = None,
    hint: str | None = None,
    cut: bool = False,
    lines: int = 9,
    selectable: bool = False,
    on_pick: Callable[[int], None] | None = None,
) -> int | None:
    """Draw tokens; returns the index that was clicked in this run, or None.

    Parameters
    ----------
    tokens : as `core.tokens.encoding.encode` returns them
    key : unique on the page
    chosen : index of the token to underline
    values : in [0, 1], one per token: colour by weight or probability instead of in turn
    notes : one sentence per token, shown when it is pointed at; default: position, id, bytes
    hint : what the line under the strip says while nothing is pointed at
    cut : whether the text has tokens before these; an ellipsis says so
    lines : how many lines a long strip shows, in a frame of its own
    selectable : whether a click chooses a token, where there is no `on_pick`
    on_pick : gets the index of a token that was clicked, before the page runs
    """
    pick = selectable or on_pick is not None
    data = {
        "tokens": _chips(tokens, values, notes),
        "chosen": -1 if chosen is None else chosen,
        "pick": pick,
        "cut": cut,
        "lines": lines,
        "colours": list(CATEGORIES),
        "hint": _hint(pick) if hint is None else hint,
    }
    _component(key=key, data=data, on_pick_change=calls(key, on_pick, range(len(tokens))))
    return next((one for one in picked(key, 1) if 0 <= one < len(tokens)), None)


def describe(token: Token, index: int) -> str:
    """A token in one line: position, text, id, bytes."""
    return _("Token {index}: “{text}” · id {id} · bytes {data}").format(
        index=index, text=token.label, id=count(token.id), data=hexed(token.data)
    )


def _chips(
    tokens: Sequence[Token], values: Sequence[float] | None, notes: Sequence[str] | None
) -> list[dict[str, Any]]:
    """For each token: text, share, note, whether it is no text alone or shares a character."""
    shared = {n for a, b in groups(tokens) if b - a > 1 for n in range(a, b)}
    return [
        {
            "t": token.label,
            "v": None if values is None else round(float(values[index]), 3),
            "n": describe(token, index) if notes is None else notes[index],
            "s": not token.is_text,
            "g": index in shared,
        }
        for index, token in enumerate(tokens)
    ]


def _hint(pick: bool) -> str:
    if pick:
        return _("Point at a token to see its id and bytes; click to choose it.")
    return _("Point at a token to see its id and bytes.")
