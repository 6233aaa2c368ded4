"""Sampling: from scores to a word, and from words to a text."""

from __future__ import annotations

from pages.panels.sampling.compare import compare
from pages.panels.sampling.run import run
from pages.panels.sampling.stages import stages
from pages.panels.sampling.steps import steps
from pages.panels.sampling.surprise import surprise
from pages.panels.sampling.thirty import thirty
from pages.shell.page import show

show("sampling", run, (stages, steps), compare, thirty, surprise)
