"""The stages of sampling as a table: a row per token, a column per stage.

Pointing at a token (or moving to it with the keyboard) writes its own numbers
into the formulas under the table without asking the server; clicking chooses
it where a page wants that. Pieces of tokens reach the page through
``textContent`` only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pages.components.shared.declare import component
from pages.components.shared.pick import calls

_component = component(Path(__file__).parent)


@dataclass(frozen=True)
class Cell:
    """A token at a stage: its number, its bar in [0, 1], and whether it was cut."""

    text: str
    share: float
    cut: bool = False


@dataclass(frozen=True)
class Row:
    """A token: its id, its text as `tokenizer.label` shows it, its cells and its formulas."""

    token_id: int
    token: str
    cells: tuple[Cell, ...]
    notes: tuple[tuple[str, str], ...] = ()


def stage_table(
    rows: Sequence[Row],
    columns: Sequence[tuple[str, str]],
    totals: Sequence[tuple[str, Sequence[str]]],
    *,
    key: str,
    corner: str,
    chosen: int | None = None,
    on_pick: Callable[[int], None] | None = None,
    pick_label: str = "{token}",
) -> None:
    """Draw the table.

    Parameters
    ----------
    rows : the tokens
    columns : title and note of each stage; middle ones are left out in a narrow window
    totals : lines under the tokens: a name and one text per stage
    key : unique on the page
    corner : heading of the tokens
    chosen : index of the row to mark
    on_pick : called with the id of the token that was clicked, before the page runs again
    pick_label : what a click does, for screen readers; with ``{token}``
    """
    data = {
        "corner": corner,
        "columns": [{"title": title, "note": note} for title, note in columns],
        "rows": [_wire(row, pick_label) for row in rows],
        "totals": [{"name": name, "values": list(values)} for name, values in totals],
        "pick": on_pick is not None,
        "chosen": -1 if chosen is None else chosen,
        "told": 0 if chosen is None else chosen,
    }
    choose = None if on_pick is None else partial(_if_offered, rows, on_pick)
    _component(key=key, data=data, on_pick_change=calls(key, choose))


def _if_offered(rows: Sequence[Row], on_pick: Callable[[int], None], token_id: int) -> None:
    """What a browser sends is only believed if it was on offer."""
    if any(row.token_id == token_id for row in rows):
        on_pick(token_id)


def _wire(row: Row, pick_label: str) -> dict[str, Any]:
    """A row as the browser gets it."""
    return {
        "id": row.token_id,
        "token": row.token,
        "label": pick_label.format(token=row.token),
        "cells": [{"text": c.text, "share": round(c.share, 4), "cut": c.cut} for c in row.cells],
        "notes": [list(note) for note in row.notes],
    }
