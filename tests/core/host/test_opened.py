"""Modes: what a place needs, what a host may change, what does not go together."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import UnknownModel
from core.host.opened import contradictions, opened
from core.model.catalogue import find, offered
from core.settings import MODES, PREFIX, Settings

ROOT = Path(__file__).parents[3]


def settings(secrets: dict[str, object] | None = None, **environment: str) -> Settings:
    named = {PREFIX + name.upper(): value for name, value in environment.items()}
    return Settings.from_mapping(named, secrets or {})


def test_without_a_mode_everything_is_as_it_was():
    assert settings() == Settings()
    assert settings(mode="local") == Settings()


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_goes_together_and_each_of_its_settings_can_be_set(mode: str):
    made = settings(mode=mode)
    assert contradictions(made) == []
    for name, value in MODES[mode].items():
        assert getattr(made, name) == value
    assert settings(mode=mode, max_new_tokens="7").max_new_tokens == 7
    assert settings({"mode": mode, "max_characters": 11}).max_characters == 11
    assert settings({"max_new_tokens": 9}, mode=mode, max_new_tokens="7").max_new_tokens == 7


def test_strangers_choose_from_a_list_and_type_no_names():
    made = settings(mode="public")
    assert made.models
    shut = (made.allow_other_models, made.disk_offload, made.rooms, made.status_panel)
    assert not any(shut)
    assert settings(mode="public", rooms="on").rooms


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"allow_other_models": "on"}, "allow_other_models"),
        ({"models": ""}, "whole catalogue"),
        ({"frame_ancestors": "*"}, "frame_ancestors"),
        ({"lock_model": "on", "models": "storyteller,distilgpt2"}, "lock_model"),
        ({"visits_per_minute": "20"}, "would be refused"),
        ({"frame_ancestors": "self; script-src *"}, "frame_ancestors"),
    ],
)
def test_what_does_not_go_together_is_said(more: dict[str, str], word: str):
    (said,) = contradictions(settings(mode="public", **more))
    assert word in said


def test_an_unknown_mode_names_the_known_ones():
    with pytest.raises(ValueError, match="local, class, public"):
        settings(mode="open")


def test_what_is_open_is_said_in_words():
    local = "\n".join(opened(Settings()))
    assert "OPEN: visitors may name any folder" in local
    public = "\n".join(opened(settings(mode="public")))
    assert "OPEN" not in public
    assert "storyteller, distilgpt2" in public
    shown = "\n".join(opened(settings(status_panel="1", frame_ancestors="self,https://a.example")))
    assert "sees the status" in shown
    assert "https://a.example" in shown


def start(**more: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, **{PREFIX + name: value for name, value in more.items()}}
    return subprocess.run(
        [sys.executable, "-c", "import app"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def test_a_contradiction_starts_no_server_and_says_why_without_a_traceback():
    made = start(MODE="public", ALLOW_OTHER_MODELS="1")
    assert made.returncode == 1
    assert "does not start: mode is public and allow_other_models is on" in made.stderr
    assert "Traceback" not in made.stderr


def test_a_server_says_at_its_start_what_is_open():
    made = start(MODE="class")
    assert made.returncode == 0, made.stderr
    assert "Mode: class." in made.stderr
    assert "A room is open" not in made.stderr


def test_a_server_may_start_with_a_room_and_prints_both_of_its_links():
    made = start(MODE="class", OPEN_ROOM="1")
    assert made.returncode == 0, made.stderr
    (code,) = re.findall(r"A room is open: (\w{4})\.", made.stderr)
    assert f"/room?room={code}." in made.stderr
    assert re.search(rf"/room\?room={code}&lead=\w", made.stderr)


def test_a_room_needs_rooms():
    (said,) = contradictions(settings(open_room="on", rooms="off"))
    assert "rooms is off" in said
    assert len(contradictions(settings(mode="public", open_room="on", rooms="on"))) == 1


def test_a_teacher_locks_the_model_by_one_setting():
    made = settings(mode="class", lock_model="on")
    assert contradictions(made) == []
    assert [entry.key for entry in offered(made)] == ["storyteller"]
    with pytest.raises(UnknownModel):
        find("distilgpt2", made)
    assert "Model: storyteller, for everybody." in opened(made)
    assert settings(lock_model="on", default_model="distilgpt2").models == ("distilgpt2",)
    (said,) = contradictions(settings(lock_model="on", allow_other_models="on"))
    assert "lock_model" in said


def test_a_locked_prompt_is_said():
    assert any("no field" in line for line in opened(settings(lock_prompt="on")))
    assert not any("no field" in line for line in opened(settings()))


@pytest.mark.parametrize("address", ["local", "auto", "10.0.0.5:6379", "ray://head:6379"])
def test_where_models_run_is_here_or_an_address(address: str):
    made = settings(backend=address)
    assert contradictions(made) == []
    said = " ".join(opened(made))
    assert ("runs any code" in said) == (address != "local")
    assert "they run here" in " ".join(opened(settings(backend="auto", cluster_fallback="1")))


@pytest.mark.parametrize("address", ["remote", "10.0.0.5", "head:port", "", ":6379"])
def test_what_is_no_address_of_a_cluster_is_said(address: str):
    assert any("neither local nor auto" in one for one in contradictions(settings(backend=address)))
