"""The catalogue: sizes that add up, names that lead to one model, and a host's limits."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import GPT2Config, GPT2LMHeadModel

from core.errors import BadCheckpoint, LearnerError, UnknownModel
from core.model.catalogue import CATALOG, STORYTELLER, canonical, find, offered
from core.model.config import read_config
from core.model.shape import Shape
from core.settings import Settings
from tests import checkpoints

HOSTED = Settings(models=("storyteller", "distilgpt2"), allow_other_models=False)


@pytest.mark.parametrize("key", list(CATALOG))
def test_parameters_are_those_of_transformers(key):
    import torch

    shape = CATALOG[key].shape
    assert shape is not None
    with torch.device("meta"):  # sizes without memory
        model = GPT2LMHeadModel(
            GPT2Config(
                n_layer=shape.n_layer,
                n_head=shape.n_head,
                n_embd=shape.n_embd,
                n_positions=shape.n_ctx,
                vocab_size=shape.n_vocab,
            )
        )
        model.tie_weights()
    assert shape.n_params == sum(p.numel() for p in model.parameters())
    assert sum(shape.parts().values()) == shape.n_params
    assert sum(p.numel() for p in model.transformer.h[0].parameters()) == shape.block_params


def test_worked_numbers():
    large = CATALOG["openai-community/gpt2-large"]
    assert large.shape is not None
    assert (large.shape.n_layer, large.shape.n_head, large.shape.n_embd) == (36, 20, 1280)
    assert large.shape.n_params == 774_030_080
    assert large.shape.d_head == 64
    assert large.bytes_in() == 4 * 774_030_080
    assert large.bytes_in("bfloat16") == 2 * 774_030_080
    # 3.25 GB: the weights, and 36 causal masks of 4 MiB each
    assert large.download_bytes == pytest.approx(3.25e9, rel=0.01)
    assert CATALOG["openai-community/gpt2"].shape == Shape(12, 12, 768, 1024, 50257)


def test_the_embedded_model_says_its_own_shape():
    entry = CATALOG["storyteller"]
    config = read_config(STORYTELLER)
    assert entry.shape == Shape.from_config(config)
    assert entry.embedded
    assert entry.download_bytes == 0


@given(
    st.integers(1, 48), st.integers(1, 25), st.integers(1, 64), st.integers(1, 2048),
    st.integers(1, 60_000),
)  # fmt: skip
def test_parts_add_up(n_layer, n_head, d_head, n_ctx, n_vocab):
    shape = Shape(n_layer, n_head, n_head * d_head, n_ctx, n_vocab)
    assert sum(shape.parts().values()) == shape.n_params
    assert shape.d_head == d_head


def test_bytes_of_an_unknown_type_or_shape():
    with pytest.raises(ValueError, match="float8"):
        CATALOG["storyteller"].bytes_in("float8")
    with pytest.raises(ValueError, match="not known"):
        find("someone/never-seen", Settings()).bytes_in()


def test_every_entry_describes_itself():
    for entry in CATALOG.values():
        assert len(entry.description) > 20
        assert entry.title


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("gpt2", "openai-community/gpt2"),
        ("gpt2-large", "openai-community/gpt2-large"),
        ("distilbert/distilgpt2", "distilgpt2"),
        (" storyteller ", "storyteller"),
        (str(STORYTELLER), "storyteller"),
        (str(STORYTELLER) + "/../storyteller/", "storyteller"),
    ],
)
def test_one_key_per_model(name, key):
    assert canonical(name) == key
    assert find(name, Settings()).key == key


def test_a_folder_is_one_key_however_it_is_written(tmp_path, monkeypatch):
    folder = checkpoints.write_published(tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    keys = {canonical(n) for n in ("mine", "./mine/", str(folder))}
    assert keys == {str(folder.resolve())}
    entry = find("mine", Settings())
    assert entry.shape == Shape(2, 2, 16, 32, checkpoints.N_VOCAB)
    assert entry.title == "mine"
    assert entry.download_bytes == 0


def test_a_hub_id_before_its_download():
    entry = find("someone/never-seen", Settings())
    assert (entry.key, entry.source, entry.shape) == ("someone/never-seen",) * 2 + (None,)


NO_NAMES = [
    "", "   ", "a b", "..", "../..", "a/b/c", "/no/such/folder", "~nobody/x", "x" * 5_000,
    "name\0", "<script>alert(1)</script>", "$x^2$", "**bold**", "你好", "owner/", "/", "a--b",
    "http://example.com/model", "C:\\models\\x", "-rf",
]  # fmt: skip


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_names_no_model(name):
    with pytest.raises(LearnerError) as caught:
        find(name, Settings())
    assert isinstance(caught.value, UnknownModel | BadCheckpoint)
    assert len(str(caught.value)) < 400
    assert str(caught.value).isprintable()


@given(st.text(max_size=60))
def test_any_text_is_a_model_or_a_learner_error(name):
    try:
        entry = find(name, HOSTED)
    except UnknownModel:
        return
    assert entry.key in HOSTED.models


def test_a_host_limits_the_list(tmp_path):
    assert [e.key for e in offered(HOSTED)] == ["storyteller", "distilgpt2"]
    assert find("distilgpt2", HOSTED).key == "distilgpt2"
    folder = checkpoints.write_published(tmp_path / "private")
    for name in ("gpt2-xl", "someone/model", str(folder), "/etc"):
        with pytest.raises(UnknownModel, match="does not offer"):
            find(name, HOSTED)


def test_a_host_may_list_models_of_its_own(tmp_path):
    folder = checkpoints.write_published(tmp_path / "own")
    settings = Settings(models=(str(folder), "/no/such"), allow_other_models=False)
    # The default comes first; a slip in the list does no harm.
    assert [e.title for e in offered(settings)] == ["Storyteller", "own"]
    assert find(str(folder), settings).shape is not None


def test_the_default_is_always_offered():
    settings = Settings(default_model="gpt2-medium", models=("distilgpt2",))
    assert [e.key for e in offered(settings)] == ["openai-community/gpt2-medium", "distilgpt2"]
    assert [e.key for e in offered(Settings())] == list(CATALOG)


BROKEN_CONFIGS = {
    "not json": ("{", "cannot be read"),
    "a list": ("[1, 2]", "not a configuration"),
    "another model": ('{"model_type": "llama"}', "llama"),
    "no type": ("{}", "not a GPT-2"),
    "no sizes": ('{"model_type": "gpt2"}', "n_layer"),
    "a text for a size": (
        '{"model_type": "gpt2", "n_layer": "2", "n_head": 2, "n_embd": 4, "n_positions": 8,'
        ' "vocab_size": 9}',
        "n_layer",
    ),
    "no layers": (
        '{"model_type": "gpt2", "n_layer": 0, "n_head": 2, "n_embd": 4, "n_positions": 8,'
        ' "vocab_size": 9}',
        "n_layer",
    ),
    "heads that do not divide": (
        '{"model_type": "gpt2", "n_layer": 1, "n_head": 3, "n_embd": 4, "n_positions": 8,'
        ' "vocab_size": 9}',
        "3 heads",
    ),
}


@pytest.mark.parametrize("case", list(BROKEN_CONFIGS))
def test_a_broken_configuration(case, tmp_path: Path):
    text, says = BROKEN_CONFIGS[case]
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(BadCheckpoint, match=says):
        find(str(tmp_path), Settings())


def test_a_folder_without_a_checkpoint(tmp_path):
    with pytest.raises(BadCheckpoint, match=r"config\.json is missing"):
        find(str(tmp_path), Settings())
