"""Two servers, each a process of its own, share a room that an actor of the cluster holds."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from core.cluster import ray_rooms
from core.room import NoSuchRoom, Question, RoomError
from core.settings import Settings
from tests.cluster.conftest import ROOT

pytestmark = pytest.mark.cluster
#: Another server: a learner joins by the code, votes, and sees what the teacher shows.
LEARNER = """
import json, signal, sys, time
import core.cluster
from core.cluster.ray_rooms import rooms_of
from core.settings import Settings
address, code, number = sys.argv[1:]
signal.signal(signal.SIGTERM, lambda *_: sys.exit("closes its sessions"))
rooms = rooms_of(Settings(backend=address, open_room=True))
begin = time.monotonic()
secret, name = rooms.join(code)
rooms.vote(code, secret, int(number), 1)
print(json.dumps([secret, name, time.monotonic() - begin]), flush=True)
sys.stdin.readline()  # the teacher has gone on
print(json.dumps(rooms.state(code, secret)["result"]["rows"]), flush=True)
sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def rooms(cluster, head):
    """The rooms as this process has them."""
    return ray_rooms.rooms_of(Settings(backend=head.address, open_room=True))


def test_a_teacher_on_one_server_and_a_learner_on_another(rooms, head):
    code, key = rooms.open()
    number = rooms.ask(code, key, Question("choice", "Does it plan?", ("yes", "no")))
    with subprocess.Popen(
        [sys.executable, "-c", LEARNER, head.address, code, str(number)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdin is not None
        assert other.stdout is not None
        secret, name, took = json.loads(other.stdout.readline())
        assert took < 2.0
        assert rooms.role(code, secret) == "learner"
        assert name
        rooms.go_on(code, key, number, to="reveal")
        other.stdin.write("\n")
        other.stdin.flush()
        assert [row["votes"] for row in json.loads(other.stdout.readline())] == [[0], [1]]
        other.terminate()  # Ray leaves to the server how it ends
        assert other.communicate(timeout=20)[1].strip().endswith("closes its sessions")
    assert rooms.count() == 1
    rooms.end(code, key)
    with pytest.raises(NoSuchRoom):
        rooms.join(code)


def test_where_the_actor_died_there_is_a_sentence_and_soon_there_are_rooms_again(rooms):
    """Its rooms are gone with it; no question waits for longer than a moment."""
    import ray  # pyright: ignore[reportMissingImports]

    code, _key = rooms.open()
    ray.kill(ray.get_actor(ray_rooms.NAME, namespace="gpt2-hood"), no_restart=True)
    end, refused, longest = time.monotonic() + 30, 0, 0.0
    while time.monotonic() < end:
        begin = time.monotonic()
        try:
            if not rooms.is_open(code):
                break
        except RoomError:
            refused += 1
        longest = max(longest, time.monotonic() - begin)
        time.sleep(0.1)
    assert refused
    assert longest < ray_rooms.PATIENCE + 0.5
    assert rooms.role(*rooms.open()) == "teacher"
