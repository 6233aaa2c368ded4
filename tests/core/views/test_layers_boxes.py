"""Boxes of the layers page that its first view does not show, run as programs."""

from __future__ import annotations

import pytest

from core.recipes.layers import boxes as recipes
from core.views import lens
from core.views.ablation import ablated_logits, change
from tests.boxes import check_box

TEXT = "The cat sat on the mat and the cat"


def made(engine) -> dict:
    trace = engine.trace(TEXT)
    at, layer = 5, 1
    start = (engine.loaded.source, {"prompt": TEXT})
    steps = engine.view(lens.block_steps, trace, layer, at)
    gelu = lens.gelu_steps(steps.hidden)
    last = engine.logit_lens(trace, at, at + 1, watched=(262, 11))
    parts = engine.view(lens.writes, trace, at)
    read = engine.view(lens.reader, 262)
    own = lens.logit_or_difference(engine.view(lens.token_logits, trace, at, (262,)))
    neurons = engine.view(lens.neurons, trace, layer, at, 5, 4, "effect")
    blocks = [(0, "attn"), (1, "mlp")]
    ids = trace.token_ids[: at + 1]
    left_out = change(
        engine.view(ablated_logits, ids),
        engine.view(ablated_logits, ids, frozenset(), frozenset(blocks)),
    )
    return {
        "norm": recipes.norm(*start, layer, at, "ln_2", steps.ln_2),
        "gelu": recipes.gelu(*start, layer, at, gelu),
        "heads": recipes.heads(*start, layer, at, engine.view(lens.heads_at, trace, layer, at)),
        "lens_ranks": recipes.lens_ranks(
            *start, engine.logit_lens(trace, 1, 4, watched=(262,)), 262
        ),
        "race": recipes.race(*start, at, (262, 11), last.watched_ranks[:, 0], "rank"),
        "attribution": recipes.attribution(*start, at, read, lens.attribute(parts, read), own),
        "neurons": recipes.neurons(*start, neurons, 2),
        "skip": recipes.skip(
            *start,
            at,
            blocks,
            [int(i) for i in left_out.token_ids],
            left_out.before,
            left_out.after,
        ),
    }


NAMES = ["norm", "gelu", "heads", "lens_ranks", "race", "attribution", "neurons", "skip"]


@pytest.mark.parametrize("name", NAMES)
def test_the_other_boxes(tiny, name: str) -> None:
    check_box(made(tiny)[name])
