"""The tokens to take home say what the text is."""

from __future__ import annotations

import csv
import io
import json

from core.tokens.encoding import encoding
from core.tokens.export import as_csv, as_json


def test_export(oracle) -> None:
    made = encoding(oracle, 'a "b",\n🙂')
    rows = list(csv.DictReader(io.StringIO(as_csv(made))))
    assert [int(float(r["id"])) for r in rows] == made.ids.tolist()
    assert bytes.fromhex("".join(r["bytes"] for r in rows)).decode() == made.text
    loaded = json.loads(as_json(made))
    assert loaded["text"] == made.text
    assert [t["id"] for t in loaded["tokens"]] == made.ids.tolist()
