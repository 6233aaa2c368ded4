"""How did we get here: six steps."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.language import _
from pages.kit.current import Current
from pages.kit.panel import Shown, panel
from pages.kit.params import Values


@dataclass(frozen=True)
class Milestone:
    year: int
    name: str
    text: str


def milestones() -> list[Milestone]:
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


@panel("overview/history", title=lambda at: _("How did we get here?"))
def history(now: Current, at: Values) -> Shown:
    return Shown(_cards)


def _cards() -> None:
    steps = milestones()
    for start in range(0, len(steps), 3):
        for column, step in zip(st.columns(3), steps[start : start + 3], strict=False):
            with column.container(border=True, height="stretch", key=f"year_{step.year}"):
                st.markdown(f"**{step.year} · {step.name}**")
                st.markdown(step.text)
