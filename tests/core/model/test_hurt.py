"""Checkpoints made to hurt: each is refused in a sentence, at once and in little memory."""

from __future__ import annotations

import json
import os
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import BadCheckpoint
from core.model import header, small_json
from core.model.catalogue import find
from core.model.files import check_small_files
from core.model.load import load_model
from core.model.shape import MOST
from core.model.tokenizer import read_tokenizer
from core.settings import Settings
from tests import checkpoints

#: Seconds within which a hurtful file is refused.
AT_ONCE = 5.0
DEEP = 100_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return checkpoints.write_published(tmp_path / "checkpoint", json_file=True)


def refused(folder: Path, says: str) -> None:
    """Loading ends at once in a sentence that can be read."""
    begin = time.perf_counter()
    with pytest.raises(BadCheckpoint, match=says) as caught:
        load_model(str(folder))
    assert time.perf_counter() - begin < AT_ONCE
    assert len(str(caught.value)) < 400
    assert str(caught.value).isprintable()


def nested(kind: str) -> str:
    return {"list": "[" * DEEP + "]" * DEEP, "dict": '{"a":' * DEEP + "1" + "}" * DEEP}[kind]


@pytest.mark.parametrize("name", ["n_layer", "n_head", "n_embd", "n_positions", "vocab_size"])
@pytest.mark.parametrize("size", [10**6 + 1, 10**30])
def test_sizes_that_no_page_could_show(folder, name, size):
    refused(checkpoints.edit_config(folder, **{name: size}), "the most that can be shown")


@pytest.mark.parametrize("n_digits", [4_000, 6_000])
def test_numbers_of_thousands_of_digits(folder, n_digits):
    text = (folder / "config.json").read_text()
    (folder / "config.json").write_text(
        text.replace('"n_layer": 2', f'"n_layer": {"9" * n_digits}')
    )
    refused(folder, r"can be shown|cannot be read")


@pytest.mark.parametrize("text", ["1e999", "NaN", "-Infinity", "-1", "true", "2.0"])
def test_sizes_that_are_no_whole_number(folder, text):
    config = (folder / "config.json").read_text()
    (folder / "config.json").write_text(config.replace('"n_layer": 2', f'"n_layer": {text}'))
    refused(folder, "no usable n_layer")


def test_ten_thousand_layers(folder):
    refused(checkpoints.edit_config(folder, n_layer=10_000), r"n_layer is beyond 256")


def test_layers_and_a_width_that_only_the_configuration_has(folder):
    """Within what can be shown; transformers would make up gigabytes before it says so."""
    refused(checkpoints.edit_config(folder, n_layer=MOST["n_layer"]), "missing from the files")
    refused(checkpoints.edit_config(folder, n_layer=2, n_embd=10_000), "has the shape")


@pytest.mark.parametrize("kind", ["list", "dict"])
@pytest.mark.parametrize(
    "name", ["config.json", "generation_config.json", "tokenizer_config.json", "tokenizer.json",
             "special_tokens_map.json", "added_tokens.json"],
)  # fmt: skip
def test_json_nested_a_hundred_thousand_deep(folder, name, kind):
    (folder / name).write_text(nested(kind))
    refused(folder, r"cannot be read|not a configuration")


@pytest.mark.parametrize("kind", ["list", "dict"])
def test_a_list_of_weights_nested_as_deep(tmp_path, kind):
    folder = checkpoints.write_published(tmp_path / "c", shards=2)
    (folder / "model.safetensors.index.json").write_text(nested(kind))
    refused(folder, "list of the weights")


@pytest.mark.parametrize(
    ("name", "size"), [("tokenizer.json", 100), ("vocab.json", 100), ("config.json", 100),
                       ("tokenizer_config.json", 2), ("generation_config.json", 2)],
)  # fmt: skip
def test_small_files_of_a_hundred_megabytes(folder, name, size):
    with (folder / name).open("wb") as file:  # holes: no disk is filled
        file.truncate(size * 10**6)
    refused(folder, r"longer than|cannot be read")


def test_a_list_of_weights_of_a_hundred_megabytes(tmp_path):
    folder = checkpoints.write_published(tmp_path / "c", shards=2)
    os.truncate(folder / "model.safetensors.index.json", 10**8)
    refused(folder, "list of the weights")


def test_what_the_published_files_have_is_let_through(folder):
    (folder / "vocab.json").write_text(" " * 4 * 2**20)
    check_small_files(folder)


def safetensors(folder: Path, said: object, body: bytes = b"", length: int | None = None) -> Path:
    head = said if isinstance(said, bytes) else json.dumps(said).encode()
    start = struct.pack("<Q", len(head) if length is None else length)
    (folder / "model.safetensors").write_bytes(start + head + body)
    return folder


def one(begin: object, end: object, shape: object = (4, 4)) -> dict:
    return {"wte.weight": {"dtype": "F32", "shape": shape, "data_offsets": [begin, end]}}


LIES: dict[str, Callable[[Path], Path]] = {
    "longer than any": lambda f: safetensors(f, b"{}", length=2**63),
    "longer than the file": lambda f: safetensors(f, b"{}", length=3),
    "no header": lambda f: safetensors(f, b"", length=0),
    "nested lists": lambda f: safetensors(f, nested("list").encode()),
    "nested objects": lambda f: safetensors(f, nested("dict").encode()),
    "an end beyond the file": lambda f: safetensors(f, one(0, 2**62)),
    "an end beyond all numbers": lambda f: safetensors(f, one(0, 10**400)),
    "an end before the begin": lambda f: safetensors(f, one(64, 0), bytes(64)),
    "a negative end": lambda f: safetensors(f, one(-64, -1), bytes(64)),
    "half a byte": lambda f: safetensors(f, one(0, 64.5), bytes(64)),
    "no number": lambda f: safetensors(f, one(0, float("nan")), bytes(64)),
    "a word": lambda f: safetensors(f, one(0, "64"), bytes(64)),
    "a shape beyond the bytes": lambda f: safetensors(f, one(0, 64, [2**40, 2**40]), bytes(64)),
    "a shape of words": lambda f: safetensors(f, one(0, 64, ["4", 4]), bytes(64)),
    "a shape that is none": lambda f: safetensors(f, one(0, 64, None), bytes(64)),
    "a list": lambda f: safetensors(f, b"[1,2]"),
}  # fmt: skip


@pytest.mark.parametrize("lie", list(LIES))
def test_a_header_that_lies(folder, lie):
    refused(LIES[lie](folder), r"not a whole safetensors|cut off|has the shape|missing|cannot be")


def test_weights_that_share_their_numbers(folder):
    both = {**one(0, 64), "wpe.weight": one(0, 64)["wte.weight"]}
    refused(safetensors(folder, both, bytes(64)), "has the shape")


def test_a_header_of_thirty_gigabytes_takes_no_memory(folder):
    with (folder / "model.safetensors").open("wb") as file:
        file.write(struct.pack("<Q", 30 * 10**9))
        file.truncate(30 * 10**9 + 8)
    refused(folder, "not a whole safetensors")
    assert header.LONGEST < 10**7


@pytest.mark.parametrize(
    "name", ["wpe.weight", "wte.weight", "h.0.attn.c_attn.weight", "ln_f.bias"]
)
@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_no_numbers(folder, name, number):
    weights = load_file(folder / "model.safetensors")
    weights[name].view(-1)[-1] = number  # the last position, not the one that is warmed up
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    refused(folder, "not finite")


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_link_to_what_never_ends(folder, name):
    (folder / name).unlink()
    (folder / name).symlink_to("/dev/zero")
    refused(folder, "cannot be read|is missing|no vocabulary")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in a folder of Windows")
@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer_config.json"])
def test_a_pipe_that_nobody_writes_into(folder, name):
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    begin = time.perf_counter()
    with suppress(BadCheckpoint):  # to leave an unneeded file unopened is as good
        load_model(str(folder))
    assert time.perf_counter() - begin < AT_ONCE


def test_a_folder_by_a_link_is_the_folder(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    entry = find(str(tmp_path / "link" / ".." / "link"), Settings())
    assert entry.key == str(folder.resolve())


def test_a_link_in_a_circle_is_no_folder(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "link")
    with pytest.raises(Exception, match="neither a model"):
        find(str(tmp_path / "link"), Settings())


@pytest.mark.parametrize("part", ["pre_tokenizer", "normalizer"])
def test_patterns_that_hang_are_not_taken_from_a_tokenizer(folder, part):
    """GPT-2's own pattern cuts the text, whatever the file brings."""
    path = folder / "tokenizer.json"
    said = json.loads(path.read_text())
    hanging = {"Regex": "(x+x+)+y"}
    said[part] = {
        "pre_tokenizer": {
            "type": "Split", "pattern": hanging, "behavior": "Isolated", "invert": False,
        },
        "normalizer": {"type": "Replace", "pattern": hanging, "content": "z"},
    }[part]  # fmt: skip
    path.write_text(json.dumps(said))
    try:
        tokenizer = read_tokenizer(folder, checkpoints.N_VOCAB)
    except BadCheckpoint:
        return  # to refuse it is as good
    assert "Regex" not in tokenizer.backend_tokenizer.to_str()
    begin = time.perf_counter()
    tokenizer("x" * 5_000)
    assert time.perf_counter() - begin < AT_ONCE


def test_the_bounds_leave_room_for_every_gpt2():
    assert small_json.LONGEST > 10 * 60_000
    assert torch.tensor(list(MOST.values())).gt(torch.tensor([48, 25, 1600, 1024, 50257])).all()
