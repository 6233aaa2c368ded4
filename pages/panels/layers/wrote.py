"""Who wrote the answer: every part's share of a logit, or of the difference of two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from core.charts.drawing import Drawing
from core.charts.layers.wrote import attribution_bars, attribution_parts
from core.charts.layers.wrote_heads import heads_heat
from core.charts.layers.wrote_picture import attribution_picture
from core.language import _
from core.views.attribution import (
    Attribution,
    Reader,
    attribute,
    attribution_rows,
    logit_or_difference,
    reader,
    rival_of,
    token_logits,
)
from core.views.residual import writes
from pages.kit.box import box
from pages.kit.chosen import TOKEN
from pages.kit.current import Current
from pages.kit.exports import numbers
from pages.kit.figure import chart
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.layers import asked, words
from pages.panels.layers.params import NOT, PIECE, WATCH, WHY


@panel(
    "layers/wrote",
    title=lambda at: _("Who wrote the answer?"),
    reads=(TOKEN, WATCH, PIECE),
    controls=(WHY, NOT),
)
def wrote(now: Current, at: Values) -> Iterator[Shown]:
    token, against = _asked(now, at)
    read = now.engine.view(reader, token, against)
    got = attribute(now.engine.view(writes, now.trace(), at[TOKEN]), read)
    own = _own(now, at[TOKEN], read)
    unit = _("logit") if against is None else _("logit difference")
    embedding = (got.token, got.place)
    bars = attribution_parts(embedding, got.attn, got.mlp, got.bias_pair, got.total, own)
    alt = _("Bars of what the embedding, each layer and the biases add.")
    figure = chart(attribution_bars(bars, unit), key="chart_wrote", alt=alt)
    yield Shown(figure, words.wrote(now, read, got, own))
    title = words.question(read, now.label)
    picture = partial(attribution_picture, bars, got.heads, title, unit)
    yield _heads(now, at[TOKEN], read, got, own, picture)


def _asked(now: Current, at: Values) -> tuple[int, int | None]:
    """The token that is asked about, and the one against it."""
    best = asked.likeliest(now, at[TOKEN])
    token = best[0] if at[WHY] == "best" else int(at[WHY])
    rival = rival_of(token, best)
    if at[NOT] == "none":
        return token, None
    # Against itself a token has no lead: its rival stands in for it.
    return token, rival if at[NOT] in ("rival", token) else int(at[NOT])


def _own(now: Current, position: int, read: Reader) -> float:
    """The model's own number."""
    tokens = (read.token,) if read.against is None else (read.token, read.against)
    return logit_or_difference(now.engine.view(token_logits, now.trace(), position, tokens))


def _heads(
    now: Current,
    position: int,
    read: Reader,
    got: Attribution,
    own: float,
    picture: Callable[[], Drawing],
) -> Shown:
    shown = {"embedding": got.embedding, "heads": got.heads, "mlp": got.mlp, "biases": got.biases}
    return Shown(
        chart(
            heads_heat(got.heads),
            key="chart_heads",
            alt=_("Each head's contribution, layers by heads."),
        ),
        words.strongest(got),
        numbers("attribution", partial(attribution_rows, got), picture),
        box(
            now, "layers/wrote", "layers-attribution", shown={**shown, "logit": own},
            tolerance=1e-3, position=position, token=read.token, against=read.against,
        ),
    )  # fmt: skip
