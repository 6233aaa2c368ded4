"""A whole small training run: resumes, survives a full disk, writes the Hub's layout."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer, GPT2LMHeadModel

from training import loop, start, train


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


def history(work: Path) -> list[dict]:
    """The log's lines that tell of a step."""
    lines = [json.loads(line) for line in (work / "log.jsonl").read_text().splitlines()]
    return [line for line in lines if "step" in line]


def test_a_run_learns_resumes_and_writes_a_checkpoint(corpus: Path, tmp_path: Path) -> None:
    train.main(arguments(corpus, tmp_path, 6_400))
    first = history(tmp_path)
    assert {"previous", "induction", "saved"} <= first[-1].keys()
    assert [line["step"] for line in first] == [20, 40, 50]
    # A killed run goes on where it was: the same command with a larger goal.
    train.main(arguments(corpus, tmp_path, 12_800))
    then = history(tmp_path)
    assert (then[-1]["tokens"], then[-1]["step"]) == (12_800, 100)
    assert then[-1]["tales"] < first[-1]["tales"]
    out = tmp_path / "out"
    model = GPT2LMHeadModel.from_pretrained(out, dtype=torch.float32)
    assert model.lm_head.weight is model.transformer.wte.weight
    assert AutoTokenizer.from_pretrained(out)("Hello world")["input_ids"] == [15496, 995]
    parts = json.loads((out / "training.json").read_text())["progress"]["parts"]
    assert [part["step"] for part in parts] == [0, 50]  # the record tells of the stop
    names = {p.name for p in out.iterdir()}
    assert {
        *("config.json", "generation_config.json", "model.safetensors"),
        *("tokenizer.json", "tokenizer_config.json"),
    } <= names


def test_too_little_memory_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    free = type("Memory", (), {"available": 10 * 2**20})()
    monkeypatch.setattr(start.psutil, "virtual_memory", lambda: free)
    with pytest.raises(SystemExit, match=r"smaller --batch-tokens"):
        train.main(["--device", "cpu", "--work", str(tmp_path)])


def test_an_empty_corpus_is_named(tmp_path: Path) -> None:
    empty = tmp_path / "nothing"
    empty.mkdir()
    with pytest.raises(SystemExit, match=r"holds no \.txt"):
        train.main(["--corpus", str(empty), "--work", str(tmp_path / "w"), "--device", "cpu"])


def test_a_run_goes_on_from_given_weights(corpus: Path, tmp_path: Path) -> None:
    train.main(arguments(corpus, tmp_path / "a", 6_400))
    first = history(tmp_path / "a")[-1]
    # Not more than a step or two at the lowest rate: what was learned must still be there.
    train.main(
        [*arguments(corpus, tmp_path / "b", 256), "--start-from", str(tmp_path / "a" / "out")]
    )
    then = history(tmp_path / "b")[-1]
    assert abs(then["tales"] - first["tales"]) < 0.2
    record = json.loads((tmp_path / "b" / "out" / "training.json").read_text())
    assert record["before"]["progress"]["tokens"] == 6_400


def test_a_signal_stops_a_run_with_its_state(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[float] = []
    take = loop.Loop.step

    def step(self: loop.Loop, done: float) -> None:
        take(self, done)
        steps.append(done)
        if len(steps) == 3:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(loop.Loop, "step", step)
    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit, match="stopped at step 3"):
            train.main(arguments(corpus, tmp_path, 6_400))
        train.main(arguments(corpus, tmp_path, 6_400))
    finally:
        signal.signal(signal.SIGTERM, before)
    # The plan goes on where it was: no share of the run twice, none left out.
    assert steps == pytest.approx([128 * n / 6_400 for n in range(50)])
