"""A third model: its vocabulary has 265 tokens, it reads 32 of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.engine.engine import Engine
from core.model.load import load_model
from tests.checkpoints import write_published


@pytest.fixture(scope="session")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = write_published(tmp_path_factory.mktemp("smallest"), json_file=True)
    engine = Engine(load_model(str(folder)))
    yield engine
    engine.close()
