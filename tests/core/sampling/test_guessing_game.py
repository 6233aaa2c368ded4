"""What guesses and probabilities cost, in bits."""

from __future__ import annotations

import math

import pytest

from core.sampling.guessing_game import TRIES, blind, cost, standing

N = 50_257


def test_guesses_are_a_code_so_that_nobody_gets_bits_for_nothing():
    """Kraft (1949): the shares of all answers sum to one, as the model's probabilities do."""
    tried = [cost(n, N) for n in range(1, TRIES + 1)]
    missed = cost(None, N)
    assert math.isclose(sum(2**-bits for bits in tried) + N * 2**-missed, 1.0)


def test_a_model_that_knows_nothing_saves_nothing_and_a_reader_who_knows_all_nearly_everything():
    found = standing([1, 1, 1], [blind(N)] * 3, N)
    assert found.n_tokens == 3
    assert found.model == pytest.approx(0.0)
    assert found.reader == pytest.approx(3 * (blind(N) - 1))


def test_a_worked_game():
    found = standing([1, None, 3], [2.0, 10.0, 0.5], N)
    assert found.reader == pytest.approx(3 * 15.617 - 1 - 18.617 - 3, abs=1e-3)
    assert found.model == pytest.approx(3 * 15.617 - 12.5, abs=1e-3)


@pytest.mark.parametrize("tries", [0, TRIES + 1])
def test_there_are_no_other_tries(tries: int):
    with pytest.raises(ValueError, match="1 to 3 tries"):
        cost(tries, N)
