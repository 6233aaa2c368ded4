"""Reading a corpus: what is wrong is said, with its cure."""

from __future__ import annotations

import lzma
from pathlib import Path

import numpy as np
import pytest

from training.data import (
    END_OF_TEXT,
    CorpusError,
    RowSampler,
    Source,
    load_corpus,
    read_text,
    text_files,
)
from training.vocabulary import gpt2_tokenizer


@pytest.fixture(scope="module")
def tokenizer():
    return gpt2_tokenizer()


def test_gpt2s_own_ids(tokenizer) -> None:
    assert tokenizer("Hello world")["input_ids"] == [15496, 995]
    assert len(tokenizer) == 50_257


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"holds no \.txt"):
        text_files(tmp_path)
    with pytest.raises(CorpusError, match="not a folder"):
        text_files(tmp_path / "missing")


def test_a_truncated_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.train.txt.xz"
    whole = lzma.compress(b"some text " * 500)
    for damaged in (whole[:-20], b"no archive at all"):
        path.write_bytes(damaged)
        with pytest.raises(CorpusError, match=r"a\.train\.txt\.xz is not a whole xz archive"):
            read_text(path)


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("naïve".encode("latin-1"))
    with pytest.raises(CorpusError, match="not UTF-8"):
        read_text(path)


def test_too_little_text(tmp_path: Path, tokenizer) -> None:
    (tmp_path / "a.txt").write_text("three short words")
    with pytest.raises(CorpusError, match=r"fewer than 2,000 tokens"):
        load_corpus(tmp_path, tokenizer)


def test_splits_documents_and_cache(tmp_path: Path, tokenizer) -> None:
    (tmp_path / "a.train.txt").write_text("A dog barks.\n\n\nA cat sleeps.\n" * 300)
    (tmp_path / "a.valid.txt.xz").write_bytes(lzma.compress(b"A bird sings.\n"))
    (tmp_path / "b.txt").write_text("One word after another. " * 300)
    cache = tmp_path / "cache"
    first = {s.name: s for s in load_corpus(tmp_path, tokenizer, cache)}
    assert set(first) == {"a", "b"}
    assert first["a"].train[0] == END_OF_TEXT
    assert tokenizer.decode(first["a"].valid[1:]) == "A bird sings."
    assert 0 < len(first["b"].valid) < 0.02 * len(first["b"].train)
    again = {s.name: s for s in load_corpus(tmp_path, tokenizer, cache)}
    assert all(np.array_equal(first[n].train, again[n].train) for n in first)


def test_rows_are_drawn_without_replacement_and_drills_repeat() -> None:
    train = np.arange(10_000, dtype=np.uint16)
    source = Source("a", train, train[:0], 1, 0)
    sampler = RowSampler([source], {}, np.arange(100), seed=3)
    ids, counts = sampler.rows(100, 64, drills=10)
    assert ids.shape == (100, 65)
    assert counts.shape == (100, 64)
    text = ids[10:]
    assert np.all(np.diff(text, axis=1) == 1)
    assert len(np.unique(text[:, 0])) == len(text)
    for row, mask in zip(ids[:10], counts[:10], strict=True):
        period = int(np.argmax(mask))
        # What the loss counts has been seen one period before.
        targets = np.flatnonzero(mask) + 1
        assert np.array_equal(row[targets], row[targets - period])


def test_a_passage_returns_as_it_was() -> None:
    train = np.arange(10_000, dtype=np.uint16)
    sampler = RowSampler([Source("a", train, train[:0], 1, 0)], {}, np.arange(100), seed=5)
    ids, counts = sampler.rows(40, 256, drills=0, returns=40)
    assert counts.all()
    for row in ids:
        _, first = np.unique(row, return_index=True)
        twice = np.setdiff1d(np.arange(len(row)), first)
        assert 12 <= len(twice) <= 100
        assert np.all(np.diff(twice) == 1)  # one passage, in one piece


def test_short_drills_come_twice_and_count_what_can_be_known() -> None:
    train = np.arange(10_000, dtype=np.uint16)
    source = Source("a", train, train[:0], 1, 0)
    sampler = RowSampler([source], {}, np.arange(100, 100_000), seed=5, short=1.0)
    ids, counts = sampler.rows(30, 256, drills=30)
    for row, mask in zip(ids, counts, strict=True):
        targets = np.flatnonzero(mask) + 1
        assert 60 <= len(targets) <= 128
        for target in targets:  # not far before, the same pair of tokens stood there
            pairs = {(int(row[n - 1]), int(row[n])) for n in range(max(1, target - 24), target)}
            assert (int(row[target - 1]), int(row[target])) in pairs
