"""What an app server knows of a model that it does not hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.model.catalogue import STORYTELLER

if TYPE_CHECKING:
    from transformers import GPT2TokenizerFast

    from core.engine.engine import Engine
    from core.model.loaded import Placement
    from core.model.shape import Shape


@dataclass(frozen=True, eq=False)
class Card:
    """A checkpoint without its weights; the names are those of `core.model.loaded.LoadedModel`.

    Attributes
    ----------
    code : the version of the code that runs there
    most : longest continuation that is made there; None for no limit but the context
    """

    code: str
    key: str
    source: str
    tokenizer: GPT2TokenizerFast
    shape: Shape
    placement: tuple[Placement, ...]
    n_bytes: int
    most: int | None

    def here(self) -> Card:
        """The same; the model that ships with the app lies in a folder of this machine, too."""
        return replace(self, source=str(STORYTELLER)) if self.key == "storyteller" else self


def card_of(engine: Engine, code: str, most: int | None) -> Card:
    """What is told of an engine's model."""
    loaded = engine.loaded
    return Card(
        code, loaded.key, loaded.source, loaded.tokenizer, loaded.shape, loaded.placement,
        loaded.n_bytes, most,
    )  # fmt: skip
