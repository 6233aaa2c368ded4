"""Some hundred messages that no browser sends; `benchmarks.fuzz` says ten thousand."""

from __future__ import annotations

from benchmarks.fuzz import fuzz
from tests.e2e.conftest import ARTEFACTS


def test_messages_that_no_browser_sends_harm_nobody(app_url: str):
    """Nothing raises, and a bystander's page goes on working."""
    address = app_url.removeprefix("http://")
    log = ARTEFACTS / f"server-{address.split(':')[1]}.log"
    seen = fuzz(address, log, cases=150, seed=5, seconds=60.0)
    assert not [what for what in seen if "EXCEPTION" in what or "FAILURE" in what]
    assert seen["ran"] > 10, seen
