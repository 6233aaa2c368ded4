"""The stages from scores to probabilities, and a text that grows choice by choice."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.charts.sampling import charts
from core.language import _
from core.numbers import Number, percent
from core.recipes.sampling import boxes as recipes
from core.sampling import draw, explain
from core.sampling import story as tree
from core.sampling.choice import Choice, make_choice, text_of
from core.sampling.next_logits import next_logits
from core.sampling.settings import SamplingSettings
from core.sampling.stages import Stage, final_stage, pipeline
from core.sampling.story import ROOT, Story
from core.tokens.encoding import Token
from core.tokens.label import bytes_label
from pages.components.stage_table import Cell, Row, stage_table
from pages.components.token_strip import token_strip
from pages.kit import words as count
from pages.kit.address import Possible, among, between, one_of
from pages.kit.current import Current
from pages.kit.fragment import fragment
from pages.kit.old_panel import chart, panel
from pages.kit.prose import prose
from pages.kit.python_box import show_python
from pages.panels.sampling.common import (
    base_text,
    export,
    in_words,
    name_of,
    settings_now,
    story_key,
    take_over,
    told,
)

N_ROWS, N_CANDIDATES = 12, 10
TEMPERATURES = [0.0, *(round(0.1 * i, 1) for i in range(1, 21)), 3.0, 5.0, 10.0, 100.0]
TOP_KS = [0, 1, 2, 3, 5, 10, 20, 40, 50, 100, 200, 500, 1_000, 5_000, 10_000]
STORIES, STRIP = "stories", "story_strip"


def kept_story(now: Current) -> dict:
    """This prompt's story: its choices, how many random numbers it has used, what is looked at."""
    stories = st.session_state.setdefault(STORIES, {})
    key = story_key(now)
    if key not in stories:
        if len(stories) >= 8:
            stories.pop(next(iter(stories)))
        stories[key] = {"story": Story(), "numbers": 0, "look": None}
    return stories[key]


def place(kept: dict) -> tuple[tuple[Choice, ...], Choice | None]:
    """The choices before the place that is shown, and the choice that was made there, if any."""
    story, look = kept["story"], kept["look"]
    taken = tree.taken(story)
    if look is None or look >= len(taken):
        return taken, None
    return taken[:look], taken[look]


def logits_at(now: Current, before: tuple[Choice, ...]):
    """The model's scores after the prompt and some choices; None when the context is full."""
    ids = (*now.ids, *(c.token_id for c in before))
    if len(ids) > now.engine.shape.n_ctx:
        return None
    if not before:
        return now.trace().logits
    return now.engine.view(next_logits, ids)


def decide(now: Current, how: str, token_id: int | None = None) -> None:
    """Go on with one token: "draw", "best" or "pick"."""
    kept = kept_story(now)
    before, there = place(kept)
    logits = logits_at(now, before)
    if logits is None:
        return
    u = None
    if how == "draw" and not settings_now().greedy:
        u = draw.random_number(int(st.session_state.get("seed", 1)), kept["numbers"])
        kept["numbers"] += 1
    ids = (*now.ids, *(c.token_id for c in before))
    made = make_choice(now.engine.tokenizer, logits, settings_now(), ids, u=u, token_id=token_id)
    story = kept["story"]
    if there is not None:  # another choice at an earlier place: a fork
        way = tree.path_to(story, story.at)
        story = tree.go_to(story, story.parents[way[kept["look"]]])
    kept["story"], kept["look"] = tree.choose(story, made), None


def move(now: Current, change: Callable[[Story], Story]) -> None:
    kept = kept_story(now)
    kept["story"], kept["look"] = change(kept["story"]), None


def start_over(now: Current) -> None:
    st.session_state.get(STORIES, {}).pop(story_key(now), None)


def cut_here(now: Current) -> None:
    """Make the choice that is looked at the last one."""
    kept = kept_story(now)
    way = tree.path_to(kept["story"], kept["story"].at)
    kept["story"], kept["look"] = tree.go_to(kept["story"], way[kept["look"]]), None


def look_at_end(now: Current) -> None:
    kept_story(now)["look"] = None


def to_branch(now: Current, key: str) -> None:
    kept = kept_story(now)
    kept["story"], kept["look"] = tree.go_to(kept["story"], st.session_state[key]), None


def possible_settings() -> dict[str, Possible]:
    """What the sliders and the seed may be in the address."""
    return {
        "penalty": between(1, 2, whole=False),
        "temperature": among(f"{x:g}" for x in TEMPERATURES),
        "top_k": among(TOP_KS),
        "top_p": between(0, 1, whole=False),
        "min_p": between(0, 1, whole=False),
        "seed": between(0, 999_999),
        "stages_view": among(("leading", "all")),
    }


def sliders() -> None:
    """The knobs, in the order in which they act."""
    columns = st.columns(5)
    with columns[0]:
        st.slider(
            _("Repetition penalty"), 1.0, 2.0, 1.0, 0.05, key="penalty", bind="query-params",
            help=_("Makes tokens that are in the text already less likely; 1 is off."),
        )  # fmt: skip
    with columns[1]:
        st.select_slider(
            _("Temperature"), TEMPERATURES, 0.8, key="temperature", bind="query-params",
            format_func=lambda x: f"{x:g}",
            help=_("Divides the scores: below 1 sharper, above 1 flatter; 0 takes the best."),
        )  # fmt: skip
    with columns[2]:
        st.select_slider(
            _("top-k"), TOP_KS, 40, key="top_k", bind="query-params",
            format_func=lambda k: f"{k}",
            help=_("Keeps the k best tokens; 0 is off."),
        )  # fmt: skip
    with columns[3]:
        st.slider(
            _("top-p"), 0.0, 1.0, 0.95, 0.01, key="top_p", bind="query-params",
            help=_("Keeps the best tokens that together hold this share; 1 is off."),
        )  # fmt: skip
    with columns[4]:
        st.slider(
            _("min-p"), 0.0, 1.0, 0.0, 0.01, key="min_p", bind="query-params",
            help=_("Keeps tokens with this share of the best one's probability or more; 0 is off."),
        )  # fmt: skip


def column_note(stage: str, settings: SamplingSettings) -> str:
    return {
        "logits": _("softmax of the scores"),
        "repetition_penalty": f"{settings.repetition_penalty:g}",
        "temperature": f"÷ {settings.temperature:g}",
        "top_k": f"{settings.top_k:,}",
        "top_p": f"{settings.top_p:g}",
        "min_p": f"{settings.min_p:g}",
    }[stage]


def formula(step: explain.Explanation, settings: SamplingSettings) -> str:
    """What a stage did to one token, with its numbers."""
    if step.name == "logits":
        return _("score {z:.2f} → e^{z:.2f} ÷ Σ e^score = {p}").format(
            z=Number(step.after), p=percent(step.probability)
        )
    if not step.touched and step.name != "repetition_penalty":
        return _("cut before")
    if step.name == "repetition_penalty":
        if not step.touched:
            return _("not in the text so far: score stays {z:.2f} → {p}").format(
                z=Number(step.after), p=percent(step.probability)
            )
        sign = "×" if step.before < 0 else "÷"
        return _("in the text already: {z:.2f} {sign} {x:g} = {after:.2f} → {p}").format(
            z=Number(step.before),
            sign=sign,
            x=settings.repetition_penalty,
            after=Number(step.after),
            p=percent(step.probability),
        )
    if step.name == "temperature":
        return _("{z:.2f} ÷ {t:g} = {after:.2f} → {p}").format(
            z=Number(step.before),
            t=settings.temperature,
            after=Number(step.after),
            p=percent(step.probability),
        )
    if step.name == "top_k":
        facts = _("place {rank:,} of {k:,} allowed").format(rank=step.rank, k=settings.top_k)
    elif step.name == "top_p":
        facts = _("the tokens before it hold {above}, the limit is {limit}").format(
            above=percent(step.above), limit=percent(settings.top_p)
        )
    else:
        facts = _("{own} against {x:g} × {best} = {limit}").format(
            own=percent(step.own),
            x=settings.min_p,
            best=percent(step.best),
            limit=percent(settings.min_p * step.best),
        )
    if not step.kept:
        return _("{facts}: cut").format(facts=facts)
    return _("{facts}: kept → {p}").format(facts=facts, p=percent(step.probability))


def table_rows(
    now: Current,
    stages: tuple[Stage, ...],
    shown: tuple[int, ...],
    settings: SamplingSettings,
    previous_ids: tuple[int, ...],
) -> list[Row]:
    scale = max(float(stage.probs[list(shown)].max()) for stage in stages)
    rows = []
    for token_id in shown:
        steps = explain.explain(stages, token_id, previous_ids)
        rows.append(
            Row(
                token_id,
                now.label(token_id),
                tuple(
                    Cell(percent(s.probability) if s.kept else _("cut"), s.probability / scale,
                         not s.kept)
                    for s in steps
                ),
                tuple((name_of(s.name), formula(s, settings)) for s in steps),
            )
        )  # fmt: skip
    return rows


def what_is_idle(settings: SamplingSettings) -> None:
    """Say which knobs do nothing, and why."""
    idle = settings.idle
    names = ", ".join(name_of(name) for name in idle)
    if settings.greedy:
        text = _(
            "**Temperature 0 means greedy:** nothing is drawn, the token with the highest score"
            " is taken (marked ▸)."
        )
        if idle:
            text += " " + _("{names}: nothing left to do.").format(names=names)
        st.info(text, icon=":material/straight:")
    elif idle:
        st.info(
            _("One token is left after the cuts, so {names} have nothing left to do.").format(
                names=names
            ),
            icon=":material/content_cut:",
        )


def stages_panel(now: Current) -> None:
    """The stages from scores to probabilities, at the end of the text so far."""
    kept = kept_story(now)
    before, _there = place(kept)
    with panel(_("What happens to the scores?"), prose("sampling", "stages"), key="panel_stages"):
        sliders()
        settings = settings_now()
        logits = logits_at(now, before)
        if logits is None:
            say_full(now)
            return
        ids = (*now.ids, *(c.token_id for c in before))
        stages = pipeline(logits, settings, ids)
        shown = explain.leading(stages, N_ROWS)
        summaries = explain.summarise(stages, shown)
        what_is_idle(settings)
        tail = base_text(now) + text_of(before)
        left, right = st.columns([3, 2], vertical_alignment="center")
        left.text(_("Next token after “{text}”").format(text=count.ending(tail, 37)))
        with right:
            view = one_of(
                _("View"),
                {
                    "leading": _("Leading tokens"),
                    "all": _("All {n:,} tokens").format(n=len(logits)),
                },
                key="stages_view",
                hidden=True,
                width="stretch",
            )
        if view == "all":
            whole_vocabulary(stages, settings)
        else:
            rows = table_rows(now, stages, shown, settings, ids)
            best = int(stages[-1].logits.argmax())
            stage_table(
                rows,
                [(name_of(s.name), column_note(s.name, settings)) for s in stages],
                [
                    (
                        _("all other tokens"),
                        [percent(s.tail) for s in summaries],
                    ),
                    (_("tokens left"), [f"{s.kept:,}" for s in summaries]),
                    (_("probability kept"), [percent(s.mass_left) for s in summaries]),
                    (_("entropy"), [_("{b:.2f} bits").format(b=s.entropy) for s in summaries]),
                ],
                key="stage_table",
                corner=_("token"),
                chosen=shown.index(best) if settings.greedy and best in shown else None,
            )
        first, last = summaries[0], summaries[-1]
        if settings.greedy:
            words = _(
                "Of {n:,} tokens only the one with the highest score can be chosen. Entropy:"
                " {before:.2f} bits in the model's own distribution, of which nothing is drawn."
            )
        else:
            words = _(
                "{kept:,} of {n:,} tokens can still be chosen. Entropy: {before:.2f} bits in the"
                " model's own distribution, {after:.2f} bits in the last."
            )
        words = words.format(
            kept=last.kept, n=len(logits), before=first.entropy, after=last.entropy
        )
        if view == "leading":  # the lines of all tokens list none
            words += " " + _(
                "The {shown} tokens listed hold {lead}; all others together {tail}."
            ).format(shown=len(shown), lead=percent(1 - last.tail), tail=percent(last.tail))
        st.caption(words)
        prompt = now.recipe_prompt if not before else {"token_ids": ids}
        show_python(recipes.pipeline_box(now.source, prompt, settings, shown, stages, summaries))


def whole_vocabulary(stages: tuple[Stage, ...], settings: SamplingSettings) -> None:
    names = [f"{name_of(s.name)} {column_note(s.name, settings)}" for s in stages[1:]]
    names.insert(0, name_of("logits"))
    figure = charts.whole_vocabulary(
        names,
        [explain.ranked(stage) for stage in stages],
        (_("rank of the token"), _("probability"), _("after")),
    )
    chart(
        figure,
        key="whole_vocabulary",
        alt=_("Probability of every token by its rank, one line per stage; a cut ends its line."),
    )


def say_full(now: Current) -> None:
    st.info(
        _(
            "The context is full: this model has positions for {n:,} tokens and none after."
            " The text ends here; a shorter prompt leaves room to go on."
        ).format(n=now.engine.shape.n_ctx),
        icon=":material/block:",
    )


def read_strip(now: Current, n_prompt: int) -> None:
    """A click on the strip, before anything is drawn."""
    picked = getattr(st.session_state.get(STRIP), "pick", None)
    if picked is None:
        return
    kept = kept_story(now)
    at = int(picked) - n_prompt
    n_taken = len(tree.taken(kept["story"]))
    kept["look"] = at if 0 <= at < n_taken else (0 if at < 0 and n_taken else None)


def steps_panel(now: Current, n_prompt: int) -> None:
    """One token at a time: drawn, taken or clicked; undone, redone, forked."""
    kept = kept_story(now)
    story: Story = kept["story"]
    taken = tree.taken(story)
    before, _there = place(kept)
    with panel(_("What would you choose?"), prose("sampling", "steps"), key="panel_steps"):
        strip(now, kept, n_prompt)
        buttons(now, kept, can_go_on=len(now.ids) + len(before) <= now.engine.shape.n_ctx)
        logits = logits_at(now, before)
        if logits is None:
            say_full(now)
        else:
            candidates(now, kept, logits)
        finish = st.columns(3)
        with finish[0]:
            branches(now, story)
        with finish[1]:
            if taken:
                take_over(base_text(now) + text_of(taken), "take_story")
        with finish[2]:
            if taken:
                export(
                    taken,
                    "story",
                    model=now.engine.key,
                    prompt=base_text(now),
                    seed=int(st.session_state.get("seed", 1)),
                )


def strip(now: Current, kept: dict, n_prompt: int) -> None:
    taken = tree.taken(kept["story"])
    shown_tokens = [*now.tokens[len(now.tokens) - n_prompt :]]
    tokens = [
        *(Token(t.id, t.data, i, i) for i, t in enumerate(shown_tokens)),
        *(Token(c.token_id, c.data, n_prompt + i, n_prompt + i) for i, c in enumerate(taken)),
    ]
    chosen = None if kept["look"] is None else n_prompt + kept["look"]
    token_strip(
        tokens,
        key=STRIP,
        chosen=chosen,
        values=[0.0] * n_prompt + [c.probability for c in taken],
        notes=[_("from the prompt")] * n_prompt + [told(c) for c in taken],
        cut=n_prompt < len(now.tokens),
        selectable=bool(taken),
        hint=_("A stronger colour means more probable. Point at a token for its alternatives;"
               " click it to choose again from there.")
        if taken
        else _("The end of the prompt. Nothing has been chosen yet."),
    )  # fmt: skip


def buttons(now: Current, kept: dict, *, can_go_on: bool) -> None:
    story: Story = kept["story"]
    row = st.columns([1.3, 1.3, 1, 1, 1, 1.2], vertical_alignment="bottom")
    row[0].button(
        _("Draw"), key="draw", type="primary", icon=":material/casino:",
        on_click=decide, args=(now, "draw"), disabled=not can_go_on, width="stretch",
    )  # fmt: skip
    row[1].button(
        _("Most likely"), key="best", icon=":material/trophy:",
        on_click=decide, args=(now, "best"), disabled=not can_go_on, width="stretch",
    )  # fmt: skip
    row[2].button(
        _("Undo"), key="undo", icon=":material/undo:", on_click=move, args=(now, tree.undo),
        disabled=story.at == ROOT, width="stretch",
    )  # fmt: skip
    row[3].button(
        _("Redo"), key="redo", icon=":material/redo:", on_click=move, args=(now, tree.redo),
        disabled=not tree.can_redo(story), width="stretch",
    )  # fmt: skip
    row[4].button(
        _("Clear"), key="clear", icon=":material/restart_alt:", on_click=start_over, args=(now,),
        disabled=not story.choices, width="stretch",
    )  # fmt: skip
    with row[5]:
        st.number_input(
            _("Seed"), 0, 999_999, 1, key="seed", bind="query-params",
            help=_("Where the random numbers begin. The same seed gives the same text again."),
        )  # fmt: skip


def candidates(now: Current, kept: dict, logits) -> None:
    """The candidates at the place that is shown, and the line on which a draw falls."""
    before, there = place(kept)
    ids = (*now.ids, *(c.token_id for c in before))
    settings = settings_now() if there is None else there.settings
    final = final_stage(logits, settings, ids)
    if there is not None:
        place_in_text = len(before) + 1
        left, middle, right = st.columns([3, 1.2, 1.2], vertical_alignment="center")
        left.text(
            _("Choice {n}: “{token}”. Click another token to fork here.").format(
                n=place_in_text, token=bytes_label(there.data)
            )
        )
        middle.button(
            _("Cut after it"), key="cut_here", on_click=cut_here, args=(now,), width="stretch"
        )
        right.button(
            _("Back to the end"), key="to_end", on_click=look_at_end, args=(now,), width="stretch"
        )
    shown = explain.leading((final,), N_CANDIDATES)
    if there is not None and there.token_id not in shown:
        shown = (*shown[:-1], there.token_id)
    scale = float(final.probs[list(shown)].max())
    rows = [
        Row(
            i,
            now.label(i),
            (Cell(percent(float(final.probs[i])) if final.probs[i] > 0 else _("cut"),
                  float(final.probs[i]) / scale, not final.probs[i] > 0),),
        )
        for i in shown
    ]  # fmt: skip
    left, right = st.columns([2, 3], gap="large")
    with left:
        stage_table(
            rows,
            [(_("probability"), _("after all stages"))],
            [],
            key="candidates",
            corner=_("candidate"),
            chosen=shown.index(there.token_id) if there is not None else None,
            on_pick=lambda token_id: decide(now, "pick", token_id),
            pick_label=_("Choose “{token}”"),
        )
    with right:
        taken = tree.taken(kept["story"])
        last = there if there is not None else (taken[-1] if taken else None)
        the_line(now, before if there is not None else taken[:-1] if taken else (), last)


def the_line(now: Current, before: tuple[Choice, ...], last: Choice | None) -> None:
    """Where the random number of a choice fell, or where the next one may fall."""
    ids = (*now.ids, *(c.token_id for c in before))
    settings = settings_now() if last is None else last.settings
    logits = logits_at(now, before)
    if logits is None:
        return
    final = final_stage(logits, settings, ids)
    u = None if last is None else last.u
    hit = None if last is None else last.token_id
    pieces = draw.segments(final.probs, also=hit)
    names = [_("others") if p.token_id is None else now.label(p.token_id) for p in pieces]
    at = next((i for i, p in enumerate(pieces) if hit is not None and p.token_id == hit), None)
    if last is None:
        st.markdown(_("**The line that a draw falls on**"))
    else:
        st.markdown(_("**How the last token was chosen**") if before or last else "")
    chart(
        charts.cumulative_bar(
            names,
            *draw.bounds(pieces),
            u,
            at,
            _("tokens end to end, each as long as its probability"),
        ),
        key="line",
        alt=_("The candidates laid end to end from 0 to 1, and where the random number fell."),
    )
    if last is None and settings.greedy:
        text = _("At temperature 0 no number is drawn: the longest piece is taken.")
    elif last is None:
        text = _("A random number between 0 and 1 falls on one of the pieces: that is the token.")
    elif u is None:
        text = {
            "greedy": _("No random number: the most likely token was taken."),
            "by hand": _("No random number: you chose it."),
        }[last.how if last.how in {"greedy", "by hand"} else "greedy"]
    else:
        text = _("The random number {u:.4f} fell between {start:.4f} and {end:.4f}.").format(
            u=u, start=pieces[at].start if at is not None else 0.0,
            end=pieces[at].end if at is not None else 1.0,
        )  # fmt: skip
    st.caption(text + " " + _("Settings: {settings}.").format(settings=in_words(settings)))
    show_python(recipes.line_box(now.source, ids, settings, pieces, u, hit))


def branches(now: Current, story: Story) -> None:
    """Every branch that was ever begun."""
    ends = tree.leaves(story)
    if len(ends) < 2 and (not ends or ends[0] == story.at):
        return
    here = next((e for e in ends if story.at in tree.path_to(story, e)), ends[0])
    # The key holds what the list depends on, so that the choice shown is always the real one.
    key = f"branch_{len(story.choices)}_{story.at}"
    st.selectbox(
        _("Branches"),
        ends,
        index=ends.index(here),
        key=key,
        on_change=to_branch,
        args=(now, key),
        format_func=lambda end: branch_name(story, end),
        label_visibility="collapsed",
    )


def branch_name(story: Story, end: int) -> str:
    """A branch by its length and how its text ends."""
    way = tree.path_to(story, end)
    text = text_of([story.choices[i] for i in way])
    return _("{n}: {text}").format(n=count.tokens(len(way)), text=count.ending(text, 60))


@fragment
def explore(now: Current) -> None:
    """The stages and the choices share the sliders; the panels below are not drawn again."""
    n_prompt = min(8, len(now.tokens))
    read_strip(now, n_prompt)
    stages_panel(now)
    steps_panel(now, n_prompt)
