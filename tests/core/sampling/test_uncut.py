"""Draws where nothing is cut, against the stages and the draw that a page shows."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from core.compiled import compiled
from core.sampling import together
from core.sampling.draw import draw
from core.sampling.settings import SamplingSettings
from core.sampling.stages import pipeline
from core.sampling.together import Sampler, choose_many
from core.sampling.uncut import drawn
from tests.core.sampling.examples import logits_of

#: Where a number falls: on the first token, beyond all but the last, anywhere.
NUMBERS = st.one_of(
    st.sampled_from([0.0, 0.5, 0.999999, 1 - 1e-12, np.nextafter(1.0, 0.0)]),
    st.floats(0, 1, exclude_max=True),
)


@pytest.mark.parametrize("program", [drawn, compiled(drawn)], ids=["Python", "TorchScript"])
@given(
    st.integers(0, 10_000),
    st.lists(NUMBERS, min_size=1, max_size=12),
    st.sampled_from([0.05, 0.7, 1.0, 5.0, 100.0]),
    st.booleans(),
    st.sampled_from([40, 300, 20_000]),  # all lead, few are left, many are
)
@limits(max_examples=60, deadline=None)
def test_it_is_the_pages_draw(program, seed, numbers, temperature, ties, n_vocab) -> None:
    rows = np.stack([logits_of(seed + i, n_vocab) for i in range(len(numbers))])
    rows = np.round(rows) if ties else rows
    made = program(torch.from_numpy(rows), temperature, torch.tensor(numbers, dtype=torch.float64))
    for row, u, token, p, model in zip(rows, numbers, *(m.tolist() for m in made), strict=True):
        stages = pipeline(row, SamplingSettings(temperature=temperature))
        assert token == draw(stages[-1].probs, u)
        assert p == stages[-1].probs[token]
        assert model == stages[0].probs[token]


@pytest.mark.parametrize("program", [drawn, compiled(drawn)], ids=["Python", "TorchScript"])
def test_the_last_of_many_that_are_next_to_impossible_ends_all(program) -> None:
    """Shares of 1e-45, the smallest there are, and a number beyond them all."""
    row = logits_of(9, 300)
    probs = pipeline(row, SamplingSettings(temperature=0.05))[-1].probs
    least = probs[probs > 0].min()
    assert least < 1e-44
    assert (probs == least).sum() > 1
    u = np.nextafter(1.0, 0.0)
    found = program(torch.from_numpy(row[None]), 0.05, torch.tensor([u], dtype=torch.float64))[0]
    assert found.item() == draw(probs, u) == np.flatnonzero(probs == least)[-1]


def test_what_is_drawn_has_the_shares_that_it_is_said_to_have() -> None:
    """Chi-square over ten thousand draws of one row; the tail counts as one."""
    rows = torch.from_numpy(np.repeat(logits_of(3, 2_000)[None], 200, axis=0))
    dice, counts = np.random.default_rng(0), np.zeros(2_000)
    for _time in range(50):
        ids, _probs, _model = compiled(drawn)(rows, 1.5, torch.from_numpy(dice.random(200)))
        counts += np.bincount(ids.numpy(), minlength=2_000)
    shares = pipeline(rows[0].numpy(), SamplingSettings(temperature=1.5))[-1].probs
    often = shares > 0.002
    seen = np.append(counts[often], counts[~often].sum())
    want = 10_000 * np.append(shares[often], shares[~often].sum())
    degrees = len(want) - 1
    assert ((seen - want) ** 2 / want).sum() < degrees + 4 * np.sqrt(2 * degrees)


def test_a_fault_takes_no_random_number_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is tried alone then, with the number that it had."""
    rows = np.stack([logits_of(i, 2_000) for i in range(3)])

    def samplers() -> list[Sampler]:
        settings = SamplingSettings(temperature=0.8)
        return [Sampler(settings, (1,), np.random.default_rng(i)) for i in range(3)]

    def fails(*_args) -> None:
        raise MemoryError

    want = choose_many(rows, samplers())
    monkeypatch.setattr(together, "drawn", fails)
    for mine, whole in zip(choose_many(rows, samplers()), want, strict=True):
        assert isinstance(mine, tuple)
        assert isinstance(whole, tuple)
        assert (mine[0], mine[3]) == (whole[0], whole[3])
