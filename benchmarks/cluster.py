"""The same engine in this process and in a Ray cluster of this machine, in turns.

    pip install -r requirements-cluster.txt
    python -m benchmarks.cluster --model storyteller

What a page asks for at 64 tokens, a token of a text, a call alone, then thirty learners while each
of two replicas is killed.
"""

from __future__ import annotations

import argparse
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from core.cluster import ray_connect
from core.cluster.ray_cluster import RayCluster
from core.cluster.ray_deploy import Wanted, deploy, take_down
from core.engine.engine import Engine
from core.engine.fair_queue import client
from core.errors import LearnerError
from core.model.load import load_model
from core.sampling.settings import SamplingSettings
from core.settings import Settings
from core.views.fingerprint import parameter_names
from core.views.glance import farthest_look
from core.views.logit_lens_frugal import logit_lens
from core.views.machine_of import machine as machine_of
from core.views.residual import writes
from core.views.thumbnails import layer_summary

DRAWN = SamplingSettings(temperature=0.8, top_k=50)
LEARNERS, TOKENS = 30, 40
_rng = np.random.default_rng(0)


def fresh(n: int = 64) -> tuple[int, ...]:
    """A prompt that nobody has seen."""
    return tuple(_rng.integers(1000, 9000, n).tolist())


def overview(backend: Any, ids: tuple[int, ...]) -> None:
    backend.view(machine_of, backend.trace(ids), len(ids) - 1)


def attention(backend: Any, ids: tuple[int, ...]) -> None:
    trace = backend.trace(ids)
    layer, _head = backend.view(farthest_look, trace, len(ids) - 1)[:2]
    backend.views(layer_summary, [(trace, i) for i in range(trace.n_layer)])
    backend.attention(trace, int(layer))


def layers(backend: Any, ids: tuple[int, ...]) -> None:
    trace = backend.trace(ids)
    backend.view(logit_lens, trace, 0, len(ids), 10, ())
    backend.view(writes, trace, len(ids) - 1)


def seconds(do: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    do()
    return time.perf_counter() - begin


def in_turns(local: Any, remote: Any, do: Callable[[Any], Any], rounds: int) -> tuple[float, float]:
    """Medians, in seconds."""
    took: list[list[float]] = [[], []]
    for _ in range(rounds):
        for which, backend in enumerate((local, remote)):
            took[which].append(seconds(lambda backend=backend: do(backend)))
    return float(np.median(took[0])), float(np.median(took[1]))


def write(backend: Any) -> None:
    for _step in backend.generate(fresh(16), DRAWN, seed=1, max_new_tokens=TOKENS):
        pass


def compare(local: Any, remote: Any, rounds: int) -> None:
    for page in (overview, attention, layers):
        for backend in (local, remote):
            page(backend, fresh())
        here, there = in_turns(local, remote, lambda b, page=page: page(b, fresh()), rounds)
        print(
            f"{page.__name__}: local {1e3 * here:.1f} ms, cluster {1e3 * there:.1f} ms,"
            f" {1e3 * (there - here):+.1f} ms"
        )
    here, there = in_turns(local, remote, write, max(3, rounds // 3))
    print(
        f"a token: local {1e3 * here / TOKENS:.2f} ms, cluster {1e3 * there / TOKENS:.2f} ms,"
        f" {1e3 * (there - here) / TOKENS:+.2f} ms"
    )
    here, there = in_turns(local, remote, lambda b: b.call(parameter_names), 10 * rounds)
    print(f"a call that computes next to nothing: {1e3 * here:.2f} and {1e3 * there:.2f} ms")


def processes(remote: Any) -> list[int]:
    """Of the replicas, which run on this machine."""
    return [int(place.rsplit(":", 1)[1]) for place in remote._wire.places()]


def killed(remote: Any, local: Any, lasts: float) -> None:
    """Thirty learners; one replica is killed, and when a new one is there, the other one."""
    prompts = [fresh(20) for _ in range(LEARNERS)]
    want = [[s.token_id for s in local.generate(p, DRAWN, seed=n, max_new_tokens=TOKENS)]
            for n, p in enumerate(prompts)]  # fmt: skip
    stop, texts, told, other, pauses = threading.Event(), [0], [0], [0], [0.0]
    lock = threading.Lock()

    def learn(n: int) -> None:
        client.set(f"learner {n}")
        while not stop.is_set():
            made, last = [], time.monotonic()
            try:
                overview(remote, fresh(20))
                for step in remote.generate(prompts[n], DRAWN, seed=n, max_new_tokens=TOKENS):
                    made.append(step.token_id)
                    now = time.monotonic()
                    with lock:
                        pauses[0] = max(pauses[0], now - last)
                    last = now
                with lock:
                    texts[0] += 1
                    other[0] += made != want[n]
            except LearnerError:
                with lock:
                    told[0] += 1

    with ThreadPoolExecutor(LEARNERS) as pool:
        learners = [pool.submit(learn, n) for n in range(LEARNERS)]
        time.sleep(lasts / 4)
        first, second = processes(remote)
        os.kill(first, signal.SIGKILL)
        begin = time.monotonic()
        while first in (now := processes(remote)) or len(now) < 2:
            time.sleep(0.5)
        print(f"a new replica answers {time.monotonic() - begin:.1f} s after one was killed")
        os.kill(second, signal.SIGKILL)
        time.sleep(lasts)
        stop.set()
        hung = 0
        for learner in learners:
            try:
                learner.result(120)
            except TimeoutError:
                hung += 1
    print(
        f"{LEARNERS} learners, both replicas killed: {texts[0]} texts, {other[0]} with other"
        f" tokens, {told[0]} told so, {hung} hung; longest pause {pauses[0]:.1f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="storyteller")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--lasts", type=float, default=8.0)
    parser.add_argument("--only", choices=("compare", "killed"))
    asked = parser.parse_args()
    import ray  # pyright: ignore[reportMissingImports] - after core.cluster: see there
    from ray import serve  # pyright: ignore[reportMissingImports]

    local = Engine(load_model(asked.model))
    ray.init("local", num_cpus=2, include_dashboard=False, namespace=ray_connect.NAMESPACE,
             log_to_driver=False, configure_logging=False)  # fmt: skip
    cluster = RayCluster(Settings(backend="auto"))
    try:
        if asked.only != "killed":
            deploy(Wanted(asked.model, replicas=1, cores=2), Settings())
            remote = cluster.remote(local.key, lambda: None)
            local.measured.wait(60)
            time.sleep(5)  # the replica's engine chooses its products, too
            compare(local, remote, asked.rounds)
        if asked.only != "compare":
            take_down()  # it holds both cores
            deploy(Wanted(asked.model, replicas=2, cores=1), Settings())
            killed(cluster.remote(local.key, lambda: None), local, asked.lasts)
    finally:
        serve.shutdown()
        ray.shutdown()
        local.close()


if __name__ == "__main__":
    main()
