"""How big is big: this model beside GPT-2's family."""

from __future__ import annotations

from core.charts.overview.family import sizes
from core.language import _
from core.model.family import Relative, times_smaller_than_gpt3
from core.model.family import family as relatives_of
from core.numbers import count, decimal, parameters
from pages.kit.current import Current
from pages.kit.figure import below, chart, table
from pages.kit.panel import Shown, panel
from pages.kit.params import Values

_UNKNOWN = "—"


@panel("overview/family", title=lambda at: _("How big is big?"), depth="deeper")
def family(now: Current, at: Values) -> Shown:
    relatives, n_params = relatives_of(), now.engine.shape.n_params
    figure = sizes(
        [_("this model"), *(r.name for r in relatives)],
        [float(n_params), *(float(r.n_params or 0) for r in relatives)],
        [False, *(r.rumour for r in relatives)],
    )
    alt = _("Sizes from this model to GPT-4's rumoured size on a logarithmic scale.")
    return Shown(
        below(chart(figure, key="chart_family", alt=alt), table(_rows(relatives))),
        _(
            "GPT-3 is {times} times the size of the model on this page. A dash: the makers"
            " published nothing."
        ).format(times=decimal(times_smaller_than_gpt3(n_params), 0)),
    )


def _rows(relatives: list[Relative]) -> dict[str, list[str]]:
    return {
        _("model"): [r.name for r in relatives],
        _("year"): [str(r.year) for r in relatives],
        _("parameters"): [_readable(r.n_params) + (" ?" if r.rumour else "") for r in relatives],
        _("layers"): [_or_dash(r.n_layer) for r in relatives],
        _("heads"): [_or_dash(r.n_head) for r in relatives],
        _("width"): [_or_dash(r.n_embd) for r in relatives],
        _("context"): [_or_dash(r.n_ctx) for r in relatives],
        _("source"): [r.source for r in relatives],
    }


def _or_dash(n: int | None) -> str:
    return _UNKNOWN if n is None else count(n)


def _readable(n_params: float | None) -> str:
    return _("not published") if n_params is None else parameters(n_params)
