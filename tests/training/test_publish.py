"""Publishing refuses what cannot be embedded, tells what was reached, and keeps the record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from training import publish
from training.goals import goals, table
from training.shining import faults

GOOD = {"distinct_2": 0.7, "repeated_words": 0.08, "self_repetition": 0.01}
OLD = {"distinct_2": 0.6, "repeated_words": 0.12, "self_repetition": 0.01}
FIGURES = {
    **{"stories": {"nats": 3.4}, "novels": {"nats": 4.7}, "glosses": {"nats": 4.2}},
    "by_position": {"1-1": 5.2, "2-512": 4.2, "513-1023": 4.295},
    "by_depth": {"1-512": 4.3, "513-1023": 4.295},
    "repetition": {"first": 11.0, "second": 4.0},
    "best_heads": {"previous": [0.9, "L0.H2"], "induction": [0.4, "L5.H4"]},
}


def test_goals_say_what_was_reached() -> None:
    found = {goal.name: goal.reached for goal in goals(FIGURES, GOOD, OLD)}
    assert [name for name, reached in found.items() if not reached] == [
        "novels, nats",
        "induction head",
    ]
    assert "| induction head | at least 0.5 | 0.400 | NO |" in table(goals(FIGURES, GOOD, OLD))


def finished(out: Path) -> Path:
    out.mkdir()
    for name in publish.FILES:
        (out / name).write_text("{}")
    before = {"progress": {"tokens": 1}}
    (out / "training.json").write_text(json.dumps({"progress": {"tokens": 2}, "before": before}))
    return out


def test_what_is_missing_or_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = finished(tmp_path / "out")
    publish.check(out)
    monkeypatch.setattr(publish, "MOST_BYTES", 5)
    with pytest.raises(SystemExit, match="MB is the most"):
        publish.check(out)
    (out / "config.json").unlink()
    with pytest.raises(SystemExit, match=r"config\.json is not there"):
        publish.check(out)


def test_each_run_gets_its_note(tmp_path: Path) -> None:
    notes = [tmp_path / "first.md", tmp_path / "second.md"]
    notes[0].write_text("On two\ncores.")
    notes[1].write_text("Shared.")
    publish.copy(finished(tmp_path / "out"), tmp_path / "to", notes)
    record = json.loads((tmp_path / "to" / "training.json").read_text())
    assert record["notes"] == "Shared."
    assert record["before"]["notes"] == "On two cores."


def test_a_whole_sentence_shines_and_a_loop_does_not() -> None:
    good = ([" The", " king", " rode", " home", "."], 1)
    loop = ([" The", *[" wind", " blew"] * 8], 1)
    assert faults(good, " king rode home.") == 0
    assert faults(loop, " wind blew" * 8) > 5
