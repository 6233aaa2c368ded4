"""Stored answers: those of other weights, and damaged ones, are never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.model.stored import NAME, dump, stored

ANSWER = {"best": [" king", 0.5]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    dump({"a prompt": ANSWER}, tmp_path)
    stored.cache_clear()
    return tmp_path


def test_what_was_stored_comes_back(folder: Path):
    assert stored(folder) == {"a prompt": ANSWER}


def test_other_weights_have_no_stored_answers(folder: Path):
    (folder / "model.safetensors").write_bytes(b"trained on")
    assert stored(folder) == {}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"weights": 1}', "null"])
def test_a_damaged_file_is_no_answer(folder: Path, text: str):
    (folder / NAME).write_text(text)
    assert stored(folder) == {}
