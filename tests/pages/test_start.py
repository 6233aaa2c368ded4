"""The first seconds of a server, and the panel for the person who runs it."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core import cache
from core.engine.engine import Engine
from core.errors import BadCheckpoint
from core.model.job import LoadJob
from core.model.pool import ModelPool
from core.settings import Settings
from core.views.machine_of import machine
from core.views.machine_stored import to_plain
from pages.kit.language import STARTED
from pages.shell import hero, start
from pages.shell.examples import DEFAULT_PROMPT
from tests.app import APP, set_prompt
from tests.golden import payloads

ROOT = Path(__file__).parent.parent.parent


def test_the_first_page_needs_no_torch():
    """What app.py imports before it shows anything, in a fresh process."""
    program = (
        "import sys\n"
        "from core.errors import LearnerError\n"
        "from pages.shell import sidebar, start, status, session\n"
        "print([m for m in ('torch', 'transformers', 'accelerate', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def _server_starts(pool: ModelPool, monkeypatch) -> None:
    """The server's life, until nothing is being loaded any more."""
    monkeypatch.setattr(cache, "pool", lambda: pool)
    monkeypatch.setattr(cache, "settings", Settings)

    async def life() -> None:
        async with cache.awake(None):
            end = time.monotonic() + 60
            while time.monotonic() < end and any(
                t.name == "wake up" for t in threading.enumerate()
            ):
                await asyncio.sleep(0.01)

    with ThreadPoolExecutor(1) as worker:  # playwright leaves a loop behind in a test's own thread
        worker.submit(asyncio.run, life()).result(120)


def test_the_model_comes_in_before_anybody_asks(monkeypatch):
    """Nobody visits; the default model is there all the same, loaded once."""
    loaded: list[str] = []

    def load(key: str, progress):
        loaded.append(key)
        return object()

    engine = type("Engine", (), {"busy": False, "close": lambda _self: None})()
    pool = ModelPool(lambda _loaded: engine, Settings(), loader=load)
    _server_starts(pool, monkeypatch)
    assert loaded == ["storyteller"]
    assert pool.get_or_start("storyteller") is engine


def test_a_failure_before_anybody_came_is_tried_again(monkeypatch, caplog):
    """The log has the sentence; the first visitor's request starts a new load."""
    tries: list[str] = []

    def load(key: str, progress):
        tries.append(key)
        raise BadCheckpoint("The file is cut off.", "Fetch it again.")

    now = [0.0]
    pool = ModelPool(lambda made: made, Settings(), loader=load, clock=lambda: now[0])
    with caplog.at_level(logging.WARNING, logger="gpt2_hood"):
        _server_starts(pool, monkeypatch)
    assert "The file is cut off." in caplog.text
    now[0] += 10.0
    again = pool.get_or_start("storyteller")
    assert isinstance(again, LoadJob)
    with pytest.raises(BadCheckpoint):
        again.result(30)
    assert len(tries) == 2


def test_a_cluster_may_come_later_than_its_servers(monkeypatch, caplog):
    """Nobody visits: a server that waits for its cluster is looked at by /ready alone."""
    tries: list[str] = []

    def found(key: str):
        tries.append(key)
        if len(tries) < 3:
            raise BadCheckpoint("Nobody is there.", "Wait.")
        return object()

    pool = SimpleNamespace(get_or_start=found, forget=lambda _key: None)
    monkeypatch.setattr(cache, "pool", lambda: pool)
    monkeypatch.setattr(cache, "LOOKS_AGAIN", 0.01)
    for backend, wanted in (("local", 1), ("auto", 3)):
        tries.clear()
        monkeypatch.setattr(cache, "settings", lambda backend=backend: Settings(backend=backend))
        cache._wake_up()
        assert len(tries) == wanted


def test_while_it_is_cold_the_stored_answer_is_shown(monkeypatch, storyteller: Engine):
    """Loading is held up; the page already says something true and how far it is."""
    trace = storyteller.trace(DEFAULT_PROMPT)
    answer = to_plain(storyteller.view(machine, trace, trace.n_ctx - 1))
    held = cache.LoadJob("storyteller", lambda _key, progress: None)  # never started
    monkeypatch.setattr(cache, "engine_or_job", lambda _key: held)
    monkeypatch.setattr(cache, "is_cold", lambda: True)
    monkeypatch.setattr(start, "stored", lambda: {DEFAULT_PROMPT: answer})
    app = AppTest.from_file(APP, default_timeout=120).run()
    assert not app.exception
    assert app.title[0].value == hero.NAME
    assert "Loading the model" in str(app.get("progress")[0].proto)
    wire = payloads.payload(_picture(app).proto)["wire"]
    assert (wire["tokens"], wire["layers"], wire["live"]) == (16, 6, False)
    set_prompt(app, "Another text").run()  # not stored: nothing is made up
    assert _picture(app) is None


def test_while_it_is_cold_the_course_says_what_it_is(monkeypatch):
    held = cache.LoadJob("storyteller", lambda _key, progress: None)  # never started
    monkeypatch.setattr(cache, "engine_or_job", lambda _key: held)

    def page() -> None:
        from pages.shell import start

        start.cold("lessons")

    app = AppTest.from_function(page)
    for key, value in {"model": "storyteller", "prompt": DEFAULT_PROMPT, STARTED: {}}.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    assert app.title[0].value == "How does a language model work?"
    assert app.markdown[0].value.startswith("Eleven short lessons")
    assert "Loading the model" in str(app.get("progress")[0].proto)
    assert _picture(app) is None


def _picture(app: AppTest):
    """The stored picture, if it is there."""
    return next((c for c in app.get("bidi_component") if c.key == "machine"), None)


def test_the_status_panel(monkeypatch, storyteller: Engine):
    storyteller.trace("A text that was asked for")
    pool = type("Pool", (), {"engines": lambda _self: [storyteller]})()
    monkeypatch.setattr(cache, "pool", lambda: pool)
    monkeypatch.setattr(cache, "settings", lambda: Settings(status_panel=True))

    def page() -> None:
        from pages.shell import status

        status.draw()

    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    text = "\n".join(t.value for t in app.sidebar.text)
    assert "storyteller on cpu, float32" in text
    assert "Sessions in the last minute" in text
    assert "A text" not in text


def test_the_status_panel_counts_replicas(monkeypatch, storyteller: Engine):
    far = replace(storyteller.status(), replicas=2)
    engine = type("Remote", (), {"status": lambda _self: far})()
    pool = type("Pool", (), {"engines": lambda _self: [engine]})()
    monkeypatch.setattr(cache, "pool", lambda: pool)
    monkeypatch.setattr(cache, "settings", lambda: Settings(status_panel=True))

    def page() -> None:
        from pages.shell import status

        status.draw()

    app = AppTest.from_function(page, default_timeout=60).run()
    assert "In the cluster: 2 replicas" in "\n".join(t.value for t in app.sidebar.text)


def test_the_status_panel_is_off_unless_asked_for(monkeypatch):
    monkeypatch.setattr(cache, "settings", Settings)

    def page() -> None:
        from pages.shell import status

        status.draw()

    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.sidebar.text


def test_a_server_short_of_memory_asks_its_own_models_to_give_back(monkeypatch):
    """From the reading to the engines, as a server has them; the reading alone is pretended."""
    done: list[str] = []
    engine = SimpleNamespace(
        busy=False, seconds_idle=0.0, relieve=lambda: done.append("caches"),
        close=lambda **_how: done.append("closed"),
    )  # fmt: skip
    now = [0.0]
    pool = ModelPool(
        lambda _made: engine, Settings(), loader=lambda key, progress: object(),
        clock=lambda: now[0],
    )  # fmt: skip
    for name in ("storyteller", "distilgpt2"):
        job = pool.get_or_start(name)
        assert isinstance(job, LoadJob)
        job.result(30)
    now[0] += 60.0
    monkeypatch.setattr(cache, "pool", lambda: pool)
    monkeypatch.setattr(cache, "settings", lambda: Settings(memory_reserve_mb=100))
    pressure = cache.pressure.__wrapped__()
    pressure.free = lambda: 99 * 2**20
    for _look in range(3):
        pressure.look()
    assert pressure.waits
    assert done == ["caches"] * 4 + ["closed", "caches"]
    assert pool.keys() == ["distilgpt2"]
    pressure.free = lambda: 200 * 2**20
    pressure.look()
    assert not pressure.waits
