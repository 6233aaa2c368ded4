"""What can be chosen on the sampling page, each declared once with its default."""

from __future__ import annotations

from core import cache
from core.language import _
from core.model.shining import shining
from core.numbers import count
from core.sampling.settings import SamplingSettings
from pages.kit.controls import Choice, Number, Step, Text
from pages.kit.follows import Follows
from pages.kit.params import Values

_TEMPERATURES = [0.0, *(round(0.1 * i, 1) for i in range(1, 21)), 3.0, 5.0, 10.0, 100.0]
_TOP_KS = [0, 1, 2, 3, 5, 10, 20, 40, 50, 100, 200, 500, 1_000, 5_000, 10_000]

PENALTY = Number(
    "penalty", 1.0, 2.0, step=0.05, default=1.0, slide=True,
    title=lambda: _("Repetition penalty"),
    help=lambda at: _("Makes tokens that are in the text already less likely; 1 is off."),
)  # fmt: skip
TEMPERATURE = Step(
    "temperature", _TEMPERATURES, default=0.8,
    title=lambda: _("Temperature"),
    help=lambda at: _("Divides the scores: below 1 sharper, above 1 flatter; 0 takes the best."),
)  # fmt: skip
TOP_K = Step(
    "top_k", _TOP_KS, default=40,
    title=lambda: _("top-k"),
    help=lambda at: _("Keeps the k best tokens; 0 is off."),
)  # fmt: skip
TOP_P = Number(
    "top_p", 0.0, 1.0, step=0.01, default=0.95, slide=True,
    title=lambda: _("top-p"),
    help=lambda at: _("Keeps the best tokens that together hold this share; 1 is off."),
)  # fmt: skip
MIN_P = Number(
    "min_p", 0.0, 1.0, step=0.01, default=0.0, slide=True,
    title=lambda: _("min-p"),
    help=lambda at: _(
        "Keeps tokens with this share of the best one's probability or more; 0 is off."
    ),
)  # fmt: skip
#: The knobs, in the order in which they act.
KNOBS = (PENALTY, TEMPERATURE, TOP_K, TOP_P, MIN_P)


def _seed(at: Values) -> int:
    """The one with which the embedded model continues this prompt best, where it was tried."""
    return shining().seeds.get(at.now.text, 1) if at.now.is_storyteller else 1


class _Seed(Follows[int], Number[int]):
    """The best seed of the prompt until somebody chooses one."""


SEED = _Seed(
    "seed", 0, 999_999, step=1, default=_seed,
    title=lambda: _("Seed"),
    help=lambda at: _("Where the random numbers begin. The same seed gives the same text again."),
)  # fmt: skip
VIEW = Choice(
    "stages_view",
    lambda at: {
        "leading": _("Leading tokens"),
        "all": _("All {n} tokens").format(n=count(at.now.engine.shape.n_vocab)),
    },
    title=lambda: _("View"),
)

LENGTH = Number(
    "length", 1, lambda at: cache.settings().max_new_tokens, step=1, slide=True,
    default=lambda at: min(40, cache.settings().max_new_tokens),
    title=lambda: _("Length in tokens"),
)  # fmt: skip
STOP_AT = Text(
    "stop_at", longest=100,
    title=lambda: _("Stop at this text"),
    placeholder=lambda: _("for example: The end"),
)  # fmt: skip

BEAMS = Number("beams", 1, 6, step=1, default=4, slide=True, title=lambda: _("Beams"))
COMPARE_LENGTH = Number(
    "compare_length", 2, 20, step=1, default=12, slide=True, title=lambda: _("Tokens")
)


def settings_of(at: Values) -> SamplingSettings:
    """The knobs as they stand; every panel chooses under the same ones."""
    return SamplingSettings(
        repetition_penalty=at[PENALTY],
        temperature=at[TEMPERATURE],
        top_k=at[TOP_K],
        top_p=at[TOP_P],
        min_p=at[MIN_P],
    )
