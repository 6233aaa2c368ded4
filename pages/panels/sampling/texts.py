"""Whole continuations: one run, several ways side by side, thirty draws."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.charts.sampling import charts
from core.engine import continuations
from core.engine.jobs import Job
from core.language import _, ngettext
from core.numbers import Number, percent
from core.recipes.sampling import boxes as recipes
from core.sampling import choice, draw, openings, repetition, stages
from core.sampling.beam_tree import tree_table
from core.sampling.choice import Choice
from core.tokens.encoding import Token
from core.tokens.vocabulary import token_bytes
from pages.components.token_strip import token_strip
from pages.kit import words as count
from pages.kit.address import Possible, between
from pages.kit.current import Current
from pages.kit.old_panel import chart, panel
from pages.kit.prose import prose
from pages.kit.python_box import show_python
from pages.panels.sampling.common import (
    base_text,
    export,
    failed,
    in_words,
    settings_now,
    start_and_stop,
    start_job,
    story_key,
    take_over,
    told,
)

N_SAMPLES, N_DRAWS, DRAW_LENGTH = 3, 30, 8
RUN, COMPARE, THIRTY = "run", "compare", "thirty"


def last_tokens(now: Current) -> list[Token]:
    """The end of the prompt, to be drawn before what was written."""
    ids = now.ids[-8:]
    return [Token(i, token_bytes(now.engine.tokenizer, i), at, at) for at, i in enumerate(ids)]


def begin_run(now: Current) -> None:
    state = st.session_state
    about = {
        "ids": now.ids,
        "text": base_text(now),
        "settings": settings_now(),
        "seed": int(state.get("seed", 1)),
        "length": int(state.get("length", 40)),
        "stop_at": str(state.get("stop_at", "")),
        # The text stays as it was written when prompt or model change; so does its box.
        "model": now.engine.key,
        "source": now.source,
        "n_ctx": now.engine.shape.n_ctx,
        "end_of_text": now.engine.tokenizer.eos_token_id,
        "before": last_tokens(now),
        "cut": len(now.ids) > len(last_tokens(now)),
    }
    start_job(
        RUN,
        lambda: continuations.write(
            now.engine,
            now.ids,
            about["settings"],
            seed=about["seed"],
            max_new_tokens=about["length"],
            stop_at=about["stop_at"],
        ),
        **about,
    )


def possible_lengths() -> dict[str, Possible]:
    """What lengths and beams may be in the address."""
    return {
        "length": between(1, cache.settings().max_new_tokens),
        "beams": between(1, 6),
        "compare_length": between(2, 20),
    }


def run_panel(now: Current) -> None:
    with panel(_("And if it goes on by itself?"), prose("sampling", "run"), key="panel_run"):
        row = st.columns([2, 1.5, 1.5], vertical_alignment="bottom")
        with row[0]:
            start_and_stop(RUN, _("Write on"), begin_run, now)
        with row[1]:
            st.slider(
                _("Length in tokens"), 1, cache.settings().max_new_tokens,
                min(40, cache.settings().max_new_tokens), key="length", bind="query-params",
            )  # fmt: skip
        with row[2]:
            st.text_input(
                _("Stop at this text"), key="stop_at", max_chars=100,
                bind="query-params",
                placeholder=_("for example: The end"),
            )  # fmt: skip
        kept = st.session_state.get(RUN)
        if kept is None:
            # No values: the sliders move without this panel being drawn again.
            st.caption(_("With the seed and the sliders above as they stand when you start."))
            return
        show_run(now, kept)


def show_run(now: Current, kept: dict) -> None:
    job: Job = kept["job"]
    written: tuple[Choice, ...] = job.watch()
    if kept["ids"] != now.ids or kept["model"] != now.engine.key:
        st.caption(_("Written for another prompt or by another model:"))
    old: list[Token] = kept["before"]
    n_prompt = len(old)
    new = [Token(c.token_id, c.data, n_prompt + i, n_prompt + i) for i, c in enumerate(written)]
    token_strip(
        [*old, *new],
        key="run_strip",
        values=[0.0] * n_prompt + [c.probability for c in written],
        notes=[_("from the prompt")] * n_prompt + [told(c) for c in written],
        cut=kept["cut"],
        hint=_("A stronger colour means more probable. Point at a token for its alternatives."),
    )
    if failed(job):
        return
    rate = _("{x:.1f} tokens per second").format(x=job.rate) if job.rate else _("first token")
    if not job.done:
        st.caption(_("Writing: {n}, {rate}.").format(n=count.tokens(len(written)), rate=rate))
        return
    why = continuations.why_ended(
        len(kept["ids"]),
        written,
        n_ctx=kept["n_ctx"],
        end_of_text=kept["end_of_text"],
        max_new_tokens=kept["length"],
        stop_at=kept["stop_at"],
        stopped=job.stopped,
    )
    reason = {
        "stop text": _("it wrote the text to stop at"),
        "end of text": _("the model wrote its end-of-text token"),
        "length": _("the length is reached"),
        "context": _("the context of {n:,} tokens is full; the model has no later positions"),
        "stopped": _("stopped by hand, or left"),
    }[why].format(n=kept["n_ctx"])
    if kept["stop_at"] and why != "stop text":
        reason += "; " + _("the text to stop at never came")
    st.caption(
        _(
            "{n} with seed {seed}, {settings}; {rate}. Ended because {reason}. In all"
            " {bits:.1f} bits of surprise, {repetition} of its three-token sequences repeated."
        ).format(
            n=count.tokens(len(written)),
            seed=kept["seed"],
            settings=in_words(kept["settings"]),
            rate=rate,
            reason=reason,
            bits=choice.total_bits(written),
            repetition=percent(repetition.repetition(tuple(c.token_id for c in written))),
        )
    )
    if not written:
        return
    left, right = st.columns(2)
    with left:
        take_over(kept["text"] + choice.text_of(written), "take_run")
    with right:
        export(
            written,
            "continuation",
            model=kept["model"],
            prompt=kept["text"],
            seed=kept["seed"],
        )
    show_python(
        recipes.run_box(kept["source"], kept["ids"], kept["settings"], kept["seed"], written)
    )


def begin_compare(now: Current) -> None:
    state = st.session_state
    seed = int(state.get("seed", 1))
    settings = settings_now()
    n_beams, n_tokens = int(state.get("beams", 4)), int(state.get("compare_length", 12))
    start_job(
        COMPARE,
        lambda: continuations.compare(
            now.engine,
            now.ids,
            settings,
            seeds=range(seed, seed + N_SAMPLES),
            n_beams=n_beams,
            max_new_tokens=n_tokens,
        ),
        key=story_key(now),
        settings=settings,
        seed=seed,
        n_beams=n_beams,
        n_tokens=n_tokens,
    )


def compare_panel(now: Current) -> None:
    with panel(_("Is the best text the most probable one?"), prose("sampling", "compare"),
               key="panel_compare"):  # fmt: skip
        row = st.columns([2, 1.5, 1.5], vertical_alignment="bottom")
        with row[0]:
            start_and_stop(COMPARE, _("Compare"), begin_compare, now)
        with row[1]:
            st.slider(_("Beams"), 1, 6, 4, key="beams", bind="query-params")
        with row[2]:
            st.slider(_("Tokens"), 2, 20, 12, key="compare_length", bind="query-params")
        kept = st.session_state.get(COMPARE)
        if kept is None or kept["key"] != story_key(now):
            st.caption(_("Greedy, three samples (from the seed above on) and beam search."))
            return
        job: Job = kept["job"]
        found = job.watch()
        if failed(job):
            return
        if not job.done:
            st.progress(found[-1].share if found else 0.0, text=_("Writing all of them …"))
        elif not found or found[-1].share < 1:
            st.caption(_("Stopped before there was anything to compare."))
        else:
            show_comparison(now, kept, found[-1])


def show_comparison(now: Current, kept: dict, found: continuations.Comparison) -> None:
    ways, variety = continuations.measure(now.engine, now.ids, found)
    names = [
        _("Greedy"),
        *(_("Sample, seed {seed}").format(seed=kept["seed"] + i) for i in range(N_SAMPLES)),
        _("Beam search, {n} beams").format(n=kept["n_beams"]),
    ]
    for name, way in zip(names, ways, strict=True):
        left, right = st.columns([1, 3])
        left.markdown(f"**{name}**")
        with right:
            st.text("… " + way.text.replace("\n", " ⏎ "))
            st.caption(
                _(
                    "total log-probability {total:.2f} nats · {bits:.2f} bits per token ·"
                    " {repeated} of its token pairs came before"
                ).format(
                    total=Number(way.log_prob), bits=way.bits, repeated=percent(way.repetition)
                )
            )
    chart(
        charts.totals(names, [way.bits for way in ways], (_("bits per token"), _("way to choose"))),
        key="totals",
        alt=_("Surprise of each text to the model, in bits per token; the lower, the likelier."),
    )
    st.caption(
        _(
            "Samples drawn with {settings}. Among the token pairs of the {n} samples {variety} are"
            " different: the higher, the more varied. Beam search and greedy write one text only."
        ).format(settings=in_words(kept["settings"]), n=N_SAMPLES, variety=percent(variety))
    )
    show_python(
        recipes.surprise_of_texts_box(
            now.source, now.ids, [w.token_ids for w in ways], [w.bits for w in ways]
        )
    )
    st.markdown(_("**The tree of beams**"))
    table = tree_table(found.search)
    chart(
        charts.beam_tree(
            [now.label(int(i)) for i in table["token_id"]],
            table,
            (
                _("token"),
                _("beams of each step, the most probable first"),
                _("token"),
                _("log-probability so far, in nats"),
                _("branch"),
            ),
            (_("wins"), _("still in play at the end"), _("dropped")),
        ),
        key="beam_tree",
        alt=_("Every beam that was kept, step by step; dropped branches are dashed."),
    )
    finished = found.search.finished
    st.caption(
        _("Kept on the way: {kept}; finished: {n}. The best has {score:.3f} nats per token").format(
            kept=ngettext("{n} beam", "{n} beams", len(table["step"])).format(n=len(table["step"])),
            n=ngettext("{n} text", "{n} texts", len(finished)).format(n=len(finished)),
            score=Number(finished[0].score),
        )
        + (
            _(", the next {second:.3f}.").format(second=Number(finished[1].score))
            if len(finished) > 1
            else "."
        )
    )
    eos = now.engine.tokenizer.eos_token_id
    show_python(
        recipes.beams_box(
            now.source,
            now.ids,
            kept["n_beams"],
            found.search.max_new_tokens,
            kept["settings"].repetition_penalty,
            [
                (
                    continuations.decode(now.engine, [i for i in h.token_ids if i != eos]),
                    h.score,
                )
                for h in finished
            ],
        )
    )


def begin_thirty(now: Current) -> None:
    seed, settings = int(st.session_state.get("seed", 1)), settings_now()
    seeds = range(seed, seed + N_DRAWS)
    start_job(
        THIRTY,
        lambda: continuations.many(
            now.engine, now.ids, settings, seeds=seeds, max_new_tokens=DRAW_LENGTH
        ),
        key=story_key(now),
        settings=settings,
        seeds=seeds,
    )


def thirty_panel(now: Current) -> None:
    with panel(_("What does chance do, thirty times?"), prose("sampling", "thirty"),
               key="panel_thirty"):  # fmt: skip
        row = st.columns([2, 3], vertical_alignment="center")
        with row[0]:
            start_and_stop(THIRTY, _("Draw thirty"), begin_thirty, now)
        kept = st.session_state.get(THIRTY)
        if kept is None or kept["key"] != story_key(now):
            row[1].caption(
                _(
                    "{n} continuations of {k} tokens in one batch, with the sliders above as they"
                    " stand when you start."
                ).format(n=N_DRAWS, k=DRAW_LENGTH)
            )
            return
        row[1].caption(
            _("Seeds {first} to {last}, {settings}.").format(
                first=kept["seeds"][0],
                last=kept["seeds"][-1],
                settings=in_words(kept["settings"]),
            )
        )
        job: Job = kept["job"]
        found = job.watch()
        if failed(job):
            return
        if not job.done:
            st.progress(len(found) / DRAW_LENGTH, text=_("Drawing …"))
        if found:
            show_thirty(now, kept, found[-1], finished=job.done)


def show_thirty(
    now: Current, kept: dict, draws: tuple[continuations.Draw, ...], *, finished: bool
) -> None:
    final = stages.final_stage(now.trace().logits, kept["settings"], now.ids)
    probs = draw.one_hot(final.logits) if kept["settings"].greedy else final.probs
    rows = openings.first_tokens([d.token_ids[0] for d in draws], probs)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.markdown(_("**The first token**"))
        chart(
            charts.first_tokens(
                [now.label(r.token_id) for r in rows],
                [r.count for r in rows],
                [r.expected for r in rows],
                (_("draws"), _("first token"), _("drawn"), _("expected on average")),
            ),
            key="first_tokens",
            alt=_("How often each first token was drawn, and how often on average it should be."),
        )
    tree = openings.openings([d.text for d in draws], depth=3)
    with right:
        st.markdown(_("**The first words**"))
        chart(
            charts.opening_tree(
                [box.word or _("(end)") for box in tree],
                [box.depth for box in tree],
                [box.start for box in tree],
                [box.count for box in tree],
                (_("first word"), _("second"), _("third")),
                (_("word"), _("draws")),
            ),
            key="opening_tree",
            alt=_("The openings as a tree: first words, then what followed each of them."),
        )
    most = rows[0]
    different = len({box.word for box in tree if box.depth == 0})
    texts = len({d.token_ids for d in draws})
    st.caption(
        _(
            "“{token}” came first {times} where {expected:.1f} are expected. Among {n} draws there"
            " {words} and {texts}."
        ).format(
            token=now.label(most.token_id).replace("`", "'"),
            times=ngettext("{n} time", "{n} times", most.count).format(n=most.count),
            expected=most.expected,
            words=ngettext(
                "is {n} different first word", "are {n} different first words", different
            ).format(n=different),
            texts=ngettext("{n} different text", "{n} different texts", texts).format(n=texts),
            n=len(draws),
        )
    )
    if finished:
        with st.expander(_("All texts"), icon=":material/list:"):
            st.dataframe(
                {
                    _("seed"): [d.seed for d in draws],
                    _("text"): [d.text.replace("\n", " ⏎ ") for d in draws],
                },
                hide_index=True,
                key="thirty_texts",
            )
        show_python(
            recipes.thirty_box(now.source, now.recipe_prompt, kept["settings"], kept["seeds"], rows)
        )
