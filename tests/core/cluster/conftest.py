"""Engines behind a wire within this process, and the same ones as they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.cluster import identity
from core.cluster.remote import Remote
from core.cluster.servant import Servant
from core.engine.engine import Engine
from core.model.load import load_model
from tests.core.cluster.loop import LoopWire


@pytest.fixture(scope="session")
def other(tiny_folder) -> Iterator[Engine]:
    """A second engine of the small model."""
    engine = Engine(load_model(str(tiny_folder)))
    yield engine
    engine.close()


@pytest.fixture
def wire(tiny: Engine, other: Engine) -> LoopWire:
    """To two replicas of the same small model."""
    code = identity.code()
    return LoopWire(Servant(tiny, code), Servant(other, code))


@pytest.fixture
def remote(wire: LoopWire) -> Remote:
    return Remote(wire)
