"""Sampling: from scores to a word, and from words to a text."""

from __future__ import annotations

from pages.parts.address import tell_problems
from pages.parts.journey import footer
from pages.parts.sampling_choices import explore, possible_settings
from pages.parts.sampling_common import polling
from pages.parts.sampling_surprise import SCORE, surprise_panel
from pages.parts.sampling_texts import (
    COMPARE,
    RUN,
    THIRTY,
    compare_panel,
    possible_lengths,
    run_panel,
    thirty_panel,
)
from pages.parts.session import current, header

header("sampling")
now = current()
tell_problems("sampling", possible_settings() | possible_lengths())
explore(now)
polling(RUN, run_panel, now)
polling(COMPARE, compare_panel, now)
polling(THIRTY, thirty_panel, now)
polling(SCORE, surprise_panel, now)
footer("sampling")
