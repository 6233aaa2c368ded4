"""Tokenizer: the text as tokens, why it is cut there, and how each token comes about."""

from __future__ import annotations

from pages.panels.tokenizer.bytes import bytes_
from pages.panels.tokenizer.chips import chips
from pages.panels.tokenizer.costs import costs
from pages.panels.tokenizer.cuts import cuts
from pages.panels.tokenizer.merges import merges
from pages.panels.tokenizer.vocabulary import vocabulary
from pages.shell.page import show

show("tokenizer", chips, merges, cuts, bytes_, vocabulary, costs)
