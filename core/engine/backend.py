"""What pages ask of a model that runs somewhere: the verbs of an engine.

`core.engine.engine.Engine` answers them in this process, `core.cluster.remote.Remote` from a
machine of a cluster. Whoever asks does not know which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:  # torch takes seconds to import; whoever names this type does not wait for it
    from transformers import GPT2TokenizerFast

    from core.engine.records import Status
    from core.model.loaded import Placement
    from core.model.shape import Shape
    from core.sampling.generation import Step
    from core.sampling.settings import SamplingSettings
    from core.views.attention import LayerAttention
    from core.views.logit_lens import LogitLens
    from core.views.trace import Trace

T = TypeVar("T")
#: A text, or the ids of its tokens.
Text = str | tuple[int, ...] | list[int]


class Described(Protocol):
    """What is known of a checkpoint without its weights; see `core.model.loaded.LoadedModel`."""

    @property
    def source(self) -> str: ...
    @property
    def placement(self) -> tuple[Placement, ...]: ...
    @property
    def n_bytes(self) -> int: ...


class Backend(Protocol):
    """A model that answers. Each verb is told in `core.engine.engine.Engine`."""

    @property
    def key(self) -> str: ...
    @property
    def shape(self) -> Shape: ...
    @property
    def tokenizer(self) -> GPT2TokenizerFast: ...
    @property
    def loaded(self) -> Described: ...
    @property
    def busy(self) -> bool: ...

    def ids(self, text_or_ids: Text) -> tuple[int, ...]: ...
    def trace(self, text_or_ids: Text) -> Trace: ...
    def attention(self, trace: Trace, layer: int) -> LayerAttention: ...
    def logit_lens(
        self,
        trace: Trace,
        start: int = 0,
        stop: int | None = None,
        top: int = 10,
        watched: tuple[int, ...] = (),
    ) -> LogitLens: ...
    def view(self, function: Callable[..., T], *args: Any) -> T: ...
    def views(self, function: Callable[..., T], asked: Sequence[tuple]) -> tuple[T, ...]: ...
    def call(self, function: Callable[..., T], *args: Any) -> T: ...
    def generate(
        self,
        text_or_ids: Text,
        settings: SamplingSettings,
        *,
        seed: int = 0,
        max_new_tokens: int = 40,
        stop_at_end_of_text: bool = True,
    ) -> Iterator[Step]: ...
    def generate_many(
        self,
        text_or_ids: Text,
        settings: SamplingSettings,
        *,
        seeds: Sequence[int],
        max_new_tokens: int = 40,
        stop_at_end_of_text: bool = True,
    ) -> list[Iterator[Step]]: ...
    def status(self) -> Status: ...
    def close(self) -> None: ...
