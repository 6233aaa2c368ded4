"""One token at a time: drawn, taken or clicked; undone, redone, forked."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.language import _
from core.sampling.choice import Choice, text_of
from core.sampling.draft import Draft, cut, looking
from core.sampling.explain import leading
from core.sampling.stages import final_stage
from core.sampling.story import ROOT, Story, can_redo, go_to, leaves, path_to, redo, undo
from core.tokens.label import label, piece
from pages.components.stage_table import Row, stage_table
from pages.kit import words as count
from pages.kit.current import Current
from pages.kit.memory import Memory
from pages.kit.panel import panel
from pages.kit.params import Values
from pages.kit.prose import prose
from pages.panels.sampling.drafts import (
    decide,
    draft_of,
    edit,
    has_room,
    ids_after,
    logits_after,
    move,
)
from pages.panels.sampling.params import KNOBS, SEED, settings_of
from pages.panels.sampling.parts import (
    end_of_prompt,
    files_of,
    growing_strip,
    probability_cells,
    read_text,
    say_full,
    take_over,
)
from pages.panels.sampling.steps_line import line

_N_CANDIDATES = 10


@panel(
    "sampling/steps",
    title=lambda at: _("What would you choose?"),
    reads=(*KNOBS, SEED),
    depth="deeper",
)
def steps(now: Current, at: Values) -> None:
    draft = draft_of(now)
    _strip(now, draft)
    _buttons(now, at, draft)
    if not has_room(now, draft.before):
        say_full(now)
    else:
        if draft.looked_at is not None:
            _earlier_choice(draft, draft.looked_at, now)
        left, right = st.columns([2, 3], gap="large")
        with left:
            _candidates(now, at, draft)
        with right:
            # Its box is the panel's own: the notebook asks the same question.
            line(now, at, draft).draw(_("What would you choose?"), prose("sampling", "steps"))
    _to_take_away(now, at, draft)


def _strip(now: Current, draft: Draft) -> None:
    before, taken = end_of_prompt(now), draft.taken
    growing_strip(
        before,
        taken,
        key="story_strip",
        cut=len(before) < len(now.tokens),
        chosen=None if draft.look is None else len(before) + draft.look,
        on_pick=partial(_look, now, len(before)) if taken else None,
        hint=_("A stronger colour means more probable. Point at a token for its alternatives;"
               " click it to choose again from there.")
        if taken
        else _("The end of the prompt. Nothing has been chosen yet."),
    )  # fmt: skip


def _look(now: Current, n_prompt: int, index: int) -> None:
    """A token of the strip was clicked: its choice is looked at."""
    edit(now, partial(looking, index=index - n_prompt))


def _buttons(now: Current, at: Values, draft: Draft) -> None:
    story, full = draft.story, not has_room(now, draft.before)
    buttons = (
        (_("Draw"), "draw", "casino", decide, "draw", full),
        (_("Most likely"), "best", "trophy", decide, "best", full),
        (_("Undo"), "undo", "undo", move, undo, story.at == ROOT),
        (_("Redo"), "redo", "redo", move, redo, not can_redo(story)),
        (_("Clear"), "clear", "restart_alt", edit, _nothing_chosen, not story.choices),
    )
    row = st.columns([1.3, 1.3, 1, 1, 1, 1.2], vertical_alignment="bottom")
    for column, (title, key, icon, do, what, off) in zip(row, buttons, strict=False):
        column.button(
            title, key=key, type="primary" if key == "draw" else "secondary",
            icon=f":material/{icon}:", on_click=do, args=(now, what), disabled=off, width="stretch",
        )  # fmt: skip
    with row[-1]:
        SEED.draw(at)


def _nothing_chosen(_draft: Draft) -> Draft:
    return Draft()


def _earlier_choice(draft: Draft, choice: Choice, now: Current) -> None:
    """Where in the text another choice begins a fork."""
    left, middle, right = st.columns([3, 1.2, 1.2], vertical_alignment="center")
    left.text(
        _("Choice {n}: “{token}”. Click another token to fork here.").format(
            n=len(draft.before) + 1, token=label(piece(choice.data))
        )
    )
    middle.button(
        _("Cut after it"), key="cut_here", on_click=edit, args=(now, cut), width="stretch"
    )
    right.button(
        _("Back to the end"), key="to_end", on_click=edit,
        args=(now, partial(looking, index=None)), width="stretch",
    )  # fmt: skip


def _candidates(now: Current, at: Values, draft: Draft) -> None:
    """What can be chosen at the place that is looked at; a click chooses."""
    choice, logits = draft.looked_at, logits_after(now, draft.before)
    settings = settings_of(at) if choice is None else choice.settings
    final = final_stage(logits, settings, ids_after(now, draft.before))
    probs, listed = final.probs, leading((final,), _N_CANDIDATES, logits)
    if choice is not None and choice.token_id not in listed:
        listed = (*listed[:-1], choice.token_id)
    largest = float(probs[list(listed)].max())
    shares = probs[list(listed)].tolist()
    cells = probability_cells(shares, largest, [p > 0 for p in shares])
    rows = [Row(i, now.label(i), (cell,)) for i, cell in zip(listed, cells, strict=True)]
    stage_table(
        rows,
        [(_("probability"), _("after all stages"))],
        [],
        key="candidates",
        corner=_("candidate"),
        chosen=None if choice is None else listed.index(choice.token_id),
        on_pick=lambda token_id: decide(now, "pick", token_id),
        pick_label=_("Choose “{token}”"),
    )


def _to_take_away(now: Current, at: Values, draft: Draft) -> None:
    """Other branches, and the text as a prompt or as files."""
    left, middle, right = st.columns(3)
    with left:
        _branches(now, draft.story)
    if draft.taken:
        prompt = read_text(now)
        with middle:
            take_over(prompt + text_of(draft.taken), "take_story")
        with right:
            files_of(
                draft.taken, "story", model=now.engine.key, prompt=prompt, seed=at[SEED]
            ).draw()


def _branches(now: Current, story: Story) -> None:
    """Every branch that was ever begun."""
    ends = leaves(story)
    if len(ends) < 2 and (not ends or ends[0] == story.at):
        return
    here = next((end for end in ends if story.at in path_to(story, end)), ends[0])
    # The key holds what the list depends on, so that the choice shown is always the real one.
    chosen = Memory(f"branch_{len(story.choices)}_{story.at}", here)
    st.selectbox(
        _("Branches"),
        ends,
        index=ends.index(here),
        key=chosen.name,
        on_change=lambda: move(now, lambda story: go_to(story, chosen.get())),
        format_func=lambda end: _branch_name(story, end),
        label_visibility="collapsed",
    )


def _branch_name(story: Story, end: int) -> str:
    """A branch by its length and how its text ends."""
    path = path_to(story, end)
    text = text_of([story.choices[i] for i in path])
    return _("{n}: {text}").format(n=count.tokens(len(path)), text=count.ending(text, 60))
