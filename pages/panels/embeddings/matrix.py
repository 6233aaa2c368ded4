"""What the embedding matrix is, in numbers."""

from __future__ import annotations

from core.charts.embeddings.matrix import norm_histogram
from core.language import _
from core.numbers import Number, count, decimal, percent
from core.tokens.label import label
from core.views.matrix import MatrixFacts, matrix_facts, mean_length
from core.views.wte import SearchIndex, search_index
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import Drawn, below, chart, markdown, metrics, side_by_side, table
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.embeddings import words


@panel(
    "embeddings/matrix",
    title=lambda at: _("Where do all these vectors come from?"),
    depth="deeper",
)
def matrix(now: Current, at: Values) -> Shown:
    found, index = now.engine.view(matrix_facts), now.engine.view(search_index)
    mine = mean_length(index, now.ids)
    shown = {
        "share": found.share,
        "mean": found.mean,
        "median": found.median,
        "tied": int(found.tied),
        "tokens": float(found.counts.sum()),
    }
    shortest = _extremes(_("Shortest rows"), index, found.shortest)
    longest = _extremes(_("Longest rows"), index, found.longest)
    return Shown(
        below(metrics(_figures(found)), _histogram(found, mine), side_by_side(shortest, longest)),
        words.matrix(found, mine),
        recipe=box(
            now, "embeddings/matrix", "embeddings-matrix", shown=shown,
            bins=len(found.counts), most=len(found.longest),
        ),
    )  # fmt: skip


def _figures(found: MatrixFacts) -> list[tuple[str, str]]:
    return [
        (_("rows (tokens)"), count(found.shape[0])),
        (_("columns (width)"), count(found.shape[1])),
        (_("parameters"), f"{decimal(found.n_params / 1e6, 1)} M"),
        (_("share of the model"), percent(found.share, 0)),
        (_("output head"), _("tied") if found.tied else _("its own")),
    ]


def _histogram(found: MatrixFacts, mine: float) -> Drawn:
    figure = norm_histogram(found.counts, found.edges, found.mean, mine, _("mean of your prompt"))
    return chart(
        figure,
        key="chart_norms",
        alt=_("Histogram of the lengths of all rows; the mean is {mean:.2f}.").format(
            mean=Number(found.mean)
        ),
    )


def _extremes(title: str, index: SearchIndex, ids) -> Drawn:
    columns = {
        _("token"): [label(index.pieces[i]) for i in ids],
        _("id"): [int(i) for i in ids],
        _("length"): [decimal(index.norms[i], 3) for i in ids],
    }
    return below(markdown(f"**{title}**"), table(columns, height="content"))
