"""The knobs of sampling, in the order in which they act."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

#: The cuts, and the value at which each leaves a single token.
_LEAVES_ONE = {"top_k": 1, "top_p": 0, "min_p": 1}


@dataclass(frozen=True)
class SamplingSettings:
    """The knobs, in the order in which they act. Neutral values switch a stage off.

    Attributes
    ----------
    repetition_penalty : > 0; 1 is off
    temperature : >= 0; 1 is off, 0 means greedy
    top_k : number of tokens kept; 0 is off
    top_p : probability kept, in [0, 1]; 1 is off, 0 keeps the best token only
    min_p : share of the best token's probability, in [0, 1]; 0 is off
    """

    repetition_penalty: float = 1.0
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0

    def __post_init__(self) -> None:
        # Written so that NaN fails too.
        if not 0 < self.repetition_penalty < math.inf:
            raise ValueError("repetition_penalty must be above 0")
        if not 0 <= self.temperature < math.inf:
            raise ValueError("temperature must not be negative")
        if not self.top_k >= 0:
            raise ValueError("top_k must not be negative")
        if not 0 <= self.top_p <= 1:
            raise ValueError("top_p must lie in [0, 1]")
        if not 0 <= self.min_p <= 1:
            raise ValueError("min_p must lie in [0, 1]")

    @property
    def greedy(self) -> bool:
        return self.temperature == 0

    @property
    def turned(self) -> tuple[str, ...]:
        """Names of the knobs that are not at their neutral value, which is their default."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) != f.default)

    @property
    def uncut(self) -> bool:
        """Whether tokens are drawn as the temperature leaves them: none penalised, none cut."""
        return not self.greedy and set(self.turned) <= {"temperature"}

    @property
    def active(self) -> tuple[str, ...]:
        """Names of the stages that act, in the order in which `generate` applies them."""
        if self.greedy:  # as `generate(do_sample=False)`: nothing to divide by, nothing to cut
            return tuple(name for name in self.turned if name == "repetition_penalty")
        return self.turned

    @property
    def idle(self) -> tuple[str, ...]:
        """Names of the cuts that are switched on and do nothing, because another overrules them.

        At temperature 0 the best token is taken, so there is nothing to cut; if one
        cut leaves a single token, those after it have nothing left to do.
        """
        cuts = [name for name in self.turned if name in _LEAVES_ONE]
        if self.greedy:
            return tuple(cuts)
        for i, name in enumerate(cuts):
            if getattr(self, name) == _LEAVES_ONE[name]:
                return tuple(cuts[i + 1 :])
        return ()
