"""Boxes of the layers page that its first view does not show, run as programs."""

from __future__ import annotations

import pytest

from core.recipes import Recipe, recipe
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


def made(engine) -> dict[str, Recipe]:
    trace = engine.trace(TEXT)
    at, layer = 5, 1

    def box(program: str, shown, tolerance: float = 1e-4, **values) -> Recipe:
        start = {"source": engine.loaded.source, "prompt": TEXT, "token_ids": None}
        return recipe(f"layers/{program}", program, shown=shown, tolerance=tolerance,
                      **start, **values)  # fmt: skip

    steps = engine.view(block_steps, trace, layer, at)
    gelu = gelu_steps(steps.hidden)
    heads = engine.view(heads_at, trace, layer, at)
    ranks = engine.logit_lens(trace, 1, 4, watched=(262,)).watched_ranks[..., 0]
    last = engine.logit_lens(trace, at, at + 1, watched=(262, 11))
    got = attribute(engine.view(writes, trace, at), engine.view(reader, 262))
    loud = engine.view(neurons, trace, layer, at, 5, 4, "effect")
    blocks = [(0, "attn"), (1, "mlp")]
    ids = trace.token_ids[: at + 1]
    left_out = change(
        engine.view(ablated_logits, ids),
        engine.view(ablated_logits, ids, frozenset(), frozenset(blocks)),
    )
    return {
        "norm": box(
            "block_norm",
            {"mean": steps.ln_2.mean, "variance": steps.ln_2.variance, "out": steps.ln_2.out},
            1e-3,
            layer=layer,
            position=at,
            norm="ln_2",
        ),
        "gelu": box("block_gelu", gelu.out, layer=layer, position=at),
        "heads": box(
            "block_heads",
            {"lengths": heads.lengths, "weights": heads.weights},
            layer=layer,
            position=at,
        ),
        "lens_ranks": box("lens", ranks, start=1, stop=4, top=10, watched=262),
        "race": box(
            "race", last.watched_ranks[:, 0], position=at, tokens=(262, 11), measure="rank"
        ),
        "attribution": box(
            "wrote",
            {
                "embedding": got.embedding,
                "heads": got.heads,
                "mlp": got.mlp,
                "biases": got.biases,
                "logit": logit_or_difference(engine.view(token_logits, trace, at, (262,))),
            },
            1e-3,
            position=at,
            token=262,
            against=None,
        ),
        "neurons": box(
            "mlp",
            {
                "activations": loud.activations,
                "lengths": loud.lengths,
                "raises": loud.promoted[2],
                "lowers": loud.suppressed[2],
            },
            layer=layer,
            position=at,
            neurons=loud.neurons,
            neuron=loud.neurons[2],
            words=4,
        ),
        "skip": box(
            "skip",
            [left_out.before, left_out.after],
            position=at,
            blocks=blocks,
            tokens=left_out.token_ids,
        ),
    }


NAMES = ["norm", "gelu", "heads", "lens_ranks", "race", "attribution", "neurons", "skip"]


@pytest.mark.parametrize("name", NAMES)
def test_the_other_boxes(tiny, name: str) -> None:
    check_box(made(tiny)[name])
