"""Compare: two prompts, where their difference sits, and what it does elsewhere."""

from __future__ import annotations

from pages.panels.compare.heads import heads
from pages.panels.compare.knob import knob
from pages.panels.compare.lens import lens
from pages.panels.compare.models import models
from pages.panels.compare.pattern import pattern
from pages.panels.compare.surprise import surprise
from pages.panels.compare.where import where
from pages.panels.compare.words import words
from pages.shell.page import show

show("compare", words, where, heads, knob, surprise, lens, pattern, models)
