"""Batches of sequences against transformers: each is as if it were alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.engine.batch import Batch
from core.engine.engine import Engine
from core.engine.forward import Forward
from core.engine.kv_cache import Slot
from tests.core.engine.oracle import CLOSE, read_all, same, steps_alone, text


@pytest.mark.parametrize("which", ["storyteller", "tiny", "offloaded", "half"])
def test_a_batch_of_unequal_sequences(request, which: str):
    """Join, leave, outgrow and park at any step; each sequence is as if it were alone."""
    found = request.getfixturevalue(which)
    loaded = found.loaded if isinstance(found, Engine) else found
    rng = np.random.default_rng(0)
    longest = 140 if which == "storyteller" else 50
    # A trained model's sharp heads carry rounding further than random weights do.
    bound = CLOSE if which == "storyteller" else 1e-5
    lengths = [1, 5, 5, longest - 14, 33]
    if which == "storyteller":
        lengths.append(60)  # outgrows the block of 64 on the way
    forward = Forward(loaded)
    batch = Batch(forward)
    texts = [text(n, seed=n + i) for i, n in enumerate(lengths)]
    tokens = [rng.integers(0, 50_257, 12).tolist() for _ in texts]
    wanted = [steps_alone(loaded, t, more) for t, more in zip(texts, tokens, strict=True)]
    slots: dict[int, Slot] = {}
    parked: dict[int, object] = {}
    at = [0] * len(texts)
    with torch.inference_mode():
        for turn in range(40):
            if turn < len(texts):
                slots[turn] = batch.join(read_all(forward, texts[turn])[0])
            if turn == 7:
                parked[1] = batch.park(slots[1])
            if turn == 9:
                batch.resume(slots[1], parked.pop(1))
            who = [i for i in slots if i not in parked and not (turn % 5 == 4 and i == 2)]
            if not who:
                break
            rng.shuffle(who)
            logits = batch.step([(slots[i], tokens[i][at[i]]) for i in who])
            for row, i in enumerate(who):
                same(logits[row].numpy(), wanted[i][at[i]], bound)
                at[i] += 1
                if at[i] == len(tokens[i]):
                    batch.leave(slots.pop(i))
    assert at == [12] * len(texts)
    assert batch.n_bytes == 0


def test_room_for_many_is_made_once_and_given_back(tiny: Engine):
    forward, n = Forward(tiny.loaded), 12
    batch, ids = Batch(forward), text(9)
    want = steps_alone(tiny.loaded, ids, [7, 8])
    with torch.inference_mode():
        read = read_all(forward, ids)[0]
        slots = [batch.join(read, coming=n - 1)]
        roomy = batch.n_bytes
        assert roomy == n * batch.bytes_for(len(ids) + 1)
        slots += [batch.join(read) for _ in range(n - 1)]
        assert batch.n_bytes == roomy
        same(batch.step([(s, 7) for s in slots]).numpy(), np.stack([want[0]] * n), 1e-5)
        for slot in reversed(slots[2:]):
            batch.leave(slot)
        same(batch.step([(s, 8) for s in slots[:2]]).numpy(), np.stack([want[1]] * 2), 1e-5)
        assert batch.n_bytes == roomy // 3  # two sit, two more may come
        for slot in slots[:2]:
            batch.leave(slot)
    assert batch.n_bytes == 0


@pytest.mark.parametrize("which", ["storyteller", "tiny", "offloaded", "half"])
def test_reading_on_is_one_step_after_the_other(request, which: str):
    """Right guesses are kept, wrong ones leave no trace, and others in the block are untouched."""
    found = request.getfixturevalue(which)
    forward = Forward(found.loaded if isinstance(found, Engine) else found)
    read, other = read_all(forward, text(9))[0], read_all(forward, text(5, seed=3))[0]
    tokens = [7, 11, 13, 17, 19]
    with torch.inference_mode():
        slow = Batch(forward)
        slot = slow.join(read)
        want = torch.cat([slow.step([(slot, token)]) for token in tokens])
        fast = Batch(forward)
        neighbour, slot = fast.join(other), fast.join(read)
        before = [kv.clone() for kv in fast.cache.of(neighbour)]
        got = fast.verify(slot, [*tokens[:3], 400, 500])
        same(got[:3].numpy(), want[:3].numpy())
        assert slot.length == 9
        slot.length += 3
        same(fast.verify(slot, tokens[3:]).numpy(), want[3:].numpy())
        slot.length += 1
        same(fast.step([(slot, tokens[4])]).numpy(), want[4:].numpy())
        for kv, was in zip(fast.cache.of(neighbour), before, strict=True):
            assert torch.equal(kv, was)
        slot.length = 62
        assert fast.room(slot) == 2
        with pytest.raises(ValueError, match="room for 2"):
            fast.verify(slot, [1, 2, 3])
