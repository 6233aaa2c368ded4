"""What all sessions share."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
