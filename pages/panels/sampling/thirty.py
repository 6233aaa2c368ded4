"""Thirty draws from one prompt: which tokens and words they begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial

import streamlit as st

from core.charts.sampling.thirty import first_token_bars
from core.charts.sampling.thirty_openings import opening_tree
from core.engine import continuations
from core.engine.continuations import Draw
from core.language import _, ngettext
from core.numbers import Number
from core.recipes import Recipe
from core.sampling.draw import one_hot
from core.sampling.openings import FirstToken, Opening, first_tokens, openings
from core.sampling.settings import SamplingSettings
from core.sampling.stages import final_stage
from pages.kit import jobs
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import Drawn, below, chart, markdown, side_by_side
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.sampling import first_words, words
from pages.panels.sampling.drafts import story_key
from pages.panels.sampling.params import SEED, settings_of

_N_DRAWS, _LENGTH = 30, 8


@dataclass(frozen=True)
class _Asked:
    """What the draws were started with."""

    settings: SamplingSettings
    seeds: range


@panel(
    "sampling/thirty",
    title=lambda at: _("What does chance do, thirty times?"),
    job="thirty",
    depth="deeper",
)
def thirty(now: Current, at: Values) -> Shown | None:
    left, right = st.columns([2, 3], vertical_alignment="center")
    with left:
        jobs.start_and_stop("thirty", _("Draw thirty"), _begin, now)
    work = jobs.kept("thirty")
    if work is None or work["key"] != story_key(now):
        right.caption(first_words.thirty(now, _N_DRAWS, _LENGTH))
        return None
    job, asked = work["job"], work["asked"]
    right.caption(_with_what(asked))
    steps: tuple[tuple[Draw, ...], ...] = job.watch()
    if jobs.failed(job):
        return None
    if not job.done:
        st.progress(len(steps) / _LENGTH, text=_("Drawing …"))
    return _drawn(now, asked, steps[-1], finished=job.done) if steps else None


def _begin(now: Current) -> None:
    at = Values(now)
    asked = _Asked(settings_of(at), range(at[SEED], at[SEED] + _N_DRAWS))
    work = partial(
        continuations.many,
        now.engine,
        now.ids,
        asked.settings,
        seeds=asked.seeds,
        max_new_tokens=_LENGTH,
    )
    jobs.start("thirty", work, key=story_key(now), asked=asked)


def _with_what(asked: _Asked) -> str:
    return _("Seeds {first} to {last}, {settings}.").format(
        first=asked.seeds[0],
        last=asked.seeds[-1],
        settings=words.settings_line(asked.settings),
    )


def _drawn(now: Current, asked: _Asked, draws: Sequence[Draw], *, finished: bool) -> Shown:
    final = final_stage(now.trace().logits, asked.settings, now.ids)
    probs = one_hot(final.logits) if asked.settings.greedy else final.probs
    first = first_tokens([draw.token_ids[0] for draw in draws], probs)
    tree = openings([draw.text for draw in draws], depth=3)
    left = below(markdown(_("**The first token**")), _first_tokens(now, first))
    right = below(markdown(_("**The first words**")), _openings(tree))
    both = side_by_side(left, right, widths=[2, 3], gap="medium")
    caption = _caption(now, first[0], tree, draws)
    if not finished:
        return Shown(both, caption)
    figure = below(both, partial(st.caption, caption), partial(_all_texts, draws))
    return Shown(figure, recipe=_box(now, asked, first))


def _first_tokens(now: Current, first: Sequence[FirstToken]) -> Drawn:
    return chart(
        first_token_bars(
            [now.label(token.token_id) for token in first],
            [token.count for token in first],
            [token.expected for token in first],
        ),
        key="first_tokens",
        alt=_("How often each first token was drawn, and how often on average it should be."),
    )


def _openings(tree: Sequence[Opening]) -> Drawn:
    return chart(
        opening_tree(
            [opening.word or _("(end)") for opening in tree],
            [opening.depth for opening in tree],
            [opening.start for opening in tree],
            [opening.count for opening in tree],
        ),
        key="opening_tree",
        alt=_("The openings as a tree: first words, then what followed each of them."),
    )


def _caption(now: Current, most: FirstToken, tree: Sequence[Opening], draws: Sequence[Draw]) -> str:
    n_words = len({opening.word for opening in tree if opening.depth == 0})
    n_texts = len({draw.token_ids for draw in draws})
    return _(
        "“{token}” came first {times} where {expected:.1f} are expected. Among {n} draws there"
        " {words} and {texts}."
    ).format(
        token=now.label(most.token_id).replace("`", "'"),
        times=ngettext("{n} time", "{n} times", most.count).format(n=most.count),
        expected=Number(most.expected),
        words=ngettext(
            "is {n} different first word", "are {n} different first words", n_words
        ).format(n=n_words),
        texts=ngettext("{n} different text", "{n} different texts", n_texts).format(n=n_texts),
        n=len(draws),
    )


def _all_texts(draws: Sequence[Draw]) -> None:
    with st.expander(_("All texts"), icon=":material/list:"):
        st.dataframe(
            {
                _("seed"): [draw.seed for draw in draws],
                _("text"): [draw.text.replace("\n", " ⏎ ") for draw in draws],
            },
            hide_index=True,
            key="thirty_texts",
        )


def _box(now: Current, asked: _Asked, first: Sequence[FirstToken]) -> Recipe:
    return box(
        now, "sampling/thirty", "sampling-thirty",
        shown=[[token.count, token.expected] for token in first],
        first_seed=asked.seeds[0], n_draws=len(asked.seeds),
        first_tokens=[token.token_id for token in first], **asdict(asked.settings),
    )  # fmt: skip
