"""The price on words that have just been said."""

from __future__ import annotations

import numpy as np
import torch

from training.price import exact_loss
from training.repeats import RUN_NEAR, ends_of_runs, longer_words, said_before, unwanted
from training.vocabulary import gpt2_tokenizer


def test_longer_words_are_words_and_pieces_of_words_of_four_letters() -> None:
    tokenizer = gpt2_tokenizer()
    words = longer_words(tokenizer)
    said = {
        text: bool(words[tokenizer(text)["input_ids"][0]])
        for text in (" king", " the", "King", " 1990", "----", " queen")
    }
    assert said == {
        " king": True, " the": False, "King": True, " 1990": False, "----": False, " queen": True,
    }  # fmt: skip


def test_unwanted_are_the_longer_words_before_a_target_each_once_and_never_the_target() -> None:
    words = np.zeros(10, dtype=bool)
    words[[4, 5, 6]] = True
    ids = np.array([[4, 1, 5, 4, 4, 2, 6, 3]] * 2)
    found = said_before(ids, words, drills=1, near=3)
    assert found.shape == (2, 7, 3)
    assert (found[0] == -1).all()  # a drill is there to be copied
    sets = [sorted(set(row.tolist()) - {-1}) for row in found[1]]
    # Before each of the targets 1 5 4 4 2 6 3 the last three inputs, without the target itself.
    assert sets == [[4], [4], [5], [5], [4, 5], [4], [4, 6]]
    once = [len(row[row >= 0]) == len(set(row[row >= 0].tolist())) for row in found[1]]
    assert all(once)


def test_unwanted_are_the_ends_of_runs_of_four_that_stood_before() -> None:
    ids = np.array([[1, 2, 3, 4, 9, 1, 2, 3, 5, 1, 2, 3, 5, 1, 2, 3, 5]])
    sets = [set(row.tolist()) - {-1} for row in ends_of_runs(ids)[0]]
    # Behind the second and third 1 2 3, 4 would come again; 5 does come, and may.
    assert sets == [set()] * 7 + [{4}] + [set()] * 3 + [{4}] + [set()] * 4


def test_runs_are_looked_for_near_by_only_and_drills_have_none() -> None:
    filler = np.arange(100, 100 + RUN_NEAR)
    near = np.array([[1, 2, 3, 4, *filler[: RUN_NEAR - 4], 1, 2, 3, 5]])
    far = np.array([[1, 2, 3, 4, *filler[: RUN_NEAR - 3], 1, 2, 3, 5]])
    assert ends_of_runs(near)[0, -1].tolist() == [4, -1]
    assert (ends_of_runs(far) == -1).all()
    words = np.zeros(300, dtype=bool)
    both = unwanted(np.concatenate([near, near]), words, drills=1)
    assert (both[0] == -1).all()
    assert both[1, -1].tolist().count(4) == 1


def test_what_is_both_costs_twice() -> None:
    words = np.zeros(10, dtype=bool)
    words[4] = True
    ids = np.array([[1, 2, 3, 4, 9, 1, 2, 3, 5]])
    assert unwanted(ids, words, drills=0)[0, -1].tolist().count(4) == 2


def test_the_price_makes_a_repetition_as_rare_as_it_says() -> None:
    """A word that comes again in a share q of all cases settles at odds of q / (1 + price)."""
    q, price = 0.2, 0.6
    logits = torch.zeros(3, requires_grad=True)
    optimizer = torch.optim.Adam([logits], lr=0.05)
    n = 1000
    targets = torch.tensor([0] * int(q * n) + [1] * (n - int(q * n)))
    bad = torch.where(targets == 0, -1, 0)[:, None]  # word 0 stood before; where it comes it may
    for _step in range(600):
        optimizer.zero_grad()
        exact_loss(logits.expand(n, 3), targets, bad, price).backward()
        optimizer.step()
    p = float(logits.detach().softmax(0)[0])
    assert abs(p / (1 - p) - q / (1 - q) / (1 + price)) < 0.01
