"""A whole small training run: resumes, survives a full disk, writes the Hub's layout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

from training import train


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    text = "The dog ran to the house and the cat ran to the tree. " * 40
    (folder / "tales.train.txt").write_text("\n\n\n".join([text] * 8))
    (folder / "tales.valid.txt").write_text(text)
    return folder


def arguments(corpus: Path, work: Path, tokens: int) -> list[str]:
    return [
        *("--corpus", str(corpus), "--work", str(work), "--out", str(work / "out")),
        *("--device", "cpu", "--tokens", str(tokens), "--batch-tokens", "128", "--row", "64"),
        *("--layers", "1", "--heads", "2", "--width", "16", "--frequent", "200"),
        *("--sampled", "50", "--full-rows-from", "1", "--save-minutes", "60", "--threads", "1"),
    ]


def test_a_run_learns_resumes_and_writes_a_checkpoint(corpus: Path, tmp_path: Path) -> None:
    train.main(arguments(corpus, tmp_path, 6_400))
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert log[-1]["tokens"] == 6_400
    # A killed run goes on where it was: the same command with a larger goal.
    train.main(arguments(corpus, tmp_path, 12_800))
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert log[-1]["tokens"] == 12_800
    assert log[-1]["step"] == 100
    assert log[-1]["tales"] < log[0]["tales"]
    out = tmp_path / "out"
    model = GPT2LMHeadModel.from_pretrained(out, dtype=torch.float32)
    assert model.lm_head.weight is model.transformer.wte.weight
    assert AutoTokenizer.from_pretrained(out)("Hello world")["input_ids"] == [15496, 995]
    names = {p.name for p in out.iterdir()}
    assert {
        *("config.json", "generation_config.json", "model.safetensors"),
        *("tokenizer.json", "tokenizer_config.json"),
    } <= names


def test_a_full_disk_keeps_the_last_good_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    good = b"the last good state"
    (tmp_path / "state.pt").write_bytes(good)

    def full(_state, path) -> None:
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(train.torch, "save", full)
    train.save_state(tmp_path, torch.nn.Linear(1, 1), [], train.Progress())  # type: ignore[arg-type]
    assert (tmp_path / "state.pt").read_bytes() == good
    assert not (tmp_path / "state.tmp").exists()
    assert "No space left" in capsys.readouterr().out


def test_too_little_memory_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    free = type("Memory", (), {"available": 10 * 2**20})()
    monkeypatch.setattr(train.psutil, "virtual_memory", lambda: free)
    with pytest.raises(SystemExit, match=r"smaller --batch-tokens"):
        train.main(["--device", "cpu", "--work", str(tmp_path)])


def test_an_empty_corpus_is_named(tmp_path: Path) -> None:
    empty = tmp_path / "nothing"
    empty.mkdir()
    with pytest.raises(SystemExit, match=r"holds no \.txt"):
        train.main(["--corpus", str(empty), "--work", str(tmp_path / "w"), "--device", "cpu"])


def test_the_sampled_head_estimates_the_exact_loss() -> None:
    """On average over samples the estimate is the exact cross entropy, within its noise."""
    torch.manual_seed(0)
    n_vocab, width = 400, 16
    wte = 0.5 * torch.randn(n_vocab, width)
    hidden, targets = torch.randn(2, 40, width), torch.randint(n_vocab, (2, 40))
    mask = torch.ones(2, 40, dtype=torch.bool)
    counts = torch.arange(n_vocab, 0, -1).numpy()
    exact = train.Head(counts, n_vocab, 0, "cpu").loss(hidden, targets, mask, wte)
    sampled = train.Head(counts, 200, 120, "cpu")
    tries = torch.stack([sampled.loss(hidden, targets, mask, wte) for _ in range(60)])
    assert abs(float(tries.mean() - exact)) < 0.05
    assert float(tries.std()) > 0  # it is an estimate, not the sum itself
