"""Choices that were taken away can be read back."""

from __future__ import annotations

import csv
import io
import json

from core.sampling import records
from tests.core.sampling.examples import choice


def test_export_can_be_read_back() -> None:
    steps = [choice(1), choice(2, "greedy")]
    rows = list(csv.DictReader(io.StringIO(records.as_csv(steps))))
    assert [r["token_id"] for r in rows] == ["1", "2"]
    assert rows[0]["text"] == "'=1"  # no spreadsheet runs a token as a formula
    book = json.loads(records.as_json(steps, model="m", prompt="p", seed=3))
    assert book["seed"] == 3
    assert book["steps"][1] == {**book["steps"][1], "how": "greedy", "text": "=2", "top_k": 40}
    assert records.as_csv([]).strip() == "step"
