"""What a part left out is worth, measured on the whole model."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.views.ablation import ablated_logits
from core.views.skip import skip_cost
from tests.oracle import same


def test_all_blocks_left_out_is_the_embedding_through_the_head(engine, trace, plain, watched):
    blocks = frozenset((i, part) for i in range(trace.n_layer) for part in ("attn", "mlp"))
    got = engine.view(ablated_logits, trace.token_ids, frozenset(), blocks)
    with torch.inference_mode():
        embedded = watched.inputs["transformer.h.0.ln_1"][0, -1]
        same(got, plain.lm_head(plain.transformer.ln_f(embedded)))
    # That is the lens's first row.
    first = engine.logit_lens(trace, trace.n_ctx - 1, top=1)
    assert got.argmax() == first.top_ids[0, 0, 0]


def test_what_each_part_is_worth_is_measured_on_the_whole_model(engine, trace, plain):
    layer, ids = 1, trace.token_ids
    with torch.inference_mode():
        whole = plain(torch.tensor([ids])).logits[0, -1].double().log_softmax(-1)
        handle = plain.transformer.h[layer].mlp.register_forward_hook(
            lambda _module, _inputs, out: torch.zeros_like(out)
        )
        without = plain(torch.tensor([ids])).logits[0, -1].double().log_softmax(-1)
        handle.remove()
    bits = float((whole.exp() * (whole - without)).sum() / np.log(2))
    assert engine.view(skip_cost, ids, layer, "mlp") == pytest.approx(bits, rel=1e-3)
