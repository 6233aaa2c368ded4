"""From logits to the next token, and from tokens to a text.

To be read in this order: `settings` (the knobs), `stages` (what each does to the
logits), `explain` (what that meant for one token), `draw` (a random number picks
one), `choice` and `story` (a text grows choice by choice), `beams` (several texts at
once), `surprise` (how well a text was expected), `openings` (what many texts begin
with). `frugal` and `generation` compute the same as `stages` and `draw` for the engine.
"""

from core.sampling.settings import SamplingSettings
from core.sampling.stages import pipeline

__all__ = ["SamplingSettings", "pipeline"]
