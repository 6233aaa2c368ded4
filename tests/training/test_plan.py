"""The plan: continuous, from low to low, the same wherever a run goes on."""

from __future__ import annotations

import argparse

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data import RowSampler, Source
from training.plan import batch_of, done_of, position_ids, rate, share, whole
from training.settings import parser, settle


def test_the_learning_rate_warms_up_and_comes_down() -> None:
    assert rate(0.0, 0.03) == pytest.approx(0.02)
    assert rate(0.03, 0.03) == pytest.approx(1.0)
    assert rate(1.0, 0.03) == pytest.approx(0.02)


@given(st.floats(0, 1), st.floats(0.01, 0.2))
def test_the_plan_makes_no_jump(done: float, warm: float) -> None:
    step = 1e-4
    assert abs(rate(done + step, warm) - rate(done, warm)) <= 1.01 * step / warm + step
    moved = share(done + step, 0.3, 0.08, "0.45,0.8") - share(done, 0.3, 0.08, "0.45,0.8")
    assert abs(moved) <= step


def test_a_share_stays_fades_and_stays() -> None:
    shares = [share(done, 0.3, 0.1, "0.4,0.8") for done in (0.0, 0.4, 0.6, 0.8, 1.0)]
    assert shares == pytest.approx([0.3, 0.3, 0.2, 0.1, 0.1])


def test_whole_rows_are_the_share_on_average() -> None:
    rng = np.random.default_rng(0)
    assert np.mean([whole(1.3, rng) for _ in range(4_000)]) == pytest.approx(1.3, abs=0.03)


def test_the_end_is_told_by_the_clock_or_by_the_tokens() -> None:
    by_clock = argparse.Namespace(minutes=10.0, tokens=None)
    by_tokens = argparse.Namespace(minutes=None, tokens=1_000)
    assert done_of(by_clock, seconds=300.0, tokens=7) == 0.5
    assert done_of(by_tokens, seconds=300.0, tokens=250) == 0.25


def test_positions_stay_within_the_context() -> None:
    places = position_ids(200, 256, 5, np.random.default_rng(0))
    assert places.shape == (200, 256)
    assert int(places.max()) < 1_024
    assert (places[:5, 0] == 0).all()
    assert int(places[:, 0].max()) > 0


def test_the_rows_follow_the_plan() -> None:
    train = np.arange(20_000, dtype=np.uint16)
    sampler = RowSampler([Source("a", train, train[:0], 1, 0)], {}, np.arange(100), seed=3)
    options = [*("--device", "cpu", "--batch-tokens", "4096", "--row", "256", "--drills", "0.25")]
    options += [*("--drills-end", "0", "--returns", "0.25", "--returns-end", "0")]
    args = settle(parser(None).parse_args([*options, "--full-rows-from", "0.9"]))
    rng = np.random.default_rng(0)
    early, late = batch_of(args, sampler, rng, 0.1), batch_of(args, sampler, rng, 0.95)
    assert early.ids.shape == (16, 257)
    assert early.drills == 4
    assert late.ids.shape == (4, 1_025)
    assert late.drills == 0
    # Text counts up here; a passage that returns breaks the counting, and only there.
    breaks = (np.diff(early.ids[4:], axis=1) != 1).sum(axis=1)
    assert (breaks[:4] > 0).all()
    assert (breaks[4:] == 0).all()
