"""A text that goes on by itself, token by token, until something ends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial

import streamlit as st

from core.engine import continuations
from core.engine.jobs import Job
from core.language import _
from core.model.history import history
from core.numbers import Number, count, percent
from core.recipes import Recipe
from core.sampling.choice import Choice, text_of, total_bits
from core.sampling.repetition import repetition
from core.sampling.settings import SamplingSettings
from core.tokens.encoding import Token
from pages.kit import jobs
from pages.kit import words as nouns
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.sampling import first_words, words
from pages.panels.sampling.params import LENGTH, SEED, STOP_AT, settings_of
from pages.panels.sampling.parts import (
    end_of_prompt,
    files_of,
    growing_strip,
    read_text,
    take_over,
    work_row,
)


@dataclass(frozen=True, eq=False)
class _Asked:
    """What a run was started with: it stays as it was written when prompt or model change."""

    ids: tuple[int, ...]
    text: str
    before: list[Token]
    settings: SamplingSettings
    seed: int
    length: int
    stop_at: str
    model: str
    source: str
    n_ctx: int
    end_of_text: int | None


@panel(
    "sampling/run",
    title=lambda at: _("And if it goes on by itself?"),
    reads=(LENGTH, STOP_AT),
    job="run",
)
def run(now: Current, at: Values) -> Shown | None:
    work_row("run", _("Write on"), _begin, now, at, LENGTH, STOP_AT)
    work = jobs.kept("run")
    if work is None:
        # No values: the sliders move without this panel being drawn again.
        return Shown(caption=first_words.run(now, at[LENGTH]))
    if now.is_storyteller:
        st.caption(words.expect(history()))
    job, asked = work["job"], work["asked"]
    written: tuple[Choice, ...] = job.watch()
    if asked.ids != now.ids or asked.model != now.engine.key:
        st.caption(_("Written for another prompt or by another model:"))
    growing_strip(
        asked.before,
        written,
        key="run_strip",
        cut=len(asked.before) < len(asked.ids),
        hint=_("A stronger colour means more probable. Point at a token for its alternatives."),
    )
    if jobs.failed(job):
        return None
    st.caption(_caption(job, asked, written))
    if not job.done or not written:
        return None
    return Shown(partial(_to_take_away, asked, written), recipe=_box(now, asked, written))


def _begin(now: Current) -> None:
    at, engine = Values(now), now.engine
    asked = _Asked(
        now.ids, read_text(now), end_of_prompt(now), settings_of(at), at[SEED], at[LENGTH],
        at[STOP_AT], engine.key, now.source, engine.shape.n_ctx, engine.tokenizer.eos_token_id,
    )  # fmt: skip
    write = partial(
        continuations.write,
        engine,
        now.ids,
        asked.settings,
        seed=asked.seed,
        max_new_tokens=asked.length,
        stop_at=asked.stop_at,
    )
    jobs.start("run", write, asked=asked)


def _caption(job: Job, asked: _Asked, written: Sequence[Choice]) -> str:
    """How far it has come; once it is done, why it ended."""
    rate = (
        _("{x:.1f} tokens per second").format(x=Number(job.rate)) if job.rate else _("first token")
    )
    n = nouns.tokens(len(written))
    if not job.done:
        return _("Writing: {n}, {rate}.").format(n=n, rate=rate)
    return _(
        "{n} with seed {seed}, {settings}; {rate}. Ended because {reason}. In all"
        " {bits:.1f} bits of surprise; {repetition} of its runs of three tokens had come before."
    ).format(
        n=n,
        seed=asked.seed,
        settings=words.settings_line(asked.settings),
        rate=rate,
        reason=_reason(job, asked, written),
        bits=Number(total_bits(written)),
        repetition=percent(repetition(tuple(c.token_id for c in written))),
    )


def _reason(job: Job, asked: _Asked, written: Sequence[Choice]) -> str:
    why = continuations.why_ended(
        len(asked.ids),
        written,
        n_ctx=asked.n_ctx,
        end_of_text=asked.end_of_text,
        max_new_tokens=asked.length,
        stop_at=asked.stop_at,
        stopped=job.stopped,
    )
    reason = {
        "stop text": _("it wrote the text to stop at"),
        "end of text": _("the model wrote its end-of-text token"),
        "length": _("the length is reached"),
        "context": _("the context of {n} tokens is full; the model has no later positions"),
        "stopped": _("you stopped it, or left its page"),
    }[why].format(n=count(asked.n_ctx))
    if asked.stop_at and why != "stop text":
        reason += "; " + _("the text to stop at never came")
    return reason


def _to_take_away(asked: _Asked, written: Sequence[Choice]) -> None:
    left, right = st.columns(2)
    with left:
        take_over(asked.text + text_of(written), "take_run")
    with right:
        files_of(
            written, "continuation", model=asked.model, prompt=asked.text, seed=asked.seed
        ).draw()


def _box(now: Current, asked: _Asked, written: Sequence[Choice]) -> Recipe:
    values = asdict(asked.settings)
    program = "sampling/run"
    if asked.settings.greedy:
        program = "sampling/run_greedy"
        values = {"repetition_penalty": asked.settings.repetition_penalty}
    else:
        values["seed"] = asked.seed
    return box(
        now, program, "sampling-run", shown=[c.token_id for c in written], tolerance=0.0,
        source=asked.source, token_ids=asked.ids, n_tokens=len(written), **values,
    )  # fmt: skip
