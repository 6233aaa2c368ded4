"""The fair queue: shares, short work first, nothing waits for ever."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine.fair_queue import FairQueue


def drain(queue: FairQueue[str]) -> list[str]:
    order = []
    while len(queue):
        item, ticket = queue.pop()
        queue.served(ticket[2])
        order.append(item)
    return order


def test_one_client_cannot_push_another_back():
    queue: FairQueue[str] = FairQueue()
    for n in range(10):
        queue.put("greedy", 10, f"greedy {n}")
    queue.put("modest", 10, "modest")
    assert drain(queue).index("modest") <= 1


def test_a_short_request_overtakes_a_long_one():
    queue: FairQueue[str] = FairQueue()
    queue.put("long", 1000, "long")
    queue.put("short", 10, "short")
    assert drain(queue) == ["short", "long"]


def test_a_long_request_is_served_in_the_end():
    """Short requests come in for ever, each from somebody new; the long one still has its turn."""
    queue: FairQueue[str] = FairQueue()
    queue.put("long", 1000, "long")
    queue.put("short", 10, "short")
    for number in range(1000):
        item, ticket = queue.pop()
        queue.served(ticket[2])
        if item == "long":
            break
        queue.put(f"short {number}", 10, "short")
    assert item == "long"
    assert number < 300  # twice its length in short ones: two wait at a time, so each gets half


def test_a_piece_at_a_time_keeps_the_place():
    queue: FairQueue[str] = FairQueue()
    queue.put("a", 10, "first")
    queue.put("b", 20, "second")
    item, ticket = queue.pop()
    queue.put_back(item, ticket)
    assert drain(queue) == ["first", "second"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 50)), max_size=40))
@settings(max_examples=50, deadline=None)
def test_nothing_is_lost_and_a_clients_own_order_is_kept(requests: list[tuple[str, int]]):
    queue: FairQueue[tuple[str, int]] = FairQueue()
    for number, (who, cost) in enumerate(requests):
        queue.put(who, cost, (who, number))
    order = []
    while len(queue):
        item, ticket = queue.pop()
        queue.served(ticket[2])
        order.append(item)
    for who in "abc":
        mine = [n for w, n in order if w == who]
        assert mine == [n for n, (w, _cost) in enumerate(requests) if w == who]
