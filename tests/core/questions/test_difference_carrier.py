"""Which part brings the difference of two texts to the last token."""

from __future__ import annotations

import numpy as np
import pytest

from core.views.patching import share
from tests.core.questions.common import answered
from tests.core.questions.test_difference_arrives import A, B
from tests.core.views.test_patching import module_of, naive, seen


def test_the_best_of_each_part_is_a_hooks(storyteller, oracle_of) -> None:
    found = answered(storyteller, "difference_carrier", A, other=B)
    model = oracle_of(storyteller.loaded.source)
    ids_a, ids_b = storyteller.ids(A), storyteller.ids(B)
    logits = [storyteller.trace(text).logits for text in (A, B)]
    for kind, name in (("attn", "share"), ("mlp", "mlp_share")):
        patched = []
        for layer in range(6):
            module = module_of(model, layer, kind)
            vector = seen(model, ids_a, module, at_input=False)[-1]
            patched.append(naive(model, ids_b, module, vector, len(ids_b) - 1, kind))
        best = share(np.stack(patched), *logits).max()
        assert found.numbers[name].value == pytest.approx(best, abs=1e-3)
