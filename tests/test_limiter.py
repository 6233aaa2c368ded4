"""A limit is a bucket for each sender."""

from __future__ import annotations

from core.limiter import Limiter


def test_so_many_at_once_and_so_many_in_time():
    now = [0.0]
    limit = Limiter.a_minute(lambda: now[0], 60)
    assert [limit.allows("a") for _one in range(61)] == [True] * 60 + [False]
    assert limit.allows("b")
    now[0] += 1.0
    assert [limit.allows("a") for _one in range(2)] == [True, False]
    now[0] -= 100.0  # a clock that jumps back takes nothing away and gives nothing
    assert not limit.allows("a")


def test_more_than_a_bucket_holds_passes_when_it_is_full():
    now = [0.0]
    limit = Limiter(lambda: now[0], burst=4, rate=1)
    assert limit.allows("a", 30)
    assert not limit.allows("a")
    now[0] += 3.9
    assert not limit.allows("a", 30)
    now[0] += 0.2
    assert limit.allows("a", 30)


def test_asking_whether_one_would_pass_counts_nothing():
    now = [0.0]
    limit = Limiter.a_minute(lambda: now[0], 2)
    assert [limit.would_allow("a") for _one in range(5)] == [True] * 5
    assert [limit.allows("a") for _one in range(2)] == [True, True]
    assert not limit.would_allow("a")
    now[0] += 30.0
    assert limit.would_allow("a")
