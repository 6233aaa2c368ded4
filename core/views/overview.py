"""The whole journey of a prompt in a few numbers, and GPT-2 beside its relatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from core.language import _
from core.views.attention import layer_pattern
from core.views.trace import Trace

if TYPE_CHECKING:
    from core.model.load import LoadedModel


@dataclass(frozen=True, eq=False)
class Journey:
    """One number or two per stage, all of the last token's.

    Attributes
    ----------
    input_norm : Euclidean length of the vector that enters block 0 (`wte` + `wpe`)
    output_norm : length of the residual stream that leaves the last block
    layer, head : where the last token looks hardest at one earlier token
        other than the first (the first collects left-over weight; see Attention)
    looks_at : index of that earlier token; None for prompts under three tokens
    weight : how much of that head's attention it gets, in [0, 1]
    next_ids : shape (top,), the most probable next tokens, best first
    next_probs : shape (top,), their probabilities over the whole vocabulary
    """

    input_norm: float
    output_norm: float
    layer: int
    head: int
    looks_at: int | None
    weight: float
    next_ids: tuple[int, ...]
    next_probs: tuple[float, ...]


def next_tokens(logits: np.ndarray, top: int) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The most probable next tokens.

    Parameters
    ----------
    logits : shape (n_vocab,)
    top : how many

    Returns
    -------
    ids, probs
        Softmax over the whole vocabulary, best first.
    """
    best = torch.from_numpy(logits.copy()).softmax(-1).topk(top)
    return tuple(best.indices.tolist()), tuple(best.values.tolist())


def journey(loaded: LoadedModel, trace: Trace, top: int = 10) -> Journey:
    """The journey of a traced prompt; see `Journey`."""
    best = (0.0, 0, 0, None)
    last = trace.n_ctx - 1
    if last >= 2:
        for layer in range(trace.n_layer):
            row = layer_pattern(loaded, trace, layer)[:, last, 1:last]
            head, key = np.unravel_index(int(row.argmax()), row.shape)
            if row[head, key] > best[0]:
                best = (float(row[head, key]), layer, int(head), int(key) + 1)
    ids, probs = next_tokens(trace.logits, top)
    norms = np.linalg.norm(trace.resid[:, last], axis=-1)
    return Journey(
        input_norm=float(norms[0]),
        output_norm=float(norms[-1]),
        layer=best[1],
        head=best[2],
        looks_at=best[3],
        weight=best[0],
        next_ids=ids,
        next_probs=probs,
    )


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
        Relative("GPT-3", 2020, 175e9, 96, 96, 12_288, 2048, "Brown et al. (2020)"),
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


@dataclass(frozen=True)
class Milestone:
    year: int
    name: str
    text: str


def history() -> list[Milestone]:
    """The short history of the idea."""
    return [
        Milestone(
            1997,
            "LSTM",
            _(
                "Hochreiter and Schmidhuber build a recurrent network that remembers: it reads"
                " one word after another and carries a state along."
            ),
        ),
        Milestone(
            2014,
            _("Attention"),
            _(
                "Bahdanau, Cho and Bengio let a translator look back at every source word"
                " instead of squeezing a sentence into one vector."
            ),
        ),
        Milestone(
            2017,
            "Transformer",
            _(
                "Vaswani and colleagues drop the recurrence: attention alone, all positions at"
                " once, so that training can use whole GPUs."
            ),
        ),
        Milestone(
            2019,
            "GPT-2",
            _(
                "OpenAI publishes the weights of four sizes, up to 1.5 billion parameters: the"
                " last of its GPT models that anybody can open before 2025."
            ),
        ),
        Milestone(
            2020,
            "GPT-3",
            _(
                "The same architecture, a hundred times larger: 175 billion parameters,"
                " 96 layers, 2,048 tokens of context. It learns tasks from examples in the prompt."
            ),
        ),
        Milestone(
            2022,
            "ChatGPT",
            _("A GPT trained on with human feedback, in a chat window: the idea reaches everyone."),
        ),
    ]
