"""Layers: the residual stream, the MLP, and when the model makes up its mind."""

from __future__ import annotations

from pages.panels.layers.block import block
from pages.panels.layers.lens import lens
from pages.panels.layers.mlp import mlp
from pages.panels.layers.race import race
from pages.panels.layers.skip import skip
from pages.panels.layers.wrote import wrote
from pages.shell.page import show

show("layers", lens, wrote, race, block, mlp, skip)
