"""Each page gives a learner what it gave before the house was rebuilt.

One page: ``pytest -n 0 tests/golden -k attention``; one kind of thing of it:
``-k "attention and boxes"``.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from tests.golden import store
from tests.golden.agreed import losses
from tests.golden.opening import take_down
from tests.golden.seen import KINDS
from tests.golden.state import ELSEWHERE, FREE, NAMES, State
from tests.golden.states import STATES

load = lru_cache(store.load)
#: Differences that are told; one that is everywhere needs no more.
MOST = 25


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("golden")


# A state is opened once; its kinds of things are compared one after the other.
opened = lru_cache(maxsize=1)(take_down)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", STATES, ids=lambda s: f"{s.page}: {s.name}")
def test_nothing_was_lost(state: State, kind: str, folder: Path) -> None:
    old, new = load(state.page)[state.name], opened(state, folder)
    found = list(losses(state.page, {kind: old[kind]}, {kind: new[kind]}))
    told = "\n".join(found[:MOST]) + ("\n…" if len(found) > MOST else "")
    assert not found, f"{state.page}, {state.name}, {kind}: {len(found)} differences\n{told}"


def test_every_name_of_the_address_is_opened() -> None:
    for page, names in NAMES.items():
        given = [s for s in STATES if page in ("all", s.page)]
        for name in names.split():
            told = {s.name for s in given if name in s.address}
            assert told, f"{page}: no state has {name}"
            if page != "all" and name not in FREE.split():
                assert told & {"impossible"}, f"{page}: no state has a wrong {name}"
                right = told - {"impossible"} or name in ELSEWHERE.split()
                assert right, f"{page}: no state has {name}"
