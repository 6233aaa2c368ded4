"""What is made once for a process."""

from __future__ import annotations

import importlib
import threading
import time

import pytest

from core import once as module
from core.once import once

made: list[int] = []


@once
def thing() -> object:
    """A thing."""
    made.append(1)
    time.sleep(0.05)
    return object()


def test_threads_that_come_at_once_get_the_same():
    thing.clear()
    made.clear()
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(thing())) for _one in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 8
    assert len({*map(id, found)}) == len(made) == 1


def test_what_was_made_outlives_a_file_that_is_read_again():
    before = thing()
    again = importlib.reload(module)
    assert again.once(thing.__wrapped__)() is before  # type: ignore[attr-defined]


def test_streamlits_message_that_clears_caches_clears_nothing_of_ours():
    """Where app.py runs as a plain script, nothing keeps it from being heard."""
    import streamlit as st

    from core import cache

    before = cache.settings(), cache.pool(), cache.refused(), cache.pressure()
    st.cache_data.clear()
    st.cache_resource.clear()
    after = cache.settings(), cache.pool(), cache.refused(), cache.pressure()
    assert [*map(id, before)] == [*map(id, after)]


def test_what_failed_is_tried_again():
    tries: list[int] = []

    @once
    def late() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("not yet")
        return 5

    with pytest.raises(ValueError, match="not yet"):
        late()
    assert (late(), late(), len(tries)) == (5, 5, 2)
