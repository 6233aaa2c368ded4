"""Where words lie, and where context pushes them."""

from __future__ import annotations

from core.charts.embeddings.map import Dots, word_map
from core.charts.figure import Figure
from core.language import _
from core.views.word_map import WordMap, single_tokens
from core.views.word_map import word_map as map_of
from pages.kit import words as count
from pages.kit.box import box
from pages.kit.chosen import TOKEN
from pages.kit.current import Current
from pages.kit.figure import chart
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.embeddings import words
from pages.panels.embeddings.params import AFTER, KINDS


@panel(
    "embeddings/map",
    title=lambda at: _("Where do words lie, and where does context push them?"),
    reads=(TOKEN,),
    controls=(KINDS, AFTER),
    widths=(15, 8),
)
def map_(now: Current, at: Values) -> Shown:
    named = {kind: single_tokens(now.engine.tokenizer, kind) for kind in at[KINDS]}
    ids = tuple(token for found in named.values() for _word, token in found)
    found = now.engine.view(map_of, now.trace(), ids)
    return Shown(
        chart(
            _figure(now, at, found, named),
            key="chart_map",
            alt=_("{n} (everyday) and {m} (of the prompt) on two axes.").format(
                n=count.n_words(len(ids)), m=count.tokens(len(now.tokens))
            ),
        ),
        words.map_axes(found.explained, now.engine.shape.n_embd),
        recipe=box(
            now, "embeddings/map", "embeddings-map",
            shown={"explained": found.explained, "here": found.path[at[AFTER]]}, tolerance=2e-3,
            words=ids, layer=at[AFTER],
        ),
    )  # fmt: skip


def _figure(
    now: Current, at: Values, found: WordMap, named: dict[str, list[tuple[str, int]]]
) -> Figure:
    titles, prompt = words.kinds(), _("your prompt")
    pairs = [(word, titles[kind]) for kind, some in named.items() for word, _token in some]
    return word_map(
        Dots(found.words, [word for word, _kind in pairs], [kind for _word, kind in pairs]),
        Dots(found.path[at[AFTER]], now.labels, [prompt] * len(now.labels)),
        [prompt, *titles.values()],
        found.trail(at[TOKEN], at[AFTER]),
        at[TOKEN],
        found.explained,
        found.reach,
    )
