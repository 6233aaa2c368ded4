"""What a run keeps on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from training import state


def test_a_full_disk_keeps_the_last_good_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    good = b"the last good state"
    (tmp_path / "state.pt").write_bytes(good)

    def full(_state, path) -> None:
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(state.torch, "save", full)
    state.save_state(tmp_path, torch.nn.Linear(1, 1), [], state.Progress())  # type: ignore[arg-type]
    assert (tmp_path / "state.pt").read_bytes() == good
    assert not (tmp_path / "state.tmp").exists()
    assert "No space left" in capsys.readouterr().out
