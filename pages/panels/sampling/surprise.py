"""How surprised the model is by a text of any length."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.charts.sampling import charts
from core.engine import continuations
from core.engine.jobs import Job
from core.errors import LearnerError
from core.language import _
from core.numbers import percent
from core.recipes.sampling import boxes as recipes
from core.sampling import surprise as scoring
from core.tokens.encoding import Token, encode
from pages.components.token_strip import token_strip
from pages.kit.current import Current
from pages.kit.error import show_error
from pages.kit.old_panel import chart, panel
from pages.kit.prose import prose
from pages.kit.python_box import show_python
from pages.panels.sampling.common import (
    failed,
    start_job,
    stop_job,
)

SCORE, SCORED_AT_ONCE = "score", 240


def surprise_panel(now: Current) -> None:
    with panel(_("How surprised is the model by a text?"), prose("sampling", "surprise"),
               key="panel_surprise"):  # fmt: skip
        typed = st.text_area(
            _("Text to score"), key="score_text", height=110,
            placeholder=_("Paste any text. While this is empty, the prompt is scored."),
        )  # fmt: skip
        text = typed if typed.strip() else now.text
        try:
            tokens = encode(now.engine.tokenizer, text, cache.settings().max_characters)
        except LearnerError as error:
            show_error(error)
            return
        if len(tokens) < 2:
            st.info(
                _("One token has nothing before it that it could be expected from. Add a word.")
            )
            return
        ids = tuple(t.id for t in tokens)
        scores = score_now_or_later(now, ids)
        if scores is not None:
            show_scores(now, text, tokens, scores)


def score_now_or_later(now: Current, ids: tuple[int, ...]) -> scoring.Scores | None:
    """The scores; a text of many windows is read in the background, with progress."""
    n_windows = len(scoring.windows(len(ids), now.engine.shape.n_ctx))
    if n_windows == 1:
        stop_job(SCORE)
        return scoring.join(list(continuations.score(now.engine, ids)))
    kept = st.session_state.get(SCORE)
    if kept is None or kept["key"] != (now.engine.key, ids):
        start_job(SCORE, lambda: continuations.score(now.engine, ids), key=(now.engine.key, ids))
        st.rerun()  # from now on the panel looks again and again
    job: Job = kept["job"]
    parts = job.watch()
    st.caption(
        _(
            "This text has {n:,} tokens and the model reads {limit:,} at once: it is scored in"
            " {windows} windows that overlap by half, so that every later token has at least"
            " {half:,} tokens before it."
        ).format(
            n=len(ids),
            limit=now.engine.shape.n_ctx,
            windows=n_windows,
            half=now.engine.shape.n_ctx // 2,
        )
    )
    if failed(job):
        return None
    if not job.done:
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.progress(
            len(parts) / n_windows,
            text=_("Window {n} of {all}").format(n=len(parts), all=n_windows),
        )
        right.button(
            _("Stop"), key="stop_score", icon=":material/stop:", on_click=stop_job, args=(SCORE,),
            width="stretch",
        )  # fmt: skip
        return None
    if len(parts) < n_windows:
        st.caption(
            _("Stopped: the numbers below are of the first {n} windows.").format(n=len(parts))
        )
    return scoring.join(list(parts)) if parts else None


def show_scores(now: Current, text: str, tokens: tuple[Token, ...], scores: scoring.Scores) -> None:
    n_scored = len(scores.token_ids)
    whole = scoring.total(scores, sum(len(t.data) for t in tokens[1 : n_scored + 1]))
    numbers = st.columns(4)
    numbers[0].metric(_("Perplexity"), f"{whole.perplexity:,.1f}")
    numbers[1].metric(_("Bits per byte"), f"{whole.bits_per_byte:.3f}")
    numbers[2].metric(_("Bits per token"), f"{whole.bits_per_token:.2f}")
    numbers[3].metric(_("Tokens scored"), f"{whole.n_tokens:,}")
    first, last = part_shown(len(tokens))
    shown = tokens[first:last]
    surprisal = scores.surprisal
    token_strip(
        shown,
        key="surprise_strip",
        values=scoring.shades(scores, first, last).tolist(),
        notes=[surprise_note(now, scores, i) for i in range(first, last)],
        hint=_("A stronger colour means more surprising. Point at a token for its numbers."),
    )
    a, b = max(0, first - 1), min(last - 1, n_scored)
    chart(
        charts.surprisal_line(
            [t.label for t in tokens[a + 1 : b + 1]],
            range(a + 1, b + 1),
            surprisal[a:b],
            scores.entropy[a:b],
            (
                _("position"),
                _("bits"),
                _("surprise of the token"),
                _("entropy: surprise expected"),
                _("token"),
            ),
        ),
        key="surprise_chart",
        alt=_("Surprise of each token in bits as bars, and the entropy before it as a line."),
    )
    worst = scoring.most_surprising(scores)
    st.text(
        _(
            "Most surprising: {tokens}. In {share} of all places the model's favourite was right."
        ).format(
            tokens=", ".join(
                _("“{token}” {bits:.1f} bits").format(
                    token=now.label(int(scores.token_ids[i])), bits=surprisal[i]
                )
                for i in worst
            ),
            share=percent(scoring.hits(scores)),
        )
    )
    words = _(
        "Perplexity {p:,.1f} means: as unsure as if it chose among that many equally likely"
        " tokens each time. The first token has nothing before it and is not scored."
    ).format(p=whole.perplexity)
    n_vocab = now.engine.shape.n_vocab
    if whole.perplexity > n_vocab:
        words += " " + _(
            "That is more than the {n:,} that it knows: it was not unsure but wrong, and had"
            " counted on other tokens."
        ).format(n=n_vocab)
    st.caption(words)
    if n_scored == len(tokens) - 1:
        show_python(
            recipes.surprise_box(
                now.source, text, now.engine.shape.n_ctx, scores, whole, len(tokens[0].data)
            )
        )


def part_shown(n_tokens: int) -> tuple[int, int]:
    """The tokens [first, last) that are drawn; a long text is leafed through."""
    if n_tokens <= SCORED_AT_ONCE:
        return 0, n_tokens
    n_parts = -(-n_tokens // SCORED_AT_ONCE)
    part = st.slider(
        _("Part of the text ({n} tokens each)").format(n=SCORED_AT_ONCE), 1, n_parts, 1,
        key=f"score_part_{n_parts}",
    )  # fmt: skip
    return (part - 1) * SCORED_AT_ONCE, min(n_tokens, part * SCORED_AT_ONCE)


def surprise_note(now: Current, scores: scoring.Scores, index: int) -> str:
    """A token of the text, by its place; the first has no numbers."""
    at = index - 1
    if not 0 <= at < len(scores.token_ids):
        return _("Nothing before it: not scored.")
    favourites = ", ".join(
        f"“{now.label(int(i))}” {percent(float(p))}"
        for i, p in zip(scores.favourites[at], scores.favourite_probs[at], strict=True)
    )
    return _(
        "“{token}” {p}, rank {rank:,} · surprise {bits:.2f} bits, entropy {entropy:.2f} bits ·"
        " expected instead: {favourites}"
    ).format(
        token=now.label(int(scores.token_ids[at])),
        p=percent(float(scores.probs[at])),
        rank=int(scores.ranks[at]),
        bits=float(scores.surprisal[at]),
        entropy=float(scores.entropy[at]),
        favourites=favourites,
    )
