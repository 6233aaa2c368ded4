"""The rows that a mark draws, in short: the same whatever their order and their columns' names."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tests.golden.digest import sha, short, skeleton

#: How many mixtures of the columns stand for what goes with what.
MIXTURES = 3
#: The column of the numbers that texts hold: as many digits as somebody chose to write.
ROUNDED = " numbers"


def rows(columns: dict[str, list[Any]], n: int) -> dict[str, Any]:
    """Columns of one length, by channel, as sums.

    Texts go into one sum over all rows; of numbers the largest and the mean are kept. What stands
    in one row with what shows in the means of powers of a few mixtures of all columns.
    """
    texts: dict[str, list[str]] = {}
    figures: dict[str, np.ndarray] = {}
    for name, cells in columns.items():
        _sort_out(name, cells, texts, figures)
    found: dict[str, Any] = {"n": n}
    if texts:
        found["texts"] = sha("\n".join(sorted(map(repr, zip(*texts.values(), strict=True)))))
    found["figures"] = {
        name: [short(float(np.abs(v).max(initial=0.0))), short(float(v.mean()) if n else 0.0)]
        for name, v in figures.items()
    }
    if n:
        found["mixed"] = _mixed(texts, figures, n)
    return found


def _sort_out(
    name: str, cells: list[Any], texts: dict[str, list[str]], figures: dict[str, np.ndarray]
) -> None:
    if all(_is_number(cell) or cell is None for cell in cells):
        numbers = np.array([math.nan if c is None else float(c) for c in cells])
        missing = ~np.isfinite(numbers)
        if missing.any():
            texts[f"{name} missing"] = [str(bool(m)) for m in missing]
        figures[name] = np.where(missing, 0.0, numbers)
        return
    pairs = [skeleton("" if cell is None else _as_text(cell)) for cell in cells]
    texts[name] = [words for words, _found in pairs]
    if any(found for _words, found in pairs):
        figures[f"{name}{ROUNDED}"] = np.array([sum(found) for _words, found in pairs], dtype=float)


def _is_number(cell: Any) -> bool:
    return isinstance(cell, bool | int | float)


def _as_text(cell: Any) -> str:
    return f"{cell:g}" if _is_number(cell) else str(cell)


def _mixed(texts: dict[str, list[str]], figures: dict[str, np.ndarray], n: int) -> list[float]:
    columns = {
        name: v / most
        for name, v in figures.items()
        if (most := float(np.abs(v).max(initial=0))) and not name.endswith(ROUNDED)
    }
    columns |= {name: np.array([_place(cell) for cell in v]) for name, v in texts.items()}
    found: list[float] = []
    for number in range(MIXTURES):
        weights = {name: _place(f"{number} {name}") for name in columns}
        whole = sum(map(abs, weights.values())) or 1.0
        mixture = sum((weights[name] * v for name, v in columns.items()), np.zeros(n)) / whole
        found += [short(float((mixture**2).mean())), short(float((mixture**3).mean()))]
    return found


def _place(text: str) -> float:
    """A text as a number in [-1, 1], the same in every run."""
    return int(sha(text), 16) / 2**63 - 1
