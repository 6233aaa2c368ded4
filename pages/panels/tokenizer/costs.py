"""What does a text cost: two texts that say the same, counted and compared."""

from __future__ import annotations

from functools import partial

from core.charts.tokenizer.costs import cost_bars
from core.language import _
from core.tokens.cost import cost, difference, stacked
from core.tokens.encoding import Encoding, encoding
from core.tokens.pretokens import KINDS
from pages.components.chips import Row, chips
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import Drawn, below, chart, markdown, table
from pages.kit.panel import Shown, draw_row, panel
from pages.kit.params import Values
from pages.panels.tokenizer import words
from pages.panels.tokenizer.examples import pairs
from pages.panels.tokenizer.params import FIRST, PAIR, SECOND

LONGEST = 2_000


@panel(
    "tokenizer/costs",
    title=lambda at: _("What does a text cost?"),
    reads=(PAIR, FIRST, SECOND),
    depth="deeper",
)
def costs(now: Current, at: Values) -> Shown:
    PAIR.draw(at)
    draw_row(at, FIRST, SECOND)
    texts = {
        name: encoding(now.engine.tokenizer, at[side], LONGEST)
        for name, side in ((_("First"), FIRST), (_("Second"), SECOND))
    }
    first, second = (cost(text) for text in texts.values())
    counted = words.measures(dict(zip(texts, (first, second), strict=True)), now.engine.shape.n_ctx)
    pair = pairs()[at[PAIR]]
    same = (at[FIRST], at[SECOND]) == (pair.first, pair.second)
    said = [markdown(pair.why)] if same else []
    return Shown(
        below(*_figures(texts), table(counted, key="tok_cost_table"), *said),
        words.compared(difference(*texts.values()), first, second),
        recipe=box(
            now, "tokenizer/costs", "tokenizer-costs",
            **dict(zip(("first", "second"), (text.text for text in texts.values()), strict=True)),
            shown=[[c.tokens, c.characters, c.bytes, c.words] for c in (first, second)],
        ),
    )  # fmt: skip


def _figures(texts: dict[str, Encoding]) -> list[Drawn]:
    rows = [Row(text.tokens(), name=name) for name, text in texts.items()]
    names = words.kind_names()
    parts = stacked(texts, names)
    bars = [
        chart(
            cost_bars(parts, [names[kind] for kind in KINDS], list(texts)),
            key="tok_costs",
            alt=_("Tokens of the two texts, by the kind of characters they come from."),
        )
    ]
    return [partial(chips, rows, key="tok_compared"), *(bars if parts else [])]
