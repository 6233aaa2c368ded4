"""What is a head for: what it does here, and on texts made to find out."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.charts.attention.role import score_bars
from core.language import _
from core.numbers import percent
from core.views.evidence import evidence
from core.views.fixed_set import FIXED_SET
from core.views.head_kinds import KINDS, token_kinds
from core.views.head_names import strongest_kind
from core.views.head_scores import best_text
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import Drawn, below, chart, markdown, side_by_side, table, text
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.attention import head_words, words
from pages.panels.attention.looks import looks_of
from pages.panels.attention.params import HEAD, LAYER, attention_of
from pages.shell.prompt import set_prompt


@panel(
    "attention/role",
    title=lambda at: _("What is head {head} of layer {layer} for?").format(
        layer=at[LAYER], head=at[HEAD]
    ),
    reads=(LAYER, HEAD),
    depth="deeper",
)
def role(now: Current, at: Values) -> Shown:
    """What a head does on the prompt, and on the fixed set."""
    looks, place = looks_of(now), (at[LAYER], at[HEAD])
    here, there = looks.here.of(*place), looks.standard.of(*place)
    name, usual = looks.here.labels[place], looks.standard.labels[place]
    kind = name or usual or strongest_kind(here, looks.here.chance)
    return Shown(
        side_by_side(
            _scores(now, at, name, usual),
            below(_evidence(now, at, kind), _seen_best(now, at, kind)),
            widths=[3, 2],
        ),
        head_words.role(here, there, looks.here.chance[kind], kind),
        recipe=box(
            now, "attention/role", "attention-head-scores",
            shown={"here": here, "fixed": there},
            layer=at[LAYER], head=at[HEAD], fixed_set=FIXED_SET,
        ),
    )  # fmt: skip


def _scores(now: Current, at: Values, name: str, usual: str) -> Drawn:
    looks, titles = looks_of(now), words.kind_titles()
    here, there = (heads.of(at[LAYER], at[HEAD]) for heads in (looks.here, looks.standard))
    said = _("On this prompt: {here}. On the fixed set: {there}.").format(
        here=titles[name], there=titles[usual]
    )
    bars = score_bars(
        [titles[k] for k in KINDS],
        [here[k] for k in KINDS],
        [there[k] for k in KINDS],
        [looks.here.chance[k] for k in KINDS],
    )
    return below(markdown(f"**{said}**"), chart(bars, key="chart_scores", alt=said))


def _evidence(now: Current, at: Values, kind: str) -> Drawn:
    """The pairs of tokens that show this kind of looking most."""
    pattern = attention_of(at).weights(at[HEAD])
    pairs = evidence(pattern, kind, now.ids, token_kinds(now.trace().pieces))
    title = markdown(
        _("**Evidence** for “{kind}” on this prompt").format(kind=words.kind_titles()[kind])
    )
    if not pairs:
        return below(title, text(_("This prompt has no pair of tokens that could show it.")))
    weight = _("weight")
    columns = {
        _("query"): [f"{pair.query} {now.labels[pair.query]}" for pair in pairs],
        _("looks at"): [f"{pair.key} {now.labels[pair.key]}" for pair in pairs],
        weight: [pair.weight for pair in pairs],
    }
    formats = {weight: st.column_config.NumberColumn(format="percent")}
    return below(title, table(columns, key="evidence", formats=formats))


def _seen_best(now: Current, at: Values, kind: str) -> Drawn:
    """The text of the fixed set where the head does this most, to be tried."""
    best = best_text(looks_of(now).fixed, kind, at[LAYER], at[HEAD])
    if best is None:
        return below()
    said = _("**Seen best**: {score} on this text of the fixed set.")
    button = partial(
        st.button, _("Use it as the prompt"), key="best_text", icon=":material/play_arrow:",
        on_click=set_prompt, args=(FIXED_SET[best[0]],),
    )  # fmt: skip
    return below(markdown(said.format(score=percent(best[1], 0))), text(FIXED_SET[best[0]]), button)
