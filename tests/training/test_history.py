"""The history of several runs in one row, and its picture."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from training.history import write_history
from training.picture import picture

RECORD = {
    "progress": {
        "tokens": 300,
        "history": [
            {"step": 1, "tokens": 100, "train": 4.0, "previous": 0.5, "previous_head": "L0.H2"},
            {"step": 2, "tokens": 300, "train": 3.9, "previous": 0.9, "stories": 3.5},
        ],
    },
    "before": {
        "progress": {"tokens": 1_000, "history": [{"step": 9, "tokens": 900, "stories": 4.1}]}
    },
}


def test_tokens_count_from_the_first_run_on(tmp_path: Path) -> None:
    (tmp_path / "training.json").write_text(json.dumps(RECORD))
    made = write_history(tmp_path)
    assert made == [
        {"run": 0, "tokens": 900, "stories": 4.1},
        {"run": 1, "tokens": 1_100, "previous": 0.5},
        {"run": 1, "tokens": 1_300, "stories": 3.5, "previous": 0.9},
    ]
    assert json.loads((tmp_path / "history.json").read_text()) == made


def test_the_picture_is_whole_and_names_its_curves(tmp_path: Path) -> None:
    (tmp_path / "training.json").write_text(json.dumps(RECORD))
    root = ElementTree.fromstring(picture(write_history(tmp_path)))
    words = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"stories", "previous"} <= set(words)
    assert "induction" not in words  # it was never measured
