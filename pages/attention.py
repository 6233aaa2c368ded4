"""Attention: every head of every layer, one head in depth, and what is lost without it."""

from __future__ import annotations

from pages.panels.attention.grid import grid
from pages.panels.attention.head import head
from pages.panels.attention.learned import learned
from pages.panels.attention.off import off
from pages.panels.attention.role import role
from pages.panels.attention.steps import steps
from pages.panels.attention.together import together
from pages.shell.page import show

show("attention", (head, grid), off, (role, steps), together, learned)
