"""Turn the knob: the difference of both prompts, added to a third one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import streamlit as st

from core.charts.layers.skip import before_after
from core.engine.steered import SETTINGS, Written, write_turned
from core.language import _
from core.views.effects import change_rows
from core.views.steering import steered_change
from core.views.trace import Trace
from pages.kit import jobs
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.exports import numbers
from pages.kit.figure import chart
from pages.kit.panel import Shown, draw_row, panel
from pages.kit.params import Values
from pages.panels.compare import said
from pages.panels.compare.params import FACTOR, LAYER, ONTO, OTHER, WRITTEN
from pages.panels.compare.sides import Sides, read, sides

_JOB = "compare_turned"


@panel(
    "compare/knob",
    title=lambda at: _("Can the difference be turned like a knob?"),
    reads=(OTHER, LAYER, FACTOR, WRITTEN),
    controls=(ONTO,),
    depth="deeper",
    job=_JOB,
)
def knob(now: Current, at: Values) -> Iterator[Shown]:
    draw_row(at, LAYER, FACTOR)
    both, text = sides(now, at), read(now, at, ONTO)
    yield _bars(now, at, both, text)
    WRITTEN.draw(at)
    jobs.start_and_stop(_JOB, _("Write with the knob"), _begin, now)
    yield from _written(now, at, both, text)


def _bars(now: Current, at: Values, both: Sides, text: Trace) -> Shown:
    found = now.engine.view(steered_change, text, both.a, both.b, at[LAYER], at[FACTOR])
    names = [now.label(i) for i in found.token_ids]
    return Shown(
        chart(
            before_after(
                names, found.before, found.after, (_("as it is"), _("with the difference added"))
            ),
            key="chart_knob",
            alt=_("Probabilities of the next words, before and after."),
        ),
        said.knob(now, found, at[FACTOR]),
        numbers("knob", partial(change_rows, found, now.label)),
        box(
            now, "compare/knob", "compare-knob", shown=[found.before, found.after],
            tolerance=1e-3, ids_a=both.a.token_ids, ids_b=both.b.token_ids,
            ids_text=text.token_ids, layer=at[LAYER], factor=at[FACTOR], tokens=found.token_ids,
        ),
    )  # fmt: skip


# --- texts ------------------------------------------------------------------------------------


def _key(now: Current, at: Values, both: Sides, text: Trace) -> tuple:
    ids = (both.a.token_ids, both.b.token_ids, text.token_ids)
    return now.engine.key, *ids, at[LAYER], at[FACTOR]


def _begin(now: Current) -> None:
    at = Values(now)
    both, text = sides(now, at), read(now, at, ONTO)
    write = partial(
        write_turned, now.engine, text.token_ids, both.a, both.b, at[LAYER], at[FACTOR],
        at[WRITTEN],
    )  # fmt: skip
    jobs.start(_JOB, write, key=_key(now, at, both, text), factor=at[FACTOR], layer=at[LAYER])


def _written(now: Current, at: Values, both: Sides, text: Trace) -> Iterator[Shown]:
    """Both texts as far as they have come; those of another knob go when it is turned."""
    work = jobs.kept(_JOB)
    if work is None:
        return
    if work["key"] != _key(now, at, both, text):
        jobs.stop(_JOB)  # nobody waits for it any more
        return
    steps: tuple[Written, ...] = work["job"].watch()
    if jobs.failed(work["job"]) or not steps:
        return
    found = steps[-1]
    plain, turned = (now.engine.tokenizer.decode(ids) for ids in (found.plain, found.turned))
    st.markdown(said.texts(plain, turned, at[FACTOR]))
    if work["job"].done:
        yield _to_take_away(now, at, both, text, found)


def _to_take_away(now: Current, at: Values, both: Sides, text: Trace, found: Written) -> Shown:
    return Shown(
        caption=said.written(found),
        files=numbers("knob-text", partial(said.written_rows, found, now.label)),
        recipe=box(
            now, "compare/knob_text", "compare-knob-text", shown=[found.plain, found.turned],
            tolerance=0.0, ids_a=both.a.token_ids, ids_b=both.b.token_ids,
            ids_text=text.token_ids, layer=at[LAYER], factor=at[FACTOR],
            n_tokens=max(len(found.plain), len(found.turned)),
            penalty=SETTINGS.repetition_penalty,
        ),
    )  # fmt: skip
