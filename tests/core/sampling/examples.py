"""Logits and settings that the tests of sampling share."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from core.sampling.choice import Choice
from core.sampling.settings import SamplingSettings

SETTINGS = SamplingSettings(1.1, 0.9, 40, 0.95)
VOCAB = 300
knobs = st.builds(
    SamplingSettings,
    repetition_penalty=st.floats(0.5, 2.0),
    temperature=st.one_of(st.just(0.0), st.floats(0.05, 100.0)),
    top_k=st.integers(0, 400),
    top_p=st.floats(0.0, 1.0),
    min_p=st.floats(0.0, 1.0),
)


def logits_of(seed: int, n: int = VOCAB) -> np.ndarray:
    return (np.random.default_rng(seed).normal(size=n) * 4 - 30).astype(np.float32)


def choice(token_id: int, how: str = "by hand") -> Choice:
    return Choice(token_id, b"=%d" % token_id, how, 0.5, 0.25, 2, None, SETTINGS)
