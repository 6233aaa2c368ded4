"""What a panel says before anything was written: what is to be expected, in numbers."""

from __future__ import annotations

from core.language import _
from core.numbers import count, decimal, percent
from core.sampling.explain import favourite
from pages.kit import words as nouns
from pages.kit.current import Current


def _favourite(now: Current) -> tuple[str, float, float]:
    """The model's first choice, its probability, and the entropy of all, before any slider."""
    seen = favourite(now.trace().logits)
    return nouns.plain(now.label(seen.token_id)), seen.probability, seen.entropy


def run(now: Current, length: int) -> str:
    token, share, entropy = _favourite(now)
    return _(
        "The first choice is open: “{token}” leads with {share}, and the model is {unsure}."
        " A text of {n} tokens is {n} such choices, one after the other, with the seed and the"
        " sliders below as they stand when you start."
    ).format(token=token, share=percent(share), unsure=nouns.unsure(entropy), n=count(length))


def compare(now: Current, n_samples: int) -> str:
    token, share, _entropy = _favourite(now)
    return _(
        "Greedy, {n} samples (from the seed above on) and beam search. The model's favourite to"
        " begin with is “{token}”; by its own probabilities {rest} of all samples begin otherwise."
    ).format(n=n_samples, token=token, rest=percent(1 - share))


def thirty(now: Current, n_draws: int, length: int) -> str:
    token, share, _entropy = _favourite(now)
    return _(
        "{n} continuations of {k} tokens in one batch, with the sliders above as they stand when"
        " you start. By the model's own probabilities about {expected} of them begin with"
        " “{token}”."
    ).format(n=n_draws, k=length, expected=decimal(n_draws * share, 1), token=token)
