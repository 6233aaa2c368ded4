"""Two replicas on this machine: the oracle's numbers, and learners who notice no death."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from core.cluster.errors import TooLarge
from core.cluster.kept import Kept
from core.engine.fair_queue import client
from core.errors import NotEnoughMemory, OutOfRange, TooManyTokens
from core.settings import Settings
from tests.cluster.conftest import pids
from tests.core.engine.common import DRAWN, GREEDY, PROMPT, tokens

pytestmark = pytest.mark.cluster
LEARNERS = 30


@pytest.fixture(scope="session")
def oracle(tiny_folder, oracle_of):
    """transformers' own pass over the prompt, with eager attention."""
    model = oracle_of(str(tiny_folder))

    def run(ids):
        with torch.inference_mode():
            return model(
                torch.tensor([ids]), output_attentions=True, output_hidden_states=True,
            )  # fmt: skip

    return run


def close(a, b, share: float = 1e-4) -> bool:
    return bool(np.abs(np.asarray(a) - np.asarray(b)).max() <= share * np.abs(np.asarray(b)).max())


def test_a_trace_is_transformers(backend, oracle):
    trace = backend.trace(PROMPT)
    want = oracle(trace.token_ids)
    assert close(trace.logits, want.logits[0, -1])
    for layer in range(trace.n_layer):
        assert close(trace.resid[layer], want.hidden_states[layer][0])
    assert not trace.logits.flags.writeable
    assert not trace.resid.flags.writeable


def test_attention_is_transformers(backend, oracle):
    trace = backend.trace(PROMPT)
    want = oracle(trace.token_ids)
    for layer in range(trace.n_layer):
        found = backend.attention(trace, layer)
        assert close(found.pattern, want.attentions[layer][0])


def test_the_lens_ends_with_the_models_own_answer(backend, oracle):
    trace = backend.trace(PROMPT)
    lens = backend.logit_lens(trace, top=5)
    probs = oracle(trace.token_ids).logits[0, -1].softmax(-1)
    best = probs.topk(5)
    assert lens.top_ids[-1, -1].tolist() == best.indices.tolist()
    assert close(lens.top_probs[-1, -1], best.values)


def test_writing_is_transformers(backend, tiny_folder, oracle_of):
    ids = backend.ids(PROMPT)
    with torch.inference_mode():
        want = oracle_of(str(tiny_folder)).generate(
            torch.tensor([ids]), max_new_tokens=20, do_sample=False, pad_token_id=50256
        )
    assert (
        tokens(backend.generate(PROMPT, GREEDY, max_new_tokens=20)) == want[0, len(ids) :].tolist()
    )


def test_drawn_texts_are_the_same_on_both(tiny, remote):
    asked = {"seeds": [1, 2, 3], "max_new_tokens": 15}
    here = [tokens(run) for run in tiny.generate_many(PROMPT, DRAWN, **asked)]
    assert [tokens(run) for run in remote.generate_many(PROMPT, DRAWN, **asked)] == here


def test_refusals_are_the_same(backend):
    with pytest.raises(TooManyTokens):
        backend.trace((5,) * 65)
    with pytest.raises(OutOfRange):
        backend.attention(backend.trace(PROMPT), 99)


def nothing_but_zeros(_loaded) -> np.ndarray:
    return np.zeros(700 * 2**20 // 8)


def test_what_is_too_large_or_fits_nowhere_is_a_sentence(remote, cluster):
    from core.cluster.ray_deploy import Wanted, deploy

    with pytest.raises(TooLarge):
        remote.call(nothing_but_zeros)
    with pytest.raises(NotEnoughMemory, match="fits on no machine"):
        deploy(Wanted("storyteller", cores=99), Settings())


def test_a_cancelled_stream_frees_its_place(remote):
    steps = remote.generate(PROMPT, GREEDY, max_new_tokens=50)
    next(steps)
    steps.close()
    trace, end = remote.trace(PROMPT), time.monotonic() + 10  # the same replica
    while remote.call(generating, trace) and time.monotonic() < end:
        time.sleep(0.01)
    assert not remote.call(generating, trace)


def generating(_loaded, _trace) -> int:
    """Sequences in the batch of whoever answers."""
    from core.engine.owner import _owners

    owners = [reference() for _thread, reference in _owners]
    return sum(len(owner.sequences.running) for owner in owners if owner is not None)


def learn(remote, n: int, prompt: str, stop: threading.Event) -> list[list[int]]:
    """What a learner has written, who looks at a head, has a text written, thinks, and goes on."""
    client.set(f"learner {n}")
    written: list[list[int]] = []
    while not stop.is_set() or len(written) < 2:
        remote._kept = Kept(2**20)  # nobody lives on what came before
        trace = remote.trace(prompt)
        layer = len(written) % trace.n_layer
        assert remote.attention(trace, layer).pattern.shape[1] == trace.n_ctx
        written.append(tokens(remote.generate(prompt, DRAWN, seed=n, max_new_tokens=12)))
        time.sleep(0.3)
    return written


def test_each_of_two_replicas_dies_under_thirty_learners(remote, tiny):
    """None is lost, none hangs, and every text is the one that it would have been."""
    prompts = [f"{PROMPT} and {n}" for n in range(LEARNERS)]
    asked = {"max_new_tokens": 12}
    want = [tokens(tiny.generate(p, DRAWN, seed=n, **asked)) for n, p in enumerate(prompts)]
    stop = threading.Event()
    with ThreadPoolExecutor(LEARNERS) as pool:
        learners = [pool.submit(learn, remote, n, p, stop) for n, p in enumerate(prompts)]
        try:
            time.sleep(1.5)
            first, second = pids(remote)
            os.kill(first, signal.SIGKILL)
            assert second in pids(remote, without=first)
            os.kill(second, signal.SIGKILL)  # now only the new one is there
            time.sleep(1.5)
        finally:
            stop.set()
        for n, learner in enumerate(learners):
            assert all(made == want[n] for made in learner.result(60)), f"learner {n}"
