"""Whether GPT-2 Small could come: asked beside the sessions, told when it is known."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from core.model import hub, reach
from core.model.catalogue import CATALOG
from core.model.reach import Reach, Reachable
from core.settings import Settings
from tests import checkpoints
from tests.hub import serve

KEY = "openai-community/gpt2"
QUICK = Settings(network_timeout=1.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return checkpoints.write_published(tmp_path / "published")


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave to use the network: the loopback address, without a cache of files."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(hub, "cached_checkpoint", lambda _id: None)


def looked(settings: Settings = QUICK) -> Reachable | None:
    found = Reach(KEY, settings)
    found.look()
    return found.known()


def test_a_hub_that_answers_is_told_of(folder, online, monkeypatch) -> None:
    with serve(**{"openai-community__gpt2": folder}) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        assert looked() == Reachable(CATALOG[KEY], here=False)
        assert running.sent == 0  # its first file's name was asked for, no weights
        running.status = 503
        assert looked() is None
        running.status, running.silent = None, True
        begin = time.monotonic()
        assert looked() is None
        assert time.monotonic() - begin < 10


def test_nobody_waits_for_the_network(online, monkeypatch) -> None:
    monkeypatch.setattr(Reach, "look", lambda self: time.sleep(30))
    begin = time.monotonic()
    assert Reach(KEY, QUICK).known() is None
    assert time.monotonic() - begin < 0.5


def test_an_answer_holds_for_minutes(monkeypatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(Reach, "look", lambda self: asked.append(1))
    now = [0.0]
    found = Reach(KEY, QUICK, clock=lambda: now[0])
    for second in (0.0, 10.0, 299.0, 301.0):
        now[0] = second
        found.known()
        time.sleep(0.05)
    assert len(asked) == 2


def test_offline_only_what_is_here_is_told_of(monkeypatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(hub, "cached_checkpoint", lambda _id: None)
    assert looked() is None
    monkeypatch.setattr(hub, "cached_checkpoint", lambda _id: Path("/somewhere"))
    assert looked() == Reachable(CATALOG[KEY], here=True)


def test_what_does_not_fit_or_is_not_offered_is_not_told_of(monkeypatch) -> None:
    monkeypatch.setattr(hub, "cached_checkpoint", lambda _id: Path("/somewhere"))
    assert looked(Settings(models=("storyteller",))) is None
    monkeypatch.setattr(reach, "free_memory", lambda: 400 * 2**20)
    assert looked() is None
