"""How surprised the model is by a text of any length."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core import cache
from core.charts.sampling.surprise import surprisal_line
from core.engine.scoring import score
from core.language import _
from core.numbers import Number, count, decimal, listed, percent
from core.recipes import Recipe
from core.sampling.surprise import (
    Scores,
    Total,
    hits,
    join,
    most_surprising,
    shades,
    total,
    windows,
)
from core.tokens.encoding import Token, encode
from pages.components.token_strip import token_strip
from pages.kit import jobs
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import Drawn, below, chart, metrics, text
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.kit.prose import term
from pages.shell import locked

_TOKENS_AT_ONCE = 240


@panel(
    "sampling/surprise",
    title=lambda at: _("How surprised is the model by a text?"),
    job="score",
    depth="deeper",
)
def surprise(now: Current, at: Values) -> Shown | None:
    typed = "" if locked.prompt_is_locked() else _field()
    read = typed if typed.strip() else now.text
    tokens = encode(now.engine.tokenizer, read, cache.settings().max_characters)
    if len(tokens) < 2:
        st.info(_("One token has nothing before it that it could be expected from. Add a word."))
        return None
    scores = _scores(now, tuple(t.id for t in tokens))
    return None if scores is None else _scored(now, read, tokens, scores)


def _field() -> str:
    return st.text_area(
        _("Text to score"), key="score_text", height=110,
        placeholder=_("Paste any text. While this is empty, the prompt is scored."),
    )  # fmt: skip


def _scores(now: Current, ids: tuple[int, ...]) -> Scores | None:
    """The scores; a text of many windows is read in the background, with progress."""
    n_windows = len(windows(len(ids), now.engine.shape.n_ctx))
    if n_windows == 1:
        jobs.stop("score")
        return join(list(score(now.engine, ids)))
    work = jobs.kept("score")
    if work is None or work["key"] != (now.engine.key, ids):
        read = partial(score, now.engine, ids)
        jobs.start_by_itself("score", read, key=(now.engine.key, ids))
        return None
    job = work["job"]
    parts: tuple[Scores, ...] = job.watch()
    st.caption(_in_windows(len(ids), n_windows, now.engine.shape.n_ctx))
    if jobs.failed(job):
        return None
    if not job.done:
        _progress(len(parts), n_windows)
        return None
    if len(parts) < n_windows:
        stopped = _("Stopped: the numbers below are of the first {n} windows.")
        st.caption(stopped.format(n=len(parts)))
    return join(list(parts)) if parts else None


def _in_windows(n_tokens: int, n_windows: int, n_ctx: int) -> str:
    return _(
        "This text has {n} tokens and the model reads {limit} at once: it is scored in"
        " {windows} windows that overlap by half, so that every later token has at least"
        " {half} tokens before it."
    ).format(n=count(n_tokens), limit=count(n_ctx), windows=n_windows, half=count(n_ctx // 2))


def _progress(n_read: int, n_windows: int) -> None:
    left, right = st.columns([4, 1], vertical_alignment="center")
    words = _("Window {n} of {all}").format(n=n_read, all=n_windows)
    left.progress(n_read / n_windows, text=words)
    right.button(
        _("Stop"), key="stop_score", icon=":material/stop:", on_click=jobs.stop, args=("score",),
        width="stretch",
    )  # fmt: skip


def _scored(now: Current, read: str, tokens: Sequence[Token], scores: Scores) -> Shown:
    whole = total(scores, sum(len(t.data) for t in tokens[1 : len(scores.token_ids) + 1]))
    metrics(_numbers(whole))()
    first, last = _part_shown(len(tokens))
    strip = partial(
        token_strip,
        tokens[first:last],
        key="surprise_strip",
        values=shades(scores, first, last).tolist(),
        notes=[_note(now, scores, i - 1) for i in range(first, last)],
        hint=_("A stronger colour means more surprising. Point at a token for its numbers."),
    )
    complete = len(scores.token_ids) == len(tokens) - 1
    return Shown(
        below(strip, _line(tokens, scores, first, last), text(_most_surprising(now, scores))),
        _caption(whole.perplexity, now.engine.shape.n_vocab),
        recipe=_box(now, read, len(tokens[0].data), scores, whole) if complete else None,
    )


def _numbers(whole: Total) -> list[tuple[str, str]]:
    return [
        (_("Perplexity"), decimal(whole.perplexity, 1)),
        (_("Bits per byte"), decimal(whole.bits_per_byte, 3)),
        (_("Bits per token"), decimal(whole.bits_per_token)),
        (_("Tokens scored"), count(whole.n_tokens)),
    ]


def _part_shown(n_tokens: int) -> tuple[int, int]:
    """The tokens [first, last) that are drawn; a long text is leafed through."""
    if n_tokens <= _TOKENS_AT_ONCE:
        return 0, n_tokens
    n_parts = -(-n_tokens // _TOKENS_AT_ONCE)
    part = st.slider(
        _("Part of the text ({n} tokens each)").format(n=_TOKENS_AT_ONCE), 1, n_parts, 1,
        key=f"score_part_{n_parts}",
    )  # fmt: skip
    return (part - 1) * _TOKENS_AT_ONCE, min(n_tokens, part * _TOKENS_AT_ONCE)


def _line(tokens: Sequence[Token], scores: Scores, first: int, last: int) -> Drawn:
    """Surprise of the scored tokens among [first, last); the first token of a text has none."""
    a, b = max(1, first), min(last, len(scores.token_ids) + 1)
    return chart(
        surprisal_line(
            [t.label for t in tokens[a:b]],
            a,
            scores.surprisal[a - 1 : b - 1],
            scores.entropy[a - 1 : b - 1],
        ),
        key="surprise_chart",
        alt=_("Surprise of each token in bits as bars, and the entropy before it as a line."),
    )


def _most_surprising(now: Current, scores: Scores) -> str:
    tokens = listed(
        _("“{token}” {bits:.1f} bits").format(
            token=now.label(int(scores.token_ids[i])), bits=Number(scores.surprisal[i])
        )
        for i in most_surprising(scores)
    )
    return _(
        "Most surprising: {tokens}. In {share} of all places the model's favourite was right."
    ).format(tokens=tokens, share=percent(hits(scores)))


def _caption(perplexity: float, n_vocab: int) -> str:
    caption = _(
        "A {perplexity} of {p} means: as unsure as if it chose among that many equally likely"
        " tokens each time. The first token has nothing before it and is not scored."
    ).format(perplexity=term("perplexity", _("perplexity")), p=decimal(perplexity, 1))
    if perplexity <= n_vocab:
        return caption
    wrong = _(
        "That is more than the {n} that it knows: it was not unsure but wrong, and had"
        " counted on other tokens."
    )
    return f"{caption} {wrong.format(n=count(n_vocab))}"


def _note(now: Current, scores: Scores, i: int) -> str:
    """A token of the text in one line, by its place among the scored ones."""
    if not 0 <= i < len(scores.token_ids):
        return _("Nothing before it: not scored.")
    favourites = zip(scores.favourites[i], scores.favourite_probs[i], strict=True)
    return _(
        "“{token}” {p}, rank {rank} · surprise {bits:.2f} bits, entropy {entropy:.2f} bits ·"
        " expected instead: {favourites}"
    ).format(
        token=now.label(int(scores.token_ids[i])),
        p=percent(float(scores.probs[i])),
        rank=count(int(scores.ranks[i])),
        bits=Number(float(scores.surprisal[i])),
        entropy=Number(float(scores.entropy[i])),
        favourites=listed(f"“{now.label(int(t))}” {percent(float(p))}" for t, p in favourites),
    )


def _box(now: Current, read: str, n_bytes_first: int, scores: Scores, whole: Total) -> Recipe:
    return box(
        now, "sampling/surprise", "sampling-surprise",
        shown=[scores.surprisal, [whole.perplexity], [whole.bits_per_byte]],
        prompt=read, n_ctx=now.engine.shape.n_ctx, n_bytes_first=n_bytes_first,
    )  # fmt: skip
