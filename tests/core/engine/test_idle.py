"""What an engine does while nobody waits."""

from __future__ import annotations

import threading
import time

from core.engine import idle
from core.engine.engine import Engine
from core.engine.forward import Forward
from core.engine.owner import UNTIDY
from core.model.load import load_model
from tests.core.engine.common import SOON, until


def test_an_idle_engine_measures_twice(tiny_folder, monkeypatch):
    monkeypatch.setattr(idle, "AGAIN", 0.05)
    begun, plain = [], Forward.measure

    def noted(forward):
        begun.append(forward)
        return plain(forward)

    monkeypatch.setattr(Forward, "measure", noted)
    engine = Engine(load_model(str(tiny_folder)))
    try:
        until(lambda: begun.count(engine.owner.forward) == 2)
        until(lambda: engine.owner.idle.measuring.gi_frame is None)
        time.sleep(0.2)
        assert begun.count(engine.owner.forward) == 2
        assert engine.call(lambda _model: "alive") == "alive"
    finally:
        engine.close()


def test_the_engine_clears_up_after_long_requests_only(tiny_folder, monkeypatch):
    cleared = []  # by which engine's thread: others may be clearing up, too
    monkeypatch.setattr(idle, "give_back", lambda: cleared.append(threading.current_thread()))
    engine = Engine(load_model(str(tiny_folder)))
    try:
        engine.call(lambda _model: None)
        assert engine.measured.wait(SOON)
        assert engine.owner.thread not in cleared
        engine.call(lambda _model: time.sleep(2 * UNTIDY))
        until(lambda: cleared.count(engine.owner.thread) == 1)
    finally:
        engine.close()
