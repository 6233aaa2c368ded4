"""Boxes of the layers page that its first view does not show, run as programs."""

from __future__ import annotations

import pytest

from core.recipes.layers import boxes as recipes
from core.views.ablation import ablated_logits
from core.views.attribution import attribute, logit_or_difference, reader, token_logits
from core.views.block import block_steps
from core.views.effects import change
from core.views.gelu import gelu_steps
from core.views.heads_at import heads_at
from core.views.neurons import neurons
from core.views.residual import writes
from tests.boxes import check_box

TEXT = "The cat sat on the mat and the cat"


def made(engine) -> dict:
    trace = engine.trace(TEXT)
    at, layer = 5, 1
    start = (engine.loaded.source, {"prompt": TEXT})
    steps = engine.view(block_steps, trace, layer, at)
    gelu = gelu_steps(steps.hidden)
    last = engine.logit_lens(trace, at, at + 1, watched=(262, 11))
    parts = engine.view(writes, trace, at)
    read = engine.view(reader, 262)
    own = logit_or_difference(engine.view(token_logits, trace, at, (262,)))
    loud = engine.view(neurons, trace, layer, at, 5, 4, "effect")
    blocks = [(0, "attn"), (1, "mlp")]
    ids = trace.token_ids[: at + 1]
    left_out = change(
        engine.view(ablated_logits, ids),
        engine.view(ablated_logits, ids, frozenset(), frozenset(blocks)),
    )
    return {
        "norm": recipes.norm(*start, layer, at, "ln_2", steps.ln_2),
        "gelu": recipes.gelu(*start, layer, at, gelu),
        "heads": recipes.heads(*start, layer, at, engine.view(heads_at, trace, layer, at)),
        "lens_ranks": recipes.lens_ranks(
            *start, engine.logit_lens(trace, 1, 4, watched=(262,)), 262
        ),
        "race": recipes.race(*start, at, (262, 11), last.watched_ranks[:, 0], "rank"),
        "attribution": recipes.attribution(*start, at, read, attribute(parts, read), own),
        "neurons": recipes.neurons(*start, loud, 2),
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
