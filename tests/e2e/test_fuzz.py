"""Two hundred messages that no browser sends; `python -m benchmarks.fuzz` sends ten thousand."""

from __future__ import annotations

import time
from urllib.parse import urlparse

from benchmarks.fuzz import fuzz
from tests.e2e.conftest import ARTEFACTS

#: Seconds after which the rest of the messages is left out on a slow machine.
LONGEST = 20.0


def test_messages_at_random_harm_nobody(app_url: str):
    address = urlparse(app_url)
    log = ARTEFACTS / f"server-{address.port}.log"
    seen = fuzz(address.netloc, log, cases=200, seed=23, end=time.monotonic() + LONGEST)
    assert seen["ran"] > 20
    assert not [what for what in seen if "EXCEPTION" in what or "FAILURE" in what]
