"""Parts that several panels of the sampling page are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from core.language import _
from core.numbers import count, percents
from core.sampling import records
from core.sampling.choice import Choice, text_of
from core.tokens.encoding import Token
from core.tokens.label import labels
from pages.components.stage_table import Cell
from pages.components.token_strip import token_strip
from pages.kit import jobs
from pages.kit.current import Current
from pages.kit.exports import Files
from pages.kit.params import Param, Values
from pages.panels.sampling import words
from pages.shell.prompt import set_prompt

#: So many tokens of the prompt stand before a text that grows.
_N_PROMPT = 8


def read_text(now: Current) -> str:
    """The text that the model has read: the prompt, or what fits of it."""
    if not now.was_cut:
        return now.text
    return b"".join(t.data for t in now.tokens).decode("utf-8", "replace")


def end_of_prompt(now: Current) -> list[Token]:
    """The prompt's last tokens, numbered anew."""
    kept = now.tokens[-_N_PROMPT:]
    return [Token(t.id, t.data, i, i, t.shown) for i, t in enumerate(kept)]


def growing_strip(
    before: Sequence[Token], choices: Sequence[Choice], *, key: str, cut: bool, **options
) -> None:
    """The end of a prompt and the choices after it, the likely ones in a stronger colour.

    Parameters
    ----------
    before : the prompt's last tokens
    cut : whether the prompt has tokens before those
    options : of the strip
    """
    n = len(before)
    shown = labels([token.data for token in before] + [c.data for c in choices])[n:]
    new = [
        Token(c.token_id, c.data, n + i, n + i, text)
        for i, (c, text) in enumerate(zip(choices, shown, strict=True))
    ]
    token_strip(
        [*before, *new],
        key=key,
        values=[0.0] * n + [c.probability for c in choices],
        notes=[_("from the prompt")] * n + [words.choice_line(c) for c in choices],
        cut=cut,
        **options,
    )


def probability_cells(probs: Sequence[float], largest: float, kept: Sequence[bool]) -> list[Cell]:
    """A column of probabilities as numbers and bars; `largest` fills a cell."""
    texts = percents([p if stays else 0.0 for p, stays in zip(probs, kept, strict=True)])
    return [
        Cell(text if stays else _("cut"), p / largest, not stays)
        for p, text, stays in zip(probs, texts, kept, strict=True)
    ]


def say_full(now: Current) -> None:
    """The text cannot go on."""
    st.info(
        _(
            "The context is full: this model has positions for {n} tokens and none after."
            " The text ends here; a shorter prompt leaves room to go on."
        ).format(n=count(now.engine.shape.n_ctx)),
        icon=":material/block:",
    )


def take_over(text: str, key: str) -> None:
    """A button that makes a text the prompt of all pages."""
    st.button(
        _("Use as prompt"),
        key=key,
        icon=":material/input:",
        on_click=set_prompt,
        args=(text,),
        help=_("Every page then looks into this text."),
        width="stretch",
    )


def files_of(choices: Sequence[Choice], name: str, *, model: str, prompt: str, seed: int) -> Files:
    """The steps as CSV and JSON, and the text, as `model` wrote it after `prompt`."""
    about = {"model": model, "prompt": prompt, "seed": seed}
    files: dict[str, tuple[str, Callable[[], str]]] = {
        f"{name}.csv": (_("Steps as CSV"), partial(records.as_csv, choices)),
        f"{name}.json": (_("Steps as JSON"), partial(records.as_json, choices, **about)),
        f"{name}.txt": (_("Text"), lambda: prompt + text_of(choices)),
    }
    return Files(name, files)


def work_row(
    job: str, title: str, begin: Callable[[Current], None], now: Current, at: Values, *params: Param
) -> None:
    """The buttons that start and stop a panel's work, and what it depends on."""
    row = st.columns([1.6, 1.6, 1.9], vertical_alignment="bottom")
    with row[0]:
        jobs.start_and_stop(job, title, begin, now)
    for column, param in zip(row[1:], params, strict=True):
        with column:
            param.draw(at)
