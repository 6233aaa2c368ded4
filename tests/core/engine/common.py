"""What the tests of a running engine share."""

from __future__ import annotations

import threading

from core.engine.engine import Engine
from core.sampling.settings import SamplingSettings

GREEDY = SamplingSettings(temperature=0)
DRAWN = SamplingSettings(temperature=0.9, top_k=40)
PROMPT = "Once upon a time there was a king"
SOON = 60  # seconds: a bound on hanging, never on speed


class Gate:
    """A view that holds the owner thread until it is opened."""

    def __init__(self, engine: Engine) -> None:
        self.entered, self.open = threading.Event(), threading.Event()
        self.future = engine.submit(self)
        assert self.entered.wait(SOON)

    def __call__(self, _loaded) -> str:
        self.entered.set()
        assert self.open.wait(SOON)
        return "opened"


def until(true, seconds: float = SOON) -> None:
    """Wait for something that another thread brings about."""
    waited = threading.Event()
    for _try in range(int(seconds / 0.01)):
        if true():
            return
        waited.wait(0.01)
    raise AssertionError("it did not happen")


def tokens(steps) -> list[int]:
    return [step.token_id for step in steps]
