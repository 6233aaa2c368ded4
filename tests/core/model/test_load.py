"""Loading: every layout gives transformers' numbers, every broken checkpoint a sentence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import GPT2LMHeadModel

from core.errors import BadCheckpoint, NotEnoughMemory, UnknownModel
from core.model import load as module
from core.model import placement
from core.model.catalogue import CATALOG, STORYTELLER
from core.model.load import load_model
from core.model.placement import Device
from core.model.progress import LoadProgress
from core.settings import Settings
from tests import checkpoints

IDS = torch.tensor([[5, 80, 200, 3, 261, 7]])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A whole checkpoint to break."""
    return checkpoints.write_published(tmp_path / "checkpoint")


def logits_of(loaded) -> torch.Tensor:
    with torch.inference_mode():
        return loaded.model(IDS.to(loaded.device)).logits


# --- what loads right -----------------------------------------------------------------------


@pytest.mark.parametrize("shards", [1, 2, 5])
@pytest.mark.parametrize("json_file", [False, True])
def test_the_published_layout(tmp_path, shards, json_file):
    made = checkpoints.model(seed=shards)
    checkpoints.write_published(tmp_path / "c", made, shards=shards, json_file=json_file)
    loaded = load_model(str(tmp_path / "c"))
    with torch.inference_mode():
        assert torch.equal(logits_of(loaded), made(IDS).logits)
    names = dict(loaded.model.named_parameters())
    for name, weight in made.named_parameters():
        assert torch.equal(names[name], weight), name
    assert len(loaded.tokenizer) == checkpoints.N_VOCAB


def test_the_layout_of_save_pretrained(tmp_path):
    made = checkpoints.model()
    made.save_pretrained(tmp_path)
    checkpoints.write_tokenizer(tmp_path)
    with torch.inference_mode():
        assert torch.equal(logits_of(load_model(str(tmp_path))), made(IDS).logits)


def test_half_precision_files_become_float32(tmp_path):
    made = checkpoints.model().to(torch.float16)
    made.save_pretrained(tmp_path)
    checkpoints.write_tokenizer(tmp_path)
    loaded = load_model(str(tmp_path))
    assert {p.dtype for p in loaded.model.parameters()} == {torch.float32}
    with torch.inference_mode():
        assert torch.equal(logits_of(loaded), made.float()(IDS).logits)


def test_the_embedded_model_is_the_plain_one():
    loaded = load_model("storyteller")
    plain = GPT2LMHeadModel.from_pretrained(STORYTELLER, dtype=torch.float32).eval()
    with torch.inference_mode():
        assert torch.equal(logits_of(loaded), plain(IDS).logits)
    assert loaded.shape == CATALOG["storyteller"].shape
    assert loaded.n_bytes == CATALOG["storyteller"].bytes_in()


def test_what_a_loaded_model_says_of_itself(folder):
    loaded = load_model(str(folder))
    assert [p.block for p in loaded.placement] == ["wte", "wpe", "h.0", "h.1", "ln_f"]
    assert {p.device for p in loaded.placement} == {"cpu"}
    assert {p.dtype for p in loaded.placement} == {"float32"}
    # no part is counted twice or left out
    assert sum(p.n_bytes for p in loaded.placement) == loaded.n_bytes == 4 * loaded.shape.n_params
    assert not loaded.offloaded
    assert not loaded.model.training
    assert not any(p.requires_grad for p in loaded.model.parameters())
    assert loaded.model.config._attn_implementation == "sdpa"
    assert loaded.model.lm_head.weight is loaded.model.transformer.wte.weight


@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize("n_disk", [1, 2])
def test_weights_on_disk_give_the_same_numbers(tmp_path, shards, n_disk):
    made = checkpoints.model()
    folder = checkpoints.write_published(tmp_path / "c", made, shards=shards)
    shape = load_model(str(folder)).shape
    block = 4 * shape.block_params
    rest = 4 * shape.n_params - 2 * block
    loaded = load_model(str(folder), max_memory={"cpu": rest + (2 - n_disk) * block})
    assert loaded.offloaded
    assert [p.device for p in loaded.placement].count("disk") == n_disk
    assert loaded.placement[0].device == "cpu"
    with torch.inference_mode():
        assert torch.equal(logits_of(loaded), made(IDS).logits)


def test_progress_ends_with_all_bytes(folder):
    seen: list[LoadProgress] = []
    loaded = load_model(str(folder), progress=seen.append)
    assert list(dict.fromkeys(p.stage for p in seen)) == ["weights", "warming", "ready"]
    done = [p.done_bytes for p in seen]
    assert done == sorted(done)
    assert done[0] == 0
    assert done[-1] == loaded.n_bytes
    assert len(set(done)) > 5
    assert all(p.message for p in seen)


def test_the_default_type_of_the_process_is_put_back(folder):
    load_model(str(folder))
    assert torch.get_default_dtype() == torch.float32
    with pytest.raises(BadCheckpoint):
        load_model(str(checkpoints.edit_config(folder, n_layer=3)))
    assert torch.get_default_dtype() == torch.float32


def test_nothing_in_the_folder_is_run(folder, capsys):
    """Remote code, custom generation and a pickle beside the weights stay unopened."""
    checkpoints.edit_config(
        folder, auto_map={"AutoModelForCausalLM": "evil.Model", "AutoTokenizer": "evil.Tok"}
    )
    (folder / "evil.py").write_text("print('run!')\nraise SystemExit\n")
    (folder / "custom_generate").mkdir()
    (folder / "custom_generate" / "generate.py").write_text("print('run!')\n")
    (folder / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'echo run!'\ntR.")
    try:
        loaded = load_model(str(folder))
    except BadCheckpoint:
        loaded = None  # to refuse it is as good
    assert "run!" not in capsys.readouterr().out
    assert loaded is None or logits_of(loaded).isfinite().all()


# --- what is refused ------------------------------------------------------------------------


def test_a_folder_without_weights(folder):
    (folder / "model.safetensors").unlink()
    with pytest.raises(BadCheckpoint, match=r"model\.safetensors is missing"):
        load_model(str(folder))


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "tf_model.h5"])
def test_weights_of_other_kinds_are_refused_by_name(folder, name):
    (folder / "model.safetensors").rename(folder / name)
    with pytest.raises(BadCheckpoint, match=name):
        load_model(str(folder))


def test_another_architecture(folder):
    with pytest.raises(BadCheckpoint, match="llama"):
        load_model(str(checkpoints.edit_config(folder, model_type="llama")))


@pytest.mark.parametrize(
    "change",
    [
        {"activation_function": "relu"},
        {"activation_function": "gelu"},
        {"n_inner": 48},
        {"scale_attn_weights": False},
        {"scale_attn_by_inverse_layer_idx": True},
        {"add_cross_attention": True},
        {"tie_word_embeddings": False},
        {"quantization_config": {"quant_method": "bitsandbytes"}},
        {"transformers_weights": "pytorch_model.bin"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_relatives_that_compute_something_else(folder, change):
    with pytest.raises(BadCheckpoint, match=next(iter(change))):
        load_model(str(checkpoints.edit_config(folder, **change)))


@pytest.mark.parametrize("keep", [0, 5, 8, 100, 0.5, 0.99])
def test_a_truncated_file(folder, keep):
    path = folder / "model.safetensors"
    content = path.read_bytes()
    n = int(len(content) * keep) if isinstance(keep, float) else keep
    path.write_bytes(content[:n])
    with pytest.raises(BadCheckpoint, match=r"cut off|not a whole safetensors"):
        load_model(str(folder))


def test_garbage_instead_of_weights(folder):
    (folder / "model.safetensors").write_bytes(bytes(range(256)) * 400)
    with pytest.raises(BadCheckpoint, match="not a whole safetensors"):
        load_model(str(folder))


def test_a_pointer_of_git_lfs(folder):
    text = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 548105171\n"
    (folder / "model.safetensors").write_text(text)
    with pytest.raises(BadCheckpoint, match="git lfs pull"):
        load_model(str(folder))


def test_a_missing_shard(tmp_path):
    folder = checkpoints.write_published(tmp_path / "c", shards=3)
    (folder / "model-00002-of-00003.safetensors").unlink()
    with pytest.raises(BadCheckpoint, match="00002-of-00003"):
        load_model(str(folder))


@pytest.mark.parametrize("listed", ["../outside.safetensors", "pytorch_model.bin", ""])
def test_an_index_that_leads_elsewhere(tmp_path, listed):
    folder = checkpoints.write_published(tmp_path / "c", shards=2)
    path = folder / "model.safetensors.index.json"
    index = json.loads(path.read_text())
    index["weight_map"]["wte.weight"] = listed
    path.write_text(json.dumps(index))
    with pytest.raises(BadCheckpoint, match="not safetensors"):
        load_model(str(folder))


@pytest.mark.parametrize("content", ["{", "[]", '{"weight_map": 3}', '{"weight_map": {}}'])
def test_an_index_that_cannot_be_read(tmp_path, content):
    folder = checkpoints.write_published(tmp_path / "c", shards=2)
    (folder / "model.safetensors.index.json").write_text(content)
    with pytest.raises(BadCheckpoint, match="list of the weights"):
        load_model(str(folder))


def test_more_layers_than_the_files(folder):
    """from_pretrained would make the third block up."""
    with pytest.raises(BadCheckpoint, match=r"missing from the files.*h\.2\."):
        load_model(str(checkpoints.edit_config(folder, n_layer=3)))


def test_fewer_layers_than_the_files(folder):
    """from_pretrained would leave the second block out."""
    with pytest.raises(BadCheckpoint, match=r"knows nothing of.*h\.1\."):
        load_model(str(checkpoints.edit_config(folder, n_layer=1)))


@pytest.mark.parametrize("change", [{"n_embd": 32}, {"n_positions": 64}])
def test_wrong_shapes(folder, change):
    with pytest.raises(BadCheckpoint, match="has the shape"):
        load_model(str(checkpoints.edit_config(folder, **change)))


def test_one_weight_missing(folder):
    path = folder / "model.safetensors"
    weights = load_file(path)
    del weights["h.0.mlp.c_fc.bias"]
    save_file(weights, path, metadata={"format": "pt"})
    with pytest.raises(BadCheckpoint, match=r"h\.0\.mlp\.c_fc\.bias"):
        load_model(str(folder))


def test_a_head_of_its_own(folder):
    path = folder / "model.safetensors"
    weights = load_file(path)
    weights["lm_head.weight"] = weights["wte.weight"] + 1
    save_file(weights, path, metadata={"format": "pt"})
    with pytest.raises(BadCheckpoint, match="head"):
        load_model(str(folder))


def test_weights_that_are_not_numbers(folder):
    path = folder / "model.safetensors"
    weights = load_file(path)
    weights["h.1.ln_1.weight"][3] = float("nan")
    save_file(weights, path, metadata={"format": "pt"})
    with pytest.raises(BadCheckpoint, match="not finite"):
        load_model(str(folder))


def test_no_vocabulary(folder):
    (folder / "vocab.json").unlink()
    with pytest.raises(BadCheckpoint, match="no vocabulary"):
        load_model(str(folder))


def test_a_vocabulary_of_another_size(folder):
    ids = json.loads((folder / "vocab.json").read_text())
    (folder / "vocab.json").write_text(json.dumps({**ids, "extra": len(ids)}))
    with pytest.raises(BadCheckpoint, match="266 tokens and the model 265"):
        load_model(str(folder))


def test_a_broken_vocabulary(tmp_path):
    folder = checkpoints.write_published(tmp_path / "c", json_file=True)
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(BadCheckpoint, match="cannot be read"):
        load_model(str(folder))


def test_a_folder_that_is_not_there():
    with pytest.raises(UnknownModel):
        load_model("/no/such/folder")


def test_a_dtype_that_is_none(folder):
    with pytest.raises(ValueError, match="int8"):
        load_model(str(folder), dtype="int8")


def test_sixteen_bits_on_a_processor_that_emulates_them(folder, monkeypatch):
    monkeypatch.setattr(placement, "devices", lambda reserve=0: [Device("cpu", 10**10)])
    with pytest.raises(ValueError, match="emulates"):
        load_model(str(folder), dtype=torch.bfloat16)


def test_sixteen_bits_where_the_processor_has_them(folder, monkeypatch):
    places = [Device("cpu", 10**10, "bfloat16")]
    monkeypatch.setattr(placement, "devices", lambda reserve=0: places)
    loaded = load_model(str(folder), dtype="bfloat16")
    assert {p.dtype for p in loaded.placement} == {"bfloat16"}
    assert loaded.n_bytes == 2 * loaded.shape.n_params
    assert loaded.model.lm_head.weight is loaded.model.transformer.wte.weight
    assert torch.get_default_dtype() == torch.float32


# --- memory ---------------------------------------------------------------------------------


def test_a_model_that_cannot_fit_is_refused_with_one_that_does(monkeypatch):
    monkeypatch.setattr(placement, "devices", lambda reserve=0: [Device("cpu", 1_000_000_000)])
    settings = Settings(disk_offload=False)
    with pytest.raises(NotEnoughMemory) as caught:
        load_model("gpt2-xl", settings=settings)
    assert "GPT-2 XL needs 7.57 GB" in caught.value.problem
    assert "1.00 GB are free" in caught.value.problem
    assert caught.value.cure.startswith("GPT-2 Small fits")


def test_the_advice_is_one_of_the_hosts_own(monkeypatch):
    monkeypatch.setattr(placement, "devices", lambda reserve=0: [Device("cpu", 1_000_000_000)])
    settings = Settings(disk_offload=False, models=("storyteller", "gpt2-xl"))
    with pytest.raises(NotEnoughMemory) as caught:
        load_model("gpt2-xl", settings=settings)
    assert caught.value.cure.startswith("Storyteller fits")


def test_nothing_fits(monkeypatch):
    monkeypatch.setattr(placement, "devices", lambda reserve=0: [Device("cpu", 1_000_000)])
    with pytest.raises(NotEnoughMemory, match="Close other programs"):
        load_model("storyteller")


def test_what_does_not_fit_is_read_from_disk(tmp_path, monkeypatch):
    # deep and narrow: its blocks are many times its working memory
    made = checkpoints.model(n_layer=6, n_embd=64, n_positions=8)
    folder = checkpoints.write_published(tmp_path / "deep", made)
    shape = load_model(str(folder)).shape
    need = placement.needed_bytes(shape)
    short = Device("cpu", need - 2 * 4 * shape.block_params)
    monkeypatch.setattr(placement, "devices", lambda reserve=0: [short])
    loaded = load_model(str(folder))
    # two blocks too many, and room for the one that is at work
    assert [p.device for p in loaded.placement].count("disk") == 3
    with torch.inference_mode():
        assert torch.equal(logits_of(loaded), made(IDS).logits)
    with pytest.raises(NotEnoughMemory):
        load_model(str(folder), settings=Settings(disk_offload=False))


def test_the_reserve_is_left_free(monkeypatch):
    monkeypatch.setattr(placement, "free_memory", lambda: 1_000 * 2**20)
    assert placement.devices(reserve=300 * 2**20)[-1].free == 700 * 2**20


def test_copying_a_checkpoint_away_from_under_a_load_is_a_sentence(folder, monkeypatch):
    """The folder vanishes between the look at it and the reading."""
    whole = module.check_weights

    def vanish(path: Path) -> dict:
        found = whole(path)
        (path / "model.safetensors").unlink()
        return found

    monkeypatch.setattr(module, "check_weights", vanish)
    with pytest.raises(BadCheckpoint, match="cannot be read"):
        load_model(str(folder))
    shutil.rmtree(folder)
