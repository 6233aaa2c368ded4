"""Greedy, samples and beam search side by side, and the tree of the beams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import streamlit as st

from core.charts.sampling.compare import surprise_bars
from core.charts.sampling.compare_beams import beam_tree
from core.engine.comparison import Comparison, Continuation, measure, side_by_side
from core.language import _, ngettext
from core.numbers import Number, bits, percent
from core.sampling.beam_tree import tree_table
from core.sampling.beams import BeamState, Hypothesis
from core.sampling.settings import SamplingSettings
from core.tokens.encoding import decode
from pages.kit import jobs
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import below, chart, markdown
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.sampling import first_words, words
from pages.panels.sampling.drafts import story_key
from pages.panels.sampling.params import BEAMS, COMPARE_LENGTH, SEED, settings_of
from pages.panels.sampling.parts import work_row

_N_SAMPLES = 3


@dataclass(frozen=True)
class _Asked:
    """What a comparison was started with."""

    settings: SamplingSettings
    seed: int
    n_beams: int


@panel(
    "sampling/compare",
    title=lambda at: _("Is the best text the most probable one?"),
    reads=(BEAMS, COMPARE_LENGTH),
    job="compare",
    depth="deeper",
)
def compare(now: Current, at: Values) -> Iterator[Shown]:
    work_row("compare", _("Compare"), _begin, now, at, BEAMS, COMPARE_LENGTH)
    work = jobs.kept("compare")
    if work is None or work["key"] != story_key(now):
        yield Shown(caption=first_words.compare(now, _N_SAMPLES))
        return
    job = work["job"]
    states: tuple[Comparison, ...] = job.watch()
    if jobs.failed(job):
        return
    if not job.done:
        st.progress(states[-1].share if states else 0.0, text=_("Writing all of them …"))
    elif not states or states[-1].share < 1:
        st.caption(_("Stopped before there was anything to compare."))
    else:
        yield _texts(now, work["asked"], states[-1])
        yield _beams(now, work["asked"], states[-1].search)


def _begin(now: Current) -> None:
    at = Values(now)
    asked = _Asked(settings_of(at), at[SEED], at[BEAMS])
    work = partial(
        side_by_side,
        now.engine,
        now.ids,
        asked.settings,
        seeds=range(asked.seed, asked.seed + _N_SAMPLES),
        n_beams=asked.n_beams,
        max_new_tokens=at[COMPARE_LENGTH],
    )
    jobs.start("compare", work, key=story_key(now), asked=asked)


def _texts(now: Current, asked: _Asked, comparison: Comparison) -> Shown:
    """Each text with its numbers, and their surprise as bars."""
    ways, variety = measure(now.engine, now.ids, comparison)
    names, surprises = _names(asked), [way.bits for way in ways]
    bars = chart(
        surprise_bars(names, surprises),
        key="totals",
        alt=_("Surprise of each text to the model, in bits per token; the lower, the likelier."),
    )
    texts = [partial(_text, name, way) for name, way in zip(names, ways, strict=True)]
    return Shown(
        below(*texts, bars),
        f"{words.likeliest(names, surprises)} {words.variety(asked.settings, variety)}",
        recipe=box(
            now, "sampling/compare", "sampling-methods", shown=surprises,
            token_ids=now.ids, continuations=[way.token_ids for way in ways],
        ),
    )  # fmt: skip


def _names(asked: _Asked) -> list[str]:
    """The ways to choose, in the order of a comparison."""
    seeds = range(asked.seed, asked.seed + _N_SAMPLES)
    return [
        _("Greedy"),
        *(_("Sample, seed {seed}").format(seed=seed) for seed in seeds),
        _("Beam search, {n} beams").format(n=asked.n_beams),
    ]


def _text(name: str, way: Continuation) -> None:
    left, right = st.columns([1, 3])
    left.markdown(f"**{name}**")
    with right:
        st.text("… " + way.text.replace("\n", " ⏎ "))
        st.caption(
            _(
                "surprise {total} in all, {each} per token · {repeated} of its token pairs came"
                " before"
            ).format(
                total=bits(way.bits * len(way.token_ids), 1),
                each=bits(way.bits),
                repeated=percent(way.repetition),
            )
        )


def _beams(now: Current, asked: _Asked, search: BeamState) -> Shown:
    """The tree, and how the best texts ended."""
    table = tree_table(search)
    tree = chart(
        beam_tree([now.label(token_id) for token_id in table["token_id"]], table),
        key="beam_tree",
        alt=_("Every beam that was kept, step by step; dropped branches are dashed."),
    )
    return Shown(
        below(markdown(_("**The tree of beams**")), tree),
        _beams_caption(len(table["step"]), search.finished),
        recipe=box(
            now, "sampling/compare_beams", "sampling-beams",
            shown=[[_decoded(now, h), [h.score]] for h in search.finished],
            token_ids=now.ids, n_beams=asked.n_beams, n_texts=len(search.finished),
            n_tokens=search.max_new_tokens, repetition_penalty=search.repetition_penalty,
        ),
    )  # fmt: skip


def _decoded(now: Current, hypothesis: Hypothesis) -> str:
    """A text without the token that ended it."""
    end_of_text = now.engine.tokenizer.eos_token_id
    return decode(now.engine.tokenizer, [i for i in hypothesis.token_ids if i != end_of_text])


def _beams_caption(n_kept: int, finished: tuple[Hypothesis, ...]) -> str:
    text = _(
        "Kept on the way: {kept}; finished: {n}. A text's score is the mean logarithm of its"
        " tokens' probabilities, the nearer to 0 the better: the best has {score:.3f}"
    )
    text = text.format(
        kept=ngettext("{n} beam", "{n} beams", n_kept).format(n=n_kept),
        n=ngettext("{n} text", "{n} texts", len(finished)).format(n=len(finished)),
        score=Number(finished[0].score),
    )
    if len(finished) == 1:
        return text + "."
    return text + _(", the next {second:.3f}.").format(second=Number(finished[1].score))
