"""The price on words that have just been said."""

from __future__ import annotations

import numpy as np
import torch

from training.price import exact_loss
from training.repeats import longer_words, unwanted
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
    found = unwanted(ids, words, drills=1, near=3)
    assert found.shape == (2, 7, 3)
    assert (found[0] == -1).all()  # a drill is there to be copied
    sets = [sorted(set(row.tolist()) - {-1}) for row in found[1]]
    # Before each of the targets 1 5 4 4 2 6 3 the last three inputs, without the target itself.
    assert sets == [[4], [4], [5], [5], [4, 5], [4], [4, 6]]
    once = [len(row[row >= 0]) == len(set(row[row >= 0].tolist())) for row in found[1]]
    assert all(once)


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
