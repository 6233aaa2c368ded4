"""What all sessions share."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_run_context import (
    FragmentThreadState,
    ScriptRunContext,
)

from core import cache

ROOT = Path(__file__).parents[2]

#: Alone in a process: the switch is one for all sessions of a server.
ALONE = """
from streamlit.runtime.pages_manager import PagesManager
from core import cache
PagesManager("app.py")
print(PagesManager.uses_pages_directory)
cache.only_the_router_names_pages()
PagesManager("app.py")
print(PagesManager.uses_pages_directory)
"""


def test_streamlits_private_switch_for_the_folder_of_pages_is_where_it_was() -> None:
    made = subprocess.run(
        [sys.executable, "-c", ALONE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert made.stdout.split() == ["True", "False"]


def test_streamlits_private_word_for_the_back_button_is_where_it_was() -> None:
    """It names a run's cause on its context, and the browser's message sets it."""
    assert "is_history_navigation" in ScriptRunContext.__dataclass_fields__
    assert BackMsg().rerun_script.is_history_navigation is False
    assert cache.came_by_history() is False  # outside of any run


def test_streamlits_private_words_for_looking_again_are_where_they_were() -> None:
    """A run's context takes messages, a thread knows its fragment, the browser is told of it."""
    assert callable(ScriptRunContext.enqueue)
    assert "fragment_id" in FragmentThreadState.__dataclass_fields__
    assert ForwardMsg().auto_rerun.interval == 0.0
    assert not ForwardMsg().stop_auto_rerun.fragment_ids
    cache.look_again(0.25)  # outside of any run nothing is told
