"""The stored history of the embedded model's training."""

from __future__ import annotations

import json
import math
from pathlib import Path

from core.model.history import history, rise

POINTS = [
    {"run": 0, "tokens": 900, "stories": 4.1},
    {"run": 1, "tokens": 1_100, "previous": 0.5, "induction": 0.2, "saved": 1.0},
    {"run": 1, "tokens": 1_300, "stories": 3.5, "previous": 0.9, "induction": 0.7, "saved": 7.0},
]


def test_moments_are_read_in_bits(tmp_path: Path) -> None:
    (tmp_path / "history.json").write_text(json.dumps(POINTS))
    first, second, last = history(tmp_path)
    assert first.losses == {"stories": 4.1 / math.log(2)}
    assert first.saved is None
    assert second.heads == {"previous": 0.5, "induction": 0.2}
    assert last.saved == 7.0 / math.log(2)
    assert rise((first, second, last)) == 2
    assert rise((first, second)) is None


def test_none_stored_is_none(tmp_path: Path) -> None:
    assert history(tmp_path) == ()
    (tmp_path / "history.json").write_text("{")
    history.cache_clear()
    assert history(tmp_path) == ()
