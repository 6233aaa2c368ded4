"""Downloads, against a server that answers as the Hub does, and that fails as networks do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from core.errors import BadCheckpoint, NoNetwork, NotEnoughMemory, UnknownModel
from core.model import fetch, hub, placement
from core.model.job import LoadCancelled, LoadJob
from core.model.load import load_model
from core.model.progress import LoadProgress
from core.settings import Settings
from tests import checkpoints
from tests.hub import FakeHub, serve

#: Wide enough for a file of some megabytes: a download that has a middle.
WIDE = {"n_embd": 128, "n_head": 4, "n_layer": 4}
QUICK = Settings(network_timeout=1.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkpoints.write_published(
        tmp_path_factory.mktemp("published"), checkpoints.model(**WIDE)
    )


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and leave to use the network (the loopback address)."""
    from huggingface_hub import constants

    path = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(path))
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    return path


@pytest.fixture
def server(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with serve(someone__tiny=folder) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running


def blobs(cache: Path) -> list[Path]:
    return sorted(cache.glob("models--someone--tiny/blobs/*"))


def test_a_download_reports_its_bytes_and_gives_the_same_model(server, folder):
    seen: list[LoadProgress] = []
    loaded = load_model("someone/tiny", progress=seen.append, settings=QUICK)
    stages = list(dict.fromkeys(p.stage for p in seen))
    assert stages == ["connecting", "downloading", "weights", "warming", "ready"]
    bytes_seen = [p.done_bytes for p in seen if p.stage == "downloading"]
    whole = sum(p.stat().st_size for p in folder.iterdir())
    assert bytes_seen == sorted(bytes_seen)
    assert len(set(bytes_seen)) > 3
    assert [p.total_bytes for p in seen if p.stage == "downloading"][-1] == whole
    assert bytes_seen[-1] <= whole
    ids = torch.tensor([[3, 1, 4, 1, 5]])
    want = checkpoints.model(**WIDE)(ids).logits
    assert torch.equal(loaded.model(ids).logits, want)
    assert loaded.key == loaded.source == "someone/tiny"


def test_only_what_a_checkpoint_needs_is_downloaded(server, folder, tmp_path):
    rich = tmp_path / "rich"
    rich.mkdir()
    for path in folder.iterdir():
        (rich / path.name).write_bytes(path.read_bytes())
    for name in ("pytorch_model.bin", "modeling_evil.py", "README.md", "flax_model.msgpack"):
        (rich / name).write_bytes(b"x" * 100)
    server.models["someone/tiny"] = rich
    load_model("someone/tiny", settings=QUICK)
    asked = "\n".join(server.requests)
    assert "model.safetensors" in asked
    for name in ("pytorch_model.bin", "modeling_evil.py", "README.md", "flax_model.msgpack"):
        assert name not in asked


def test_shards_are_downloaded_by_their_index(server, tmp_path):
    server.models["someone/tiny"] = checkpoints.write_published(tmp_path / "shards", shards=3)
    loaded = load_model("someone/tiny", settings=QUICK)
    ids = torch.tensor([[7, 8, 9]])
    assert torch.equal(loaded.model(ids).logits, checkpoints.model()(ids).logits)


def test_the_second_start_needs_no_network(server, monkeypatch):
    first = load_model("someone/tiny", settings=QUICK)
    asked = len(server.requests)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nobody listens there
    second = load_model("someone/tiny", settings=QUICK)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    third = load_model("someone/tiny", settings=QUICK)
    assert len(server.requests) == asked
    for name, weight in first.model.state_dict().items():
        assert torch.equal(weight, second.model.state_dict()[name])
        assert torch.equal(weight, third.model.state_dict()[name])


def test_a_connection_that_is_reset_is_resumed(server, folder):
    server.break_after, server.breaks_left = 300_000, 2
    loaded = load_model("someone/tiny", settings=QUICK)
    assert server.breaks_left == 0
    assert len(server.ranges()) == 2
    assert server.sent < 1.5 * (folder / "model.safetensors").stat().st_size
    ids = torch.tensor([[2, 7, 1, 8]])
    assert torch.equal(loaded.model(ids).logits, checkpoints.model(**WIDE)(ids).logits)


def test_a_connection_that_always_breaks_is_a_clear_error_and_can_be_tried_again(server, cache):
    server.break_after, server.breaks_left = 0, 1_000
    # five attempts without a byte, or five seconds without one: whichever is first
    with pytest.raises(NoNetwork, match=r"broke off|no byte came"):
        load_model("someone/tiny", settings=QUICK)
    assert not [p for p in blobs(cache) if p.name.endswith(".incomplete")]
    kept = [line for line in server.requests if "GET" in line and "/resolve/" in line]
    server.break_after, server.breaks_left = None, 0
    server.requests.clear()
    load_model("someone/tiny", settings=QUICK)
    again = [line for line in server.requests if "GET" in line and "/resolve/" in line]
    assert any("vocab.json" in line for line in kept)
    assert len(again) == 1  # the weights; the small files were kept
    assert "model.safetensors" in again[0]


def test_a_server_that_says_nothing_is_given_up_within_seconds(server):
    server.silent = True
    began = time.monotonic()
    with pytest.raises(NoNetwork) as caught:
        load_model("someone/tiny", settings=QUICK)
    # One second of time-out and the start of a process; never the minutes of the libraries.
    assert time.monotonic() - began < 60
    assert "embedded" in caught.value.cure


def test_a_download_that_stalls_is_given_up(server):
    server.stall_after = 200_000
    with pytest.raises(NoNetwork, match=r"no byte came|broke off"):
        load_model("someone/tiny", settings=QUICK)


def test_no_server_at_all(cache, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(NoNetwork, match="cannot be reached"):
        load_model("someone/tiny", settings=QUICK)


def test_offline_mode_is_an_answer_at_once(cache, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(fetch.subprocess, "Popen", None)  # nothing may even be started
    with pytest.raises(NoNetwork, match="switched off"):
        load_model("someone/tiny", settings=QUICK)


@pytest.mark.parametrize("status", [500, 503])
def test_a_hub_out_of_order(server, status):
    server.status = status
    with pytest.raises(NoNetwork, match=str(status)):
        load_model("someone/tiny", settings=QUICK)


def test_an_id_that_the_hub_does_not_know(server):
    with pytest.raises(UnknownModel, match="nobody/nothing"):
        load_model("nobody/nothing", settings=QUICK)


def test_a_gated_model(server):
    server.closed.add("someone/secret")
    with pytest.raises(UnknownModel, match="not open to everyone"):
        load_model("someone/secret", settings=QUICK)


def test_another_architecture_is_refused_before_its_weights_come(server, tmp_path, folder):
    other = tmp_path / "llama"
    other.mkdir()
    for path in folder.iterdir():
        (other / path.name).write_bytes(path.read_bytes())
    checkpoints.edit_config(other, model_type="llama")
    server.models["someone/llama"] = other
    server.bytes_per_second = 50_000  # the weights would take half a minute
    with pytest.raises(BadCheckpoint, match="llama"):
        load_model("someone/llama", settings=QUICK)
    assert not list(hub.cache_folder().glob("models--someone--llama/snapshots/*/*.safetensors"))


def test_pickled_weights_are_refused_by_name_and_not_downloaded(server, tmp_path):
    pickled = tmp_path / "pickled"
    checkpoints.write_published(pickled)
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    server.models["someone/pickled"] = pickled
    with pytest.raises(BadCheckpoint, match=r"pytorch_model\.bin"):
        load_model("someone/pickled", settings=QUICK)
    assert "pytorch_model.bin" not in "\n".join(server.requests)


def test_a_model_that_cannot_fit_is_refused_before_its_weights_come(server, monkeypatch):
    free = [placement.Device("cpu", 300_000)]
    monkeypatch.setattr(placement, "devices", lambda reserve=0: free)
    with pytest.raises(NotEnoughMemory, match="300 kB are free"):
        load_model("someone/tiny", settings=QUICK)
    assert server.sent == 0


def test_a_full_disk_is_noticed_before_the_weights(server, tmp_path, monkeypatch):
    # The other process reads the disk itself, so a site file lies about it there.
    lies = tmp_path / "lies"
    lies.mkdir()
    (lies / "sitecustomize.py").write_text(
        "import shutil, collections\n"
        "U = collections.namedtuple('U', 'total used free')\n"
        "shutil.disk_usage = lambda path: U(10**6, 10**6 - 1000, 1000)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(lies))
    with pytest.raises(NotEnoughMemory, match=r"of disk and 1\.00 kB are free"):
        load_model("someone/tiny", settings=QUICK)
    assert server.sent == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows bounds no file's size")
def test_a_disk_that_fills_up_on_the_way_is_named(server, cache):
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))  # handed on to the download
    try:
        with pytest.raises(NotEnoughMemory, match="The disk filled up"):
            load_model("someone/tiny", settings=QUICK)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_folder_that_cannot_be_written_is_named(server, cache):
    cache.write_text("a file where the folder should be")
    with pytest.raises(NotEnoughMemory, match="Nothing can be written to") as caught:
        load_model("someone/tiny", settings=QUICK)
    assert str(cache) in caught.value.problem


def test_a_load_that_is_left_stops_downloading(server, cache):
    server.bytes_per_second = 100_000
    job = LoadJob("someone/tiny", lambda key, progress: load_model(key, progress=progress)).start()
    deadline = time.monotonic() + 90
    while job.progress.stage != "downloading" or job.progress.done_bytes < 150_000:
        assert time.monotonic() < deadline, job.error
        time.sleep(0.02)
    job.cancel()
    with pytest.raises(LoadCancelled):
        job.result(timeout=30)
    time.sleep(0.5)  # what is in the sockets' buffers
    sent = server.sent
    time.sleep(1.5)
    assert server.sent <= sent + 64 * 1024
    assert not [p for p in blobs(cache) if p.name.endswith(".incomplete")]


def test_the_other_process_ends_with_the_server(server, cache, folder):
    """If the dashboard is killed, its download must not go on alone."""

    server.bytes_per_second = 100_000
    program = (
        "import sys\n"
        "from core.model.load import load_model\n"
        "load_model('someone/tiny', progress=lambda p: print(p.done_bytes, flush=True))\n"
    )
    environment = {**os.environ, "HF_HUB_CACHE": str(cache)}
    root = Path(__file__).parents[3]
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=root,
    )
    assert process.stdout is not None
    while int(process.stdout.readline() or 10**9) < 150_000:
        pass
    assert process.poll() is None
    process.kill()
    process.wait()
    time.sleep(1.0)
    sent = server.sent
    time.sleep(1.5)
    assert sent < (folder / "model.safetensors").stat().st_size
    assert server.sent <= sent + 64 * 1024


@pytest.mark.parametrize("module", ["core.model.download", "core.model.pool", "core.model.stored"])
def test_what_runs_before_a_model_is_loaded_takes_no_torch(module):
    program = f"import sys, {module}; print('torch' in sys.modules)"
    root = Path(__file__).parents[3]
    made = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    assert made.stdout.strip() == "False"
