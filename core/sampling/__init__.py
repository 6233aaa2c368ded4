"""From logits to the next token: the settings, every stage's logits and probabilities, the draw."""

from core.sampling.stages import SamplingSettings, pipeline

__all__ = ["SamplingSettings", "pipeline"]
