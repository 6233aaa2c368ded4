"""The app with `backend` set: its pages say what they say without a cluster."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import pytest

from core import cache
from core.cluster.pool import ClusterPool
from core.settings import Settings
from tests.app import open_page
from tests.cluster.conftest import statuses
from tests.golden import store
from tests.golden.agreed import losses
from tests.golden.opening import take_down
from tests.golden.state import PAGES, State
from tests.golden.states import states

pytestmark = pytest.mark.cluster
load = lru_cache(store.load)
#: What only a cluster's page says.
PLACE = "Together 68 MiB, once for all sessions of this server."
ITS_PLACE = "Together 68 MiB in each replica of the cluster, for all sessions."


@pytest.fixture
def app(cluster, storyteller_there, monkeypatch):
    """The app's settings and models are those of a server with a cluster."""
    pool = ClusterPool(cluster, ready=cache._ready)
    settings = Settings(backend="auto", status_panel=True)
    monkeypatch.setattr(cache, "pool", lambda: pool)
    monkeypatch.setattr(cache, "settings", lambda: settings)
    return pool


def written(page: str) -> State:
    """The state of a page that asks for most: on Sampling texts are written, too."""
    name = "written, compared, drawn" if page == "sampling" else "as it opens"
    return next(state for state in states(page) if state.name == name)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_what_it_says_without_a_cluster(page: str, app, monkeypatch, tmp_path):
    """Against the record that was made with the model in the same process."""
    monkeypatch.setattr(cache, "settings", lambda: Settings(backend="auto"))
    state = written(page)
    old, new = load(page)[state.name], take_down(state, tmp_path)
    found = list(losses(page, old, new))
    if page == "overview":
        assert [line for line in found if PLACE in line and ITS_PLACE in line]
        found = [line for line in found if PLACE not in line]
    assert not found, "\n".join(found[:20])
    assert app.keys() == ["storyteller"]


def test_the_status_panel_tells_of_the_replicas(app):
    backend = app.get_or_start("storyteller").result(60)
    end = time.monotonic() + 10
    while not backend.status().replicas and time.monotonic() < end:
        time.sleep(0.1)
    said = [text.value for text in open_page("lessons", panel=None).sidebar.text]
    told = next(text for text in said if text.startswith("storyteller on cpu"))
    assert "In the cluster: 1 replica, whose figures these are" in told
    assert "Weights 71.5 MB" in told


def waits(_loaded, seconds: float) -> None:
    time.sleep(seconds)


def test_where_many_wait_another_replica_comes(storyteller_there):
    """Thirty who wait are more than one replica is meant for."""
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            storyteller_there.call(waits, 0.1)

    assert len(statuses(storyteller_there)) == 1
    with ThreadPoolExecutor(30) as pool:
        asking = [pool.submit(ask) for _ in range(30)]
        begin = time.monotonic()
        try:
            while len(statuses(storyteller_there)) < 2 and time.monotonic() - begin < 60:
                time.sleep(0.2)
            print(f"a second replica answers after {time.monotonic() - begin:.1f} s")
        finally:
            stop.set()
        for one in asking:
            one.result(30)
    assert len(statuses(storyteller_there)) == 2
