"""Where the random number of a choice fell, or where the next one may fall."""

from __future__ import annotations

from dataclasses import asdict

from core.charts.sampling.steps import cumulative_line
from core.language import _
from core.numbers import Number
from core.sampling.choice import Choice
from core.sampling.draft import Draft
from core.sampling.draw import Segment, bounds, index_of, leading_pieces, segments
from core.sampling.settings import SamplingSettings
from core.sampling.stages import final_stage
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import Drawn, below, chart, markdown
from pages.kit.panel import Shown
from pages.kit.params import Values
from pages.panels.sampling import words
from pages.panels.sampling.drafts import ids_after, logits_after
from pages.panels.sampling.params import settings_of


def line(now: Current, at: Values, draft: Draft) -> Shown:
    """The line for the choice that is looked at, for the last, or for the next."""
    last = draft.last
    settings = settings_of(at) if last is None else last.settings
    u, hit = (None, None) if last is None else (last.u, last.token_id)
    ids, logits = ids_after(now, draft.before_last), logits_after(now, draft.before_last)
    pieces = segments(final_stage(logits, settings, ids).probs, also=hit)
    index = None if hit is None else index_of(pieces, hit)
    own = leading_pieces(pieces)
    shown: list = [[p.end for p in own]] + ([] if u is None else [str(hit)])
    heading = _("**How the last token was chosen**")
    if last is None:
        heading = _("**The line that a draw falls on**")
    return Shown(
        below(markdown(heading), _figure(now, pieces, u, index)),
        _caption(last, settings, None if index is None else pieces[index]),
        recipe=box(
            now, "sampling/steps", "sampling-draw", shown=shown,
            token_ids=ids, n_pieces=len(own), u=u, **asdict(settings),
        ),
    )  # fmt: skip


def _figure(now: Current, pieces: tuple[Segment, ...], u: float | None, index: int | None) -> Drawn:
    names = [_("others") if p.token_id is None else now.label(p.token_id) for p in pieces]
    return chart(
        cumulative_line(names, *bounds(pieces), u, index),
        key="line",
        alt=_("The candidates laid end to end from 0 to 1, and where the random number fell."),
    )


def _caption(last: Choice | None, settings: SamplingSettings, hit: Segment | None) -> str:
    if last is None and settings.greedy:
        text = _("At temperature 0 no number is drawn: the longest piece is taken.")
    elif last is None:
        text = _("A random number between 0 and 1 falls on one of the pieces: that is the token.")
    elif last.how == "by hand":
        text = _("No random number: you chose it.")
    elif last.u is None:
        text = _("No random number: the most likely token was taken.")
    else:
        start, end = (0.0, 1.0) if hit is None else (hit.start, hit.end)
        text = _("The random number {u:.4f} fell between {start:.4f} and {end:.4f}.").format(
            u=Number(last.u), start=Number(start), end=Number(end)
        )
    return text + " " + _("Settings: {settings}.").format(settings=words.settings_line(settings))
