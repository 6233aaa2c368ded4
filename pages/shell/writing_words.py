"""Sentences about what the model wrote onto the prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import _
from core.numbers import bare, count
from pages.kit import words as nouns

if TYPE_CHECKING:
    from core.sampling.settings import SamplingSettings


def written(
    n: int, settings: SamplingSettings, seed: int, *, full_at: int | None, ended: bool,
    left_over: int, again: bool,
) -> str:  # fmt: skip
    """What was written and how.

    Parameters
    ----------
    n : tokens that came
    full_at : the context's length if it is full now
    ended : whether the last of them ends the text
    left_over : bytes of a character that did not become whole
    again : whether the text is cut into the same tokens when it is read
    """
    parts = [
        _("{n} written with {settings}, seed {seed}.").format(
            n=nouns.tokens(n), settings=of(settings), seed=count(seed)
        )
    ]
    if ended:
        parts.append(end_of_text())
    elif full_at is not None:
        parts.append(full(full_at))
    if left_over:
        parts.append(_("The beginning of a character was left out."))
    elif not again:
        parts.append(cut_anew())
    return " ".join(parts)


def of(settings: SamplingSettings) -> str:
    """The knobs in a few words."""
    if settings.greedy:
        return _("the most likely token each time")
    return _("temperature {temperature}, top-k {top_k}, top-p {top_p}").format(
        temperature=bare(settings.temperature), top_k=settings.top_k, top_p=bare(settings.top_p)
    )


def full(n_ctx: int) -> str:
    return _("The context is full: this model reads {n} tokens and no more.").format(n=count(n_ctx))


def end_of_text() -> str:
    return _("The model ends the text here: its end-of-text token is no text.")


def no_text(label: str) -> str:
    return _("{token} is a part of a character: alone it is no text.").format(token=label)


def cut_anew() -> str:
    return _("Read as a text, its end is cut into other tokens than it was written in.")
