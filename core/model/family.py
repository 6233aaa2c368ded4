"""GPT-2 beside its relatives: sizes as their makers published them."""

from __future__ import annotations

from dataclasses import dataclass

from core.language import _

#: Parameters of GPT-3, Brown et al. (2020), table 2.1.
GPT3 = 175e9


@dataclass(frozen=True)
class Relative:
    """A model to compare with; None where the makers published nothing."""

    name: str
    year: int
    n_params: float | None
    n_layer: int | None
    n_head: int | None
    n_embd: int | None
    n_ctx: int | None
    source: str
    rumour: bool = False


def family() -> list[Relative]:
    """GPT-2's four sizes, GPT-3, and what is only rumoured of GPT-4."""
    gpt2 = "Radford et al. (2019)"
    return [
        Relative("GPT-2", 2019, 124_439_808, 12, 12, 768, 1024, gpt2),
        Relative("GPT-2 Medium", 2019, 354_823_168, 24, 16, 1024, 1024, gpt2),
        Relative("GPT-2 Large", 2019, 774_030_080, 36, 20, 1280, 1024, gpt2),
        Relative("GPT-2 XL", 2019, 1_557_611_200, 48, 25, 1600, 1024, gpt2),
        Relative("GPT-3", 2020, GPT3, 96, 96, 12_288, 2048, "Brown et al. (2020)"),
        Relative(
            "GPT-4",
            2023,
            1.8e12,
            None,
            None,
            None,
            None,
            _("rumour, press of 2023"),
            rumour=True,
        ),
    ]


def times_smaller_than_gpt3(n_params: int) -> float:
    """How many times a model of `n_params` parameters would fit into GPT-3."""
    return GPT3 / n_params
