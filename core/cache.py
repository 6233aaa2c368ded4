"""What all browser sessions share."""

from __future__ import annotations

import gc
import importlib
import logging
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pkgutil import walk_packages
from typing import TYPE_CHECKING

import streamlit as st

from core import private
from core.errors import LearnerError
from core.host.descriptors import more_descriptors
from core.host.farewell import Streams, on_stop
from core.host.metrics import Server, ready, serve_metrics
from core.host.opened import contradictions, opened
from core.host.pressure import Pressure, watch
from core.model.catalogue import STORYTELLER, canonical
from core.model.job import LoadCancelled, LoadJob
from core.model.memory import free_memory
from core.model.pool import ModelPool
from core.model.reach import Reach, Reachable
from core.once import once
from core.room.here import ROOMS, first, share
from core.settings import Settings, load_settings
from core.version import VERSION

if TYPE_CHECKING:  # torch takes seconds to import: it is left to the thread that loads a model
    from starlette.routing import Route

    from core.cluster.pool import ClusterPool
    from core.engine.backend import Backend
    from core.engine.engine import Engine
    from core.engine.records import Status

    Models = ModelPool[Engine] | ClusterPool

#: What the pages import beside the engine; some of it takes a second or two.
_PAGES_IMPORT = ("core.views", "core.sampling", "core.engine")
#: Seconds until a server looks again for a cluster that was not there when it started.
LOOKS_AGAIN = 5.0


@once
def _warm() -> threading.Event:
    """Set once a model was loaded."""
    return threading.Event()


@once
def settings() -> Settings:
    """The settings of this server, read once."""
    try:
        secrets = dict(st.secrets.get("gpt2_hood", {}))
    except FileNotFoundError:  # no secrets file is the usual case
        secrets = {}
    limits = load_settings(secrets)
    if against := contradictions(limits):
        raise ValueError("; ".join(against))
    if limits.log:
        logger = logging.getLogger("gpt2_hood")
        logger.setLevel(logging.getLevelNamesMapping().get(limits.log.upper(), logging.INFO))
        if not logger.handlers:
            logger.addHandler(logging.StreamHandler())
    return limits


def at_start() -> Settings:
    """The settings for a server that is being made; what they open is said in words.

    Raises
    ------
    SystemExit
        If they cannot be read or contradict each other: the words, and no traceback.
    """
    try:
        found = settings()
    except ValueError as error:
        sys.exit(f"GPT-2 Under the Hood does not start: {error}.")
    more_descriptors()
    if found.backend != "local":
        _share_rooms(found)
    room = first() if found.open_room else []
    said = [f"GPT-2 Under the Hood {VERSION}", *opened(found), *room]
    print("\n  ".join(said), file=sys.stderr, flush=True)
    return found


def _share_rooms(limits: Settings) -> None:
    """Rooms are those of the cluster, where models run in one."""
    if find_spec("ray") is None:
        cure = "pip install -r requirements-cluster.txt"
        sys.exit(f"GPT-2 Under the Hood does not start: a cluster without Ray. {cure}")
    if limits.rooms:
        from core.cluster.ray_rooms import rooms_of  # only with the setting

        share(rooms_of(limits))


@once
def pool() -> Models:
    """The models: one copy of the weights each, for every session; here or in a cluster."""
    limits = settings()
    if limits.backend == "local":
        return _local_pool()
    from core.cluster.pool import ClusterPool  # only with the setting
    from core.cluster.ray_cluster import RayCluster

    local = _local_pool() if limits.cluster_fallback else None
    return ClusterPool(RayCluster(limits), local, ready=_ready)


def _local_pool() -> ModelPool:
    limits = settings()

    def engine(loaded) -> Engine:
        from core.engine.engine import Engine

        made = Engine(
            loaded,
            cache_bytes=limits.cache_mb * 2**20,
            queue_limit=limits.queue_limit,
            max_new_tokens=limits.max_new_tokens,
            requests_per_minute=limits.requests_per_minute,
        )
        _ready()
        return made

    return ModelPool(engine, limits)


def _ready() -> None:
    """A model is there: what pages import comes in before any of them is let in."""
    if not _warm().is_set():
        # Two threads that import the same libraries for the first time can see each other's
        # half-made modules.
        _import_pages()
        _warm().set()


def _import_pages() -> None:
    """Import what pages need before anybody opens them."""
    for package in map(importlib.import_module, _PAGES_IMPORT):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            try:
                importlib.import_module(module.name)
            except ImportError:  # the page that needs it will say so
                logging.getLogger("gpt2_hood").exception("could not import %s", module.name)
    # What the libraries made while they were imported stays until the end. Left where it is, every
    # full collection looks through half a million objects, for a quarter of a second in which no
    # session gets on.
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def awake(_app: object) -> AsyncIterator[None]:
    """While the server runs: PyTorch and the first model come in before anybody asks for them."""
    # A first request with a page's address would run that page's file alone, before app.py has
    # named the pages, and import PyTorch beside the thread that does so already.
    private.prepare()
    threading.Thread(target=_wake_up, name="wake up", daemon=True).start()
    ends = [on_stop(lambda: streams().tell(private.toast))]
    ends += [watch(pressure(), lambda: pool().relieve(settings().idle_minutes * 60.0))]
    if where := settings().metrics_address:
        told = Server(ROOMS.count, refused, lambda: pressure().acted)
        ends.append(serve_metrics(where, statuses, told))
    try:
        yield
    finally:
        for end in ends:
            end()


@once
def pressure() -> Pressure:
    """What is done when memory runs out."""
    reserve = settings().memory_reserve_mb * 2**20
    return Pressure(free_memory, reserve, lambda: pool().relieve(), lambda: pool().shrink())


@once
def streams() -> Streams:
    """The sessions' streams that are open."""
    return Streams()


@once
def refused() -> Counter[str]:
    """How often a visitor was sent to wait, by its reason."""
    return Counter()


def statuses() -> list[Status]:
    """The figures of the models in memory; never waits for one of them."""
    return [engine.status() for engine in pool().engines()]


def readiness() -> Route:
    """The route by which a host asks whether visitors can come."""
    return ready(lambda: not is_cold(), statuses, settings().queue_limit)


def _wake_up() -> None:
    """Load the model that the first visitor will see; a cluster may come later than its servers."""
    key, later = settings().default_model, settings().backend != "local"
    while not _is_loaded(key):
        if later:
            time.sleep(LOOKS_AGAIN)  # who visits meanwhile reads why
        pool().forget(key)  # nobody was there to read it: whoever asks next tries again
        if not later:
            return


def _is_loaded(key: str) -> bool:
    """Whether a model could be loaded; the log says why not."""
    try:
        found = pool().get_or_start(key)
        if isinstance(found, LoadJob):
            found.result()
        return True
    except (LearnerError, LoadCancelled) as error:
        logging.getLogger("gpt2_hood").warning("%s was not loaded at the start: %s", key, error)
        return False


def engine_key(name: str) -> str:
    """The key of a model that can be named in several ways, as its engine has it."""
    return canonical(name)


def is_embedded(name: str) -> bool:
    """Whether a model is the one that ships with the app."""
    return canonical(name) == STORYTELLER.name


@once
def _real_thing() -> Reach:
    return Reach("openai-community/gpt2", settings())


def real_thing() -> Reachable | None:
    """GPT-2 Small, if it can come to this computer; what is not known yet is None."""
    return _real_thing().known()


def engine_or_job(key: str) -> Backend | LoadJob:
    """The engine of a model, or the job that loads it."""
    return pool().get_or_start(key)


def is_cold() -> bool:
    """Whether no model was loaded yet: importing a page now would wait for torch."""
    return not _warm().is_set()
