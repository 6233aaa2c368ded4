"""The stages from scores to probabilities, at the end of the text so far."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial

import streamlit as st

from core.charts.sampling.stages import whole_vocabulary
from core.language import _
from core.numbers import Number, count, percents
from core.recipes import Recipe
from core.sampling.choice import text_of
from core.sampling.draft import Draft
from core.sampling.explain import Summary, explain, leading, ranked, summarise
from core.sampling.settings import SamplingSettings
from core.sampling.stages import Stage, pipeline
from pages.components.stage_table import Row, stage_table
from pages.kit import words as nouns
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import Drawn, below, chart
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.kit.prose import term
from pages.panels.sampling import words
from pages.panels.sampling.drafts import draft_of, has_room, ids_after, logits_after
from pages.panels.sampling.params import KNOBS, VIEW, settings_of
from pages.panels.sampling.parts import probability_cells, read_text, say_full

_N_ROWS = 12


@dataclass(frozen=True, eq=False)
class _Made:
    """The stages of the moment, and what is said about them."""

    settings: SamplingSettings
    ids: tuple[int, ...]
    stages: tuple[Stage, ...]
    listed: tuple[int, ...]
    summaries: tuple[Summary, ...]


@panel(
    "sampling/stages",
    title=lambda at: _("What happens to the scores?"),
    reads=(*KNOBS, VIEW),
    controls=KNOBS,
)
def stages(now: Current, at: Values) -> Shown:
    draft, settings = draft_of(now), settings_of(at)
    if not has_room(now, draft.before):
        return Shown(partial(say_full, now))
    ids = ids_after(now, draft.before)
    made = pipeline(logits_after(now, draft.before), settings, ids)
    listed = leading(made, _N_ROWS)
    shown = _Made(settings, ids, made, listed, summarise(made, listed))
    whole = at[VIEW] == "all"
    figure = _whole_vocabulary(shown) if whole else _table(now, shown)
    return Shown(
        below(partial(_idle, settings), partial(_heading, now, at, draft), figure),
        _caption(shown, lists=not whole),
        recipe=_box(now, draft, shown),
    )


def _idle(settings: SamplingSettings) -> None:
    """Say which knobs do nothing, and why."""
    note = words.idle_note(settings)
    if note:
        icon = ":material/straight:" if settings.greedy else ":material/content_cut:"
        st.info(note, icon=icon)


def _heading(now: Current, at: Values, draft: Draft) -> None:
    left, right = st.columns([3, 2], vertical_alignment="center")
    text = nouns.ending(read_text(now) + text_of(draft.before), 37)
    left.text(_("Next token after “{text}”").format(text=text))
    with right:
        VIEW.draw(at, label_visibility="collapsed", width="stretch")


def _table(now: Current, made: _Made) -> Drawn:
    """A row for each leading token, a column for each stage."""
    best = int(made.stages[-1].logits.argmax())
    of = made.summaries
    totals = [
        (_("all other tokens"), percents([s.tail for s in of])),
        (_("tokens left"), [count(s.kept) for s in of]),
        (_("probability kept"), percents([s.mass_left for s in of])),
        (_("entropy"), [_("{b:.2f} bits").format(b=Number(s.entropy)) for s in of]),
    ]
    marked = made.settings.greedy and best in made.listed
    return partial(
        stage_table,
        _rows(now, made),
        _columns(made),
        totals,
        key="stage_table",
        corner=_("token"),
        chosen=made.listed.index(best) if marked else None,
    )


def _columns(made: _Made) -> list[tuple[str, str]]:
    """Each stage and what it is set to."""
    return [
        (words.stage_name(s.name), words.stage_setting(s.name, made.settings)) for s in made.stages
    ]


def _rows(now: Current, made: _Made) -> list[Row]:
    largest = max(float(stage.probs[list(made.listed)].max()) for stage in made.stages)
    effects = [explain(made.stages, token_id, made.ids) for token_id in made.listed]
    columns = [
        probability_cells([e.probability for e in stage], largest, [e.kept for e in stage])
        for stage in zip(*effects, strict=True)
    ]
    rows = []
    for token_id, own, cells in zip(made.listed, effects, zip(*columns, strict=True), strict=True):
        notes = [(words.stage_name(e.name), words.formula(e, made.settings)) for e in own]
        rows.append(Row(token_id, now.label(token_id), cells, tuple(notes)))
    return rows


def _whole_vocabulary(made: _Made) -> Drawn:
    (first, _softmax), *others = _columns(made)
    return chart(
        whole_vocabulary(
            [first, *(f"{name} {setting}" for name, setting in others)],
            [ranked(stage) for stage in made.stages],
        ),
        key="whole_vocabulary",
        alt=_("Probability of every token by its rank, one line per stage; a cut ends its line."),
    )


def _caption(made: _Made, *, lists: bool) -> str:
    first, last = made.summaries[0], made.summaries[-1]
    if made.settings.greedy:
        text = _(
            "Of {n} tokens only the one with the highest score can be chosen, although the model"
            " itself is {before}."
        )
    else:
        text = _(
            "{kept} of {n} tokens can still be chosen. The model itself is {before}; after"
            " the last stage the choice is {after}."
        )
    text = text.format(
        kept=count(last.kept),
        n=count(first.kept),
        before=term("entropy", nouns.unsure(first.entropy)),
        after=nouns.unsure(last.entropy),
    )
    if not lists:  # the lines of all tokens list none
        return text
    listed = _("The {shown} tokens listed hold {lead}; all others together {tail}.")
    lead, tail = percents([last.lead, last.tail])
    return f"{text} " + listed.format(shown=len(made.listed), lead=lead, tail=tail)


def _box(now: Current, draft: Draft, made: _Made) -> Recipe:
    numbers = [
        [*stage.probs[list(made.listed)].tolist(), summary.entropy]
        for stage, summary in zip(made.stages, made.summaries, strict=True)
    ]
    values = asdict(made.settings) | {"leading": made.listed}
    if draft.before:
        values["token_ids"] = made.ids
    return box(now, "sampling/stages", "sampling-stages", shown=numbers, **values)
