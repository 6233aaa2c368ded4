"""Sampling: from scores to a word, and from words to a text."""

from __future__ import annotations

from pages.kit.address import tell_problems
from pages.panels.sampling.choices import explore, possible_settings
from pages.panels.sampling.common import polling
from pages.panels.sampling.surprise import SCORE, surprise_panel
from pages.panels.sampling.texts import (
    COMPARE,
    RUN,
    THIRTY,
    compare_panel,
    possible_lengths,
    run_panel,
    thirty_panel,
)
from pages.shell.journey import footer
from pages.shell.session import current, header

header("sampling")
now = current()
tell_problems("sampling", possible_settings() | possible_lengths())
explore(now)
polling(RUN, run_panel, now)
polling(COMPARE, compare_panel, now)
polling(THIRTY, thirty_panel, now)
polling(SCORE, surprise_panel, now)
footer("sampling")
