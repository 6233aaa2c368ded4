"""Limits and modes, from the environment or from Streamlit's secrets.

Every setting has the prefix ``GPT2_HOOD_`` in the environment and the same
name, in lower case and without the prefix, in a ``[gpt2_hood]`` table of
``.streamlit/secrets.toml``. The environment wins. ``mode`` names the place where the app runs
and with it what the other settings are; each can still be set by itself.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

PREFIX = "GPT2_HOOD_"

#: What a place needs that differs from a laptop of one's own.
MODES: dict[str, dict[str, object]] = {
    "local": {},
    # A teacher's machine: who is in the room may choose models, but not fill it with others.
    "class": {
        "allow_other_models": False,
        "disk_offload": False,
        "max_characters": 20_000,
        "max_new_tokens": 100,
        "requests_per_minute": 1_200,
    },
    # Strangers: what a small host holds, and nothing that is kept open for others.
    "public": {
        "models": ("storyteller", "distilgpt2"),
        "allow_other_models": False,
        "disk_offload": False,
        "max_characters": 20_000,
        "max_new_tokens": 60,
        "cache_mb": 256,
        "queue_limit": 64,
        "max_sessions": 100,
        "max_sessions_per_address": 50,
        "visits_per_minute": 300,
        "requests_per_minute": 600,
        "max_export_mb": 4,
        "rooms": False,
    },
}


@dataclass(frozen=True)
class Settings:
    """What a host may decide.

    Attributes
    ----------
    mode : "local", "class" or "public": what the others are unless they are set
    default_model : catalogue name, Hub id or folder shown first
    models : names that may be chosen; empty means all of the catalogue
    allow_other_models : whether a Hub id or folder may be typed
    max_characters : longest text accepted
    max_new_tokens : longest continuation
    max_models : checkpoints in memory at the same time
    memory_reserve_mb : memory that a load must leave free, in MiB
    disk_offload : whether a model too big for the memory may be read from disk, block by block
    cache_mb : bytes that the engine's views may keep, in MiB
    queue_limit : requests that may wait for one engine
    network_timeout : seconds after which the Hub counts as out of reach
    status_panel : whether the sidebar shows the status of the server
    rooms : whether a room for a class may be opened
    open_room : whether the server starts with a room, whose links it prints
    frame_ancestors : who may show the app in a frame: "self", "none", or origins
    max_sessions : sessions in all; who comes later waits on a page of its own
    max_sessions_per_address : sessions from one address; a whole school may have one
    visits_per_minute : sessions begun from one address in a minute
    requests_per_minute : what one session may ask of a model in a minute
    max_export_mb : largest file that is made to take away, in MiB
    lock_model : whether everybody has the default model, and no other
    lock_prompt : whether prompts come from the examples and the lessons alone
    idle_minutes : minutes after which a model that nobody asks gives its results back
    metrics_address : where the host reads the server's figures, such as ``127.0.0.1:9101``;
        empty for nowhere
    lessons : folder of lessons that a host adds to ours; empty for none
    backend : "local", or where models run: ``host:port`` of a Ray cluster's head, or "auto" for
        the cluster that this machine is part of
    cluster_fallback : whether models run here where the cluster is away
    cluster_timeout : seconds after which a cluster counts as silent
    log : level of the server's log, such as ``info``: a line of JSON for each request,
        never what was typed; empty for no log
    """

    mode: str = "local"
    default_model: str = "storyteller"
    models: tuple[str, ...] = field(default=())
    allow_other_models: bool = True
    max_characters: int = 100_000
    max_new_tokens: int = 200
    max_models: int = 2
    memory_reserve_mb: int = 256
    disk_offload: bool = True
    cache_mb: int = 512
    queue_limit: int = 256
    network_timeout: float = 5.0
    status_panel: bool = False
    rooms: bool = True
    open_room: bool = False
    frame_ancestors: tuple[str, ...] = ("self",)
    max_sessions: int = 1_000
    max_sessions_per_address: int = 1_000
    visits_per_minute: int = 3_000
    requests_per_minute: int = 6_000
    max_export_mb: int = 256
    lock_model: bool = False
    lock_prompt: bool = False
    idle_minutes: int = 15
    metrics_address: str = ""
    lessons: str = ""
    backend: str = "local"
    cluster_fallback: bool = False
    cluster_timeout: float = 60.0
    log: str = ""

    @classmethod
    def from_mapping(
        cls, environment: Mapping[str, str], secrets: Mapping[str, object]
    ) -> Settings:
        """Settings from the environment and a secrets table.

        Raises
        ------
        ValueError
            If a value cannot be read; the message names the setting.
        """
        plain, values = cls(), dict[str, object]()
        for item in fields(cls):
            raw = environment.get(PREFIX + item.name.upper(), secrets.get(item.name))
            if raw is not None:
                values[item.name] = _parse(item.name, raw, getattr(plain, item.name))
        if values.get("lock_model"):
            alone = (str(values.get("default_model", plain.default_model)),)
            values = {"models": alone, "allow_other_models": False} | values
        mode = values.get("mode", plain.mode)
        if mode not in MODES:
            raise ValueError(f"setting {PREFIX}MODE = {mode!r} is none of {', '.join(MODES)}")
        return cls(**MODES[str(mode)] | values)  # type: ignore[arg-type]


def _parse(name: str, raw: object, default: object) -> object:
    try:
        if isinstance(default, bool):
            text = str(raw).strip().lower()
            if text not in {"1", "0", "true", "false", "yes", "no", "on", "off"}:
                raise ValueError(raw)
            return text in {"1", "true", "yes", "on"}
        if isinstance(default, int):
            number = int(str(raw))
            if number <= 0:
                raise ValueError(raw)
            return number
        if isinstance(default, float):
            return float(str(raw))
        if isinstance(default, tuple):
            parts = raw.split(",") if isinstance(raw, str) else list(raw)  # type: ignore[call-overload]
            return tuple(str(p).strip() for p in parts if str(p).strip())
        return str(raw)
    except ValueError as error:
        kind = type(default).__name__
        raise ValueError(
            f"setting {PREFIX}{name.upper()} = {raw!r} is not a valid {kind}"
        ) from error


def load_settings(secrets: Mapping[str, object] | None = None) -> Settings:
    """The settings of this process."""
    return Settings.from_mapping(os.environ, secrets or {})
