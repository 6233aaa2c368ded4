"""Embeddings: what a token is before the model thinks, and what context makes of it."""

from __future__ import annotations

from pages.panels.embeddings.alike import alike
from pages.panels.embeddings.context import context
from pages.panels.embeddings.map import map_
from pages.panels.embeddings.matrix import matrix
from pages.panels.embeddings.order import order
from pages.panels.embeddings.sum import sum_
from pages.shell.page import show

show("embeddings", map_, (alike, sum_, context), order, matrix)
