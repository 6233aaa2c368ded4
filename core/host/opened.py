"""What a host's settings open, in words, and where they contradict each other.

These words are for the person who starts the server: they go to its log, in English.
"""

from __future__ import annotations

from core.host.headers import ancestors
from core.host.metrics import address
from core.numbers import byte_size, count
from core.settings import Settings


def contradictions(settings: Settings) -> list[str]:
    """Why no server starts with these settings; empty if nothing stands against it."""
    found = []
    try:
        ancestors(settings.frame_ancestors)
        if settings.metrics_address:
            address(settings.metrics_address)
    except ValueError as error:
        found.append(str(error))
    found += _of_backend(settings.backend)
    if settings.open_room and not settings.rooms:
        found.append("open_room is on and rooms is off: no room may be opened")
    if settings.lock_model and not _is_locked(settings):
        found.append(
            "lock_model is on, and models or allow_other_models let others be chosen: leave both "
            "out, and name the one model in default_model"
        )
    if settings.visits_per_minute < settings.max_sessions_per_address:
        found.append(
            f"visits_per_minute is {settings.visits_per_minute} and max_sessions_per_address "
            f"{settings.max_sessions_per_address}: a class that comes at once would be refused"
        )
    return found + (_against_strangers(settings) if settings.mode == "public" else [])


def _is_locked(settings: Settings) -> bool:
    return settings.models == (settings.default_model,) and not settings.allow_other_models


def _of_backend(name: str) -> list[str]:
    """What is wrong with where models are to run."""
    host, _, port = name.removeprefix("ray://").rpartition(":")
    if name in {"local", "auto"} or (host and port.isdecimal() and 0 < int(port) < 65_536):
        return []
    return [f"backend is {name!r}, neither local nor auto nor an address such as 10.0.0.5:6379"]


def _against_strangers(settings: Settings) -> list[str]:
    """What nobody may leave open to strangers."""
    found = []
    if settings.allow_other_models:
        found.append(
            "mode is public and allow_other_models is on: strangers could name folders of "
            "this server and have it fetch any model of the Hub. Name them in models instead"
        )
    if not settings.models:
        found.append(
            "mode is public and models is empty, which means the whole catalogue: strangers "
            "could have GPT-2 XL loaded. List the models that this server can hold"
        )
    if settings.open_room:
        found.append("mode is public and open_room is on: nobody there would lead the room")
    if "*" in settings.frame_ancestors:
        found.append(
            "mode is public and frame_ancestors is *: any site could show the app as its own. "
            "Name the sites that may"
        )
    return found


def opened(settings: Settings) -> list[str]:
    """What somebody who reaches this server can do, a sentence each."""
    return [
        f"Mode: {settings.mode}.",
        *_models(settings),
        *_amounts(settings),
        *_elsewhere(settings),
        *_doors(settings),
    ]


def _models(settings: Settings) -> list[str]:
    listed = ", ".join(settings.models) or "the whole catalogue"
    if settings.lock_model:
        return [f"Model: {settings.default_model}, for everybody."]
    held = f"{settings.max_models} in memory at a time"
    if not _loads(settings):
        held = "those of them that the cluster serves"
    said = [f"Models that may be chosen: {listed}; {held}."]
    if settings.allow_other_models:
        said.append("OPEN: visitors may name any folder of this computer and any model of the Hub.")
    if settings.disk_offload and _loads(settings):
        said.append("OPEN: a model too big for the memory may be read from disk, block by block.")
    return said


def _loads(settings: Settings) -> bool:
    """Whether models may be loaded on this machine."""
    return settings.backend == "local" or settings.cluster_fallback


def _amounts(settings: Settings) -> list[str]:
    return [
        f"A text has up to {count(settings.max_characters)} characters, "
        f"a continuation up to {count(settings.max_new_tokens)} tokens; "
        f"{count(settings.queue_limit)} requests may wait for a model.",
        f"{count(settings.max_sessions)} sessions at a time, "
        f"{count(settings.max_sessions_per_address)} from one address, which may begin "
        f"{count(settings.visits_per_minute)} a minute.",
        f"A session may ask a model {count(settings.requests_per_minute)} times a minute, and take "
        f"files of up to {byte_size(settings.max_export_mb * 2**20)} away.",
        f"With less than {byte_size(settings.memory_reserve_mb * 2**20)} free, caches go, then new "
        "sessions wait, then the least used model goes.",
        f"Results are kept up to {byte_size(settings.cache_mb * 2**20)}.",
    ]


def _elsewhere(settings: Settings) -> list[str]:
    if settings.backend == "local":
        return []
    away = "run here" if settings.cluster_fallback else "are not there"
    return [
        f"Models run in the cluster at {settings.backend}; where it is away, they {away}. "
        "OPEN: who reaches its ports runs any code on its machines; keep them in a private network."
    ]


def _doors(settings: Settings) -> list[str]:
    said = ["Rooms for classes may be opened." if settings.rooms else "No rooms for classes."]
    if settings.lock_prompt:
        said.append(
            "Prompts come from the examples and the lessons; no field and no link brings another."
        )
    if settings.status_panel:
        said.append("OPEN: every visitor sees the status of the server.")
    if settings.log:
        said.append("Each request is logged, without what was typed.")
    if settings.metrics_address:
        own = address(settings.metrics_address)[0] in {"127.0.0.1", "::1", "localhost"}
        who = "this computer alone" if own else "OPEN: whoever reaches that address"
        said.append(f"Figures at http://{settings.metrics_address}/metrics for {who}.")
    frames = [name for name in settings.frame_ancestors if name.strip("'") not in {"self", "none"}]
    if frames:
        said.append(f"OPEN: these may show the app in a frame: {', '.join(frames)}.")
    return said
