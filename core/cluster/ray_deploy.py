"""Replicas put up, looked at and taken down."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import ray  # pyright: ignore[reportMissingImports]
from ray import serve  # pyright: ignore[reportMissingImports]

from core.cluster.ray_replica import ONGOING, Replica
from core.cluster.serving import ROOT, app_of, key_of_app
from core.errors import LearnerError, NotEnoughMemory
from core.language import _
from core.model.catalogue import canonical, find
from core.model.placement import needed_bytes
from core.numbers import byte_size, count
from core.settings import Settings

#: Seconds that a replica may take to load its model.
LONGEST = 600.0


@dataclass(frozen=True)
class Wanted:
    """What is to be put up.

    Attributes
    ----------
    model : catalogue name, Hub id or folder
    replicas, most : engines at first, and as many as the queue may ask for
    cores, gpus : of each; a core is a processor's or a part of one
    """

    model: str
    replicas: int = 1
    most: int = 0
    cores: float = 1.0
    gpus: float = 0.0


def _all_served() -> dict[str, Any]:
    """All applications, ours and others'; empty where Serve does not run."""
    try:
        return dict(serve.status().applications)
    except Exception:
        return {}


def served() -> dict[str, Any]:
    """Our applications by name, as Serve tells of them; empty where it does not run."""
    return {name: app for name, app in _all_served().items() if key_of_app(name)}


def deploy(wanted: Wanted, settings: Settings) -> None:
    """Put a model's replicas up, or bring those that are there to these wishes.

    Raises
    ------
    UnknownModel, BadCheckpoint
    NotEnoughMemory
        If no machine of the cluster can hold one.
    LearnerError
        What a replica said that could not start.
    """
    entry = find(wanted.model, settings)
    n_bytes = needed_bytes(entry.shape)
    _check_room(wanted, n_bytes)
    serve.start(proxy_location="Disabled")  # no port for the world: handles only
    app = _deployment(wanted, n_bytes, settings).bind(canonical(wanted.model), settings)
    name = app_of(canonical(wanted.model))
    serve.run_many(
        [serve.RunTarget(app, name=name, route_prefix=None)], wait_for_applications_running=False
    )
    _wait(name)


def _deployment(wanted: Wanted, n_bytes: int, settings: Settings) -> Any:
    actor: dict[str, Any] = {"num_cpus": wanted.cores, "num_gpus": wanted.gpus}
    actor["runtime_env"] = {"env_vars": {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}}
    if not wanted.gpus:
        actor["memory"] = n_bytes
    many: dict[str, Any] = {"num_replicas": wanted.replicas}
    if wanted.most > wanted.replicas:
        many = {
            "autoscaling_config": {
                "min_replicas": wanted.replicas,
                "max_replicas": wanted.most,
                "target_ongoing_requests": 16,
                # A class that begins to work waits for nobody's average of half a minute.
                "look_back_period_s": 10.0,
                "upscale_delay_s": 5.0,
            }
        }
    return serve.deployment(Replica).options(
        name="engine", ray_actor_options=actor, max_ongoing_requests=ONGOING,
        max_queued_requests=settings.queue_limit, health_check_period_s=2,
        health_check_timeout_s=3, graceful_shutdown_timeout_s=5, **many,
    )  # fmt: skip


def _check_room(wanted: Wanted, n_bytes: int) -> None:
    """Raise `NotEnoughMemory` if no machine could ever hold a replica."""
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    for has in nodes:
        memory = wanted.gpus or has.get("memory", 0) >= n_bytes
        if memory and has.get("CPU", 0) >= wanted.cores and has.get("GPU", 0) >= wanted.gpus:
            return
    most = max((has.get("memory", 0) for has in nodes), default=0)
    raise NotEnoughMemory(
        _(
            "{model} fits on no machine of the cluster: it needs {need}, {cores} cores and"
            " {gpus} GPUs; the largest has {most}."
        ).format(
            model=wanted.model, need=byte_size(n_bytes), cores=f"{wanted.cores:g}",
            gpus=f"{wanted.gpus:g}", most=byte_size(most),
        ),
        _("Choose a smaller model, or add a machine."),
    )  # fmt: skip


def _wait(name: str) -> None:
    """Until the replicas are there; raises what one of them said that could not start."""
    begin = time.monotonic()
    while time.monotonic() - begin < LONGEST:
        app = served().get(name)
        status = getattr(getattr(app, "status", None), "value", "")
        if status == "RUNNING":
            return
        if status in {"DEPLOY_FAILED", "UNHEALTHY"}:
            break
        time.sleep(0.5)
    said = "; ".join(d.message for d in app.deployments.values()) if app else ""
    raise LearnerError(
        _("The replicas of {name} did not start.").format(name=name), said.strip()[-2000:]
    )


def take_down() -> list[str]:
    """Take all of ours down, and Serve itself where it serves nobody else; their names."""
    names = list(served())
    for name in names:
        serve.delete(name)
    if not _all_served():
        serve.shutdown()
    return names


def said_of() -> list[str]:
    """A line for each model that is served."""
    lines = []
    for name, app in served().items():
        for one in app.deployments.values():
            states = ", ".join(f"{count(n)} {s}" for s, n in one.replica_states.items())
            lines.append(f"{key_of_app(name)}: {one.status.value.lower()}, {states}")
    return lines
