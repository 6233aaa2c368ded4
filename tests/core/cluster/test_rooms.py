"""Two servers, one room: the same verbs, the same refusals, whoever asks."""

from __future__ import annotations

import pickle
import time

import pytest

from core.cluster.errors import ClusterLost
from core.cluster.shared_rooms import VERBS, RoomsServant, SharedRooms
from core.room import LocalRooms, NoSuchRoom, NotYours, Question, RoomError
from core.room.here import ROOMS, share

CODE = "1" * 12


@pytest.fixture
def servant() -> RoomsServant:
    return RoomsServant(LocalRooms(time.monotonic), CODE)


def server(servant: RoomsServant, code: str = CODE) -> SharedRooms:
    def ask(asked):
        return pickle.loads(pickle.dumps(servant.answer(pickle.loads(pickle.dumps(asked)))))

    return SharedRooms(ask, code)


def test_a_teacher_on_one_server_and_a_learner_on_another(servant: RoomsServant):
    one, other = server(servant), server(servant)
    code, key = one.open()
    secret, name = other.join(code)
    assert name
    number = one.ask(code, key, Question("choice", "Does it plan?", ("yes", "no")))
    other.vote(code, secret, number, 1)
    one.go_on(code, key, number, to="reveal")
    rows = other.state(code, secret)["result"]["rows"]
    assert [row["votes"] for row in rows] == [[0], [1]]
    assert (one.role(code, key), other.role(code, secret)) == ("teacher", "learner")
    assert one.count() == other.count() == 1
    one.end(code, key)
    assert not other.is_open(code)


def test_refusals_keep_their_kind_on_the_way(servant: RoomsServant):
    far = server(servant)
    code, _key = far.open()
    with pytest.raises(NoSuchRoom, match="There is no room"):
        far.join("ZZZZ")
    with pytest.raises(NotYours):
        far.clear(code, "not the key")


def test_out_of_reach_or_of_another_version_is_something_about_a_room(servant: RoomsServant):
    def gone(_asked):
        raise ClusterLost.at("10.0.0.5:6379")

    away = SharedRooms(gone, CODE)
    assert away.count() == 0
    with pytest.raises(RoomError, match="cannot be reached"):
        away.open()
    with pytest.raises(RoomError, match="cannot be reached"):
        server(servant, "2" * 12).open()
    with pytest.raises(AttributeError):
        _ = away.clock


def test_all_verbs_of_rooms_are_passed_on():
    assert {"open", "join", "vote", "state", "begin_hunt", "end"} <= VERBS
    assert all(hasattr(LocalRooms, verb) for verb in VERBS)


def test_a_server_takes_shared_rooms_for_its_own(servant: RoomsServant):
    own = ROOMS.chosen  # type: ignore[attr-defined]
    try:
        share(server(servant))
        code, _key = ROOMS.open()
        assert server(servant).is_open(code)
    finally:
        share(own)
    assert not ROOMS.is_open(code)
