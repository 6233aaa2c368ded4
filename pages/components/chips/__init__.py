"""Tokens in linked lanes: the text, its tokens, their ids and their bytes light each other up.

Pointing asks nothing of the server. Characters that are spread over several
tokens stand in one frame with the split inside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.charts.theme import CATEGORIES
from core.language import _
from core.tokens.encoding import Token
from pages.components.chips.faces import group_lists, token_lists
from pages.components.shared.declare import component
from pages.components.shared.pick import calls

TEXT, TOKENS, IDS, BYTES = "text", "tokens", "ids", "bytes"
LANES = (TEXT, TOKENS, IDS, BYTES)

_component = component(Path(__file__).parent)


def lane_names() -> dict[str, str]:
    """What stands before each lane, from top to bottom."""
    return {TEXT: _("Text"), TOKENS: _("Tokens"), IDS: _("Ids"), BYTES: _("Bytes")}


@dataclass(frozen=True)
class Row:
    """One row of chips with a name before it.

    Attributes
    ----------
    tokens : what is drawn
    name : plain text; None writes the lane's own name
    colours : for each token the number of its colour; None takes the colours in turn
    notes : one sentence per token, added to what pointing shows
    ranks : for each token the number of the merge that made it, or None
    note : pattern of what pointing shows, instead of position, id, bytes and place
    marks : False keeps white space unmarked in this row
    """

    tokens: Sequence[Token]
    name: str | None = None
    colours: Sequence[int] | None = None
    notes: Sequence[str] | None = None
    ranks: Sequence[int | None] = ()
    note: str | None = None
    marks: bool = True


def chips(
    rows: Sequence[Row],
    *,
    key: str,
    lanes: Sequence[str] = (TOKENS,),
    first: int = 0,
    under: bool = False,
    marks: bool = True,
    chosen: int | None = None,
    two: bool = False,
    hint: str = "",
    on_pick: Callable[[int], None] | None = None,
) -> None:
    """Draw rows of tokens.

    Parameters
    ----------
    rows : what is drawn; several rows want a single lane
    key : unique on the page
    lanes : which of `LANES`, from top to bottom
    first : position of the first token in its text
    under : whether each token carries its id below
    marks : whether white space is drawn as marks
    chosen : position of the token that is marked as chosen; elsewhere on the text, none is
    two : draw short rows in two columns
    hint : what the line below says while nothing is pointed at
    on_pick : gets the position of a token that was clicked, before the page runs
    """
    data = {
        "rows": [_message(row, marks and row.marks) for row in rows],
        "lanes": list(lanes),
        "first": first,
        "under": under,
        "pick": on_pick is not None,
        "followed": chosen,
        "two": two,
        "visible": marks,
        "hint": hint,
    }
    _component(key=key, data=data | _constants(), on_pick_change=_calls(key, rows, first, on_pick))


def _calls(
    key: str, rows: Sequence[Row], first: int, on_pick: Callable[[int], None] | None
) -> Callable[[], None]:
    most = max((len(row.tokens) for row in rows), default=0)
    return calls(key, on_pick, range(first, first + most))


def _message(row: Row, marks: bool) -> dict[str, Any]:
    return {
        "name": row.name,
        "tokens": token_lists(row.tokens, row.ranks, marks),
        "groups": group_lists(row.tokens, marks),
        "colours": None if row.colours is None else list(row.colours),
        "notes": None if row.notes is None else list(row.notes),
        "note": row.note,
    }


def _constants() -> dict[str, Any]:
    return {
        "names": lane_names(),
        "colours": list(CATEGORIES),
        # JavaScript fills these in, so that 10,000 notes need not travel.
        "note": _(
            "Token {index}: “{text}” · id {id} · bytes {bytes} · characters {start} to {end}"
        ),
        "made": _(" · made by merge {rank}"),
        "shared": _("“{text}”: {n} tokens share it · ids {ids} · bytes {bytes}"),
    }
