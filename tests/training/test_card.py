"""The card tells how the model came about: every run, every stop, every help."""

from __future__ import annotations

import json

from core.model.catalogue import STORYTELLER
from training import card

FIRST: dict = {
    "settings": {
        **{"device": "cpu", "threads": 2, "row": 256, "full_rows_from": 0.8, "seed": 7},
        **{"lr": 0.0025, "matrix_lr": 0.004, "drills": 0.1, "guide": 0.0, "weights": "a=1"},
    },
    "progress": {"step": 3_757, "tokens": 15_388_672, "seconds": 5_700.0, "history": []},
    "notes": "The processor was its own.",
}
SECOND: dict = {
    "settings": {
        **FIRST["settings"],
        **{"drills": 0.3, "drills_end": 0.07, "returns": 0.06, "returns_end": 0.02},
        "fade": "0.08,0.3",
    },
    "progress": {
        **{"step": 2_000, "tokens": 8_000_000, "seconds": 6_000.0},
        "parts": [{"dtype": "bfloat16"}, {"dtype": "float32"}],
    },
    "before": FIRST,
}


def test_every_run_is_told_in_its_order() -> None:
    told = card.cost(SECOND)
    first, second = told.split("Then, from those weights: ")
    assert first.startswith("15.4 million tokens in 3,757 steps, 1.6 hours on 2 processor cores;")
    assert "10% of them drills, no hint" in first
    assert first.rstrip().endswith("The processor was its own.")
    assert "1.7 hours on 2 processor cores in bfloat16 and float32;" in second
    assert "30%, between 8% and 30% of the time less, then 7%, of them drills" in second
    assert second.endswith("It was stopped and resumed 1 time.")
    assert card.million_tokens(SECOND) == 23.388672


def test_what_helped_is_told() -> None:
    assert "**No hint**" in card.helped(SECOND)
    assert "**Returning passages**" in card.helped(SECOND)
    assert "**Returning passages**" not in card.helped(FIRST)
    hinted = {**FIRST, "settings": {**FIRST["settings"], "guide": 0.5}}
    assert "**A hint to two heads**" in card.helped({**SECOND, "before": hinted})


def test_the_shipped_record_makes_a_head() -> None:
    record = json.loads((STORYTELLER / "training.json").read_text(encoding="utf-8"))
    assert f"{card.million_tokens(record):.0f} million tokens" in card.head_of(STORYTELLER, record)
