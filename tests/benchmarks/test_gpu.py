"""The program for a GPU runs to its end on a processor, too: it is never found rotten."""

from __future__ import annotations

from pathlib import Path

from benchmarks import gpu


def test_the_whole_report_on_a_processor(tmp_path: Path):
    report = tmp_path / "report.md"
    assert gpu.main("cpu", report, 900.0) == 0
    said = report.read_text()
    for part in ("Machine", "Parity", "16-bit", "Placement", "Thirty learners", "stopped",
                 "Memory runs out", "Speed", "One step of many"):  # fmt: skip
        assert part in said
    assert "Failed: nothing" in said


def test_a_part_that_fails_is_told_and_the_others_go_on(tmp_path: Path, monkeypatch):
    def broken(_asked) -> None:
        raise RuntimeError("no such device")

    for name in ("machine", "halves", "placement", "parity"):
        monkeypatch.setattr(gpu, name, lambda *_asked: None)
    monkeypatch.setattr(gpu, "machine", broken)
    for name in ("thirty", "stopped", "out_of_memory"):
        monkeypatch.setattr(gpu.gpu_class, name, lambda _asked: print("went on"))
    monkeypatch.setattr(gpu.gpu_speed, "all_shapes", lambda _asked: None)
    report = tmp_path / "report.md"
    assert gpu.main("cpu", report, 900.0) == 1
    said = report.read_text()
    assert "no such device" in said
    assert said.count("went on") == 3
    assert "Failed: machine." in said
