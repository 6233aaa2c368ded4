"""The first seconds of a server, and the panel for the person who runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from streamlit.testing.v1 import AppTest

from core import cache, stored
from core.engine import Engine
from core.settings import Settings
from core.stored import Stored
from core.tokenizer import encode
from pages.parts import start
from pages.parts.examples import DEFAULT_PROMPT
from tests.app import APP

ROOT = Path(__file__).parent.parent.parent


def test_the_first_page_needs_no_torch():
    """What app.py imports before it shows anything, in a fresh process."""
    program = (
        "import sys\n"
        "from core.errors import LearnerError\n"
        "from pages.parts import sidebar, start, status, session\n"
        "print([m for m in ('torch', 'transformers', 'accelerate', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_while_it_is_cold_the_stored_answer_is_shown(monkeypatch, storyteller: Engine):
    """Loading is held up; the page already says something true and how far it is."""
    answer = Stored(encode(storyteller.tokenizer, DEFAULT_PROMPT), (" was", " had"), (0.25, 0.125))
    held = cache.LoadJob("storyteller", lambda _key, progress: None)  # never started
    monkeypatch.setattr(cache, "engine_or_job", lambda _key: held)
    monkeypatch.setattr(cache, "is_cold", lambda: True)
    monkeypatch.setattr(start, "stored", lambda: {DEFAULT_PROMPT: answer})
    app = AppTest.from_file(APP, default_timeout=120).run()
    assert not app.exception
    assert app.title[0].value == "What happens between your text and the next word?"
    assert "Loading the model" in str(app.get("progress")[0].proto)
    assert any("25.0%" in caption.value for caption in app.caption)
    app.sidebar.text_area[0].set_value("Another text").run()  # not stored: nothing is made up
    assert not any("first choice" in caption.value for caption in app.caption)
    assert stored.FOLDER.name == "storyteller"


def test_the_status_panel(monkeypatch, storyteller: Engine):
    storyteller.trace("A text that was asked for")
    pool = type("Pool", (), {"engines": lambda _self: [storyteller]})()
    monkeypatch.setattr(cache, "pool", lambda: pool)
    monkeypatch.setattr(cache, "settings", lambda: Settings(status_panel=True))

    def page() -> None:
        from pages.parts import status

        status.draw()

    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    text = "\n".join(t.value for t in app.sidebar.text)
    assert "storyteller on cpu, float32" in text
    assert "Sessions in the last minute" in text
    assert "A text" not in text


def test_the_status_panel_is_off_unless_asked_for(monkeypatch):
    monkeypatch.setattr(cache, "settings", Settings)

    def page() -> None:
        from pages.parts import status

        status.draw()

    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.sidebar.text
