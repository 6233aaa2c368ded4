"""After how many layers the difference of two texts is at the last token."""

from __future__ import annotations

import numpy as np
import pytest

from core.questions import Refused, ask
from core.views.patching import share
from tests.core.questions.common import answered
from tests.core.views.test_patching import module_of, naive, seen

A, B = (
    f"There was once a {who} who lived in a castle. Every morning" for who in ("princess", "prince")
)
#: Names come later.
GREEN, BROWN = (
    f"Doctor Fell met Captain {name}. Good day, said Captain" for name in ("White", "Moon")
)


@pytest.mark.parametrize(("a", "b"), [(A, B), (GREEN, BROWN)])
def test_before_it_hardly_anything_and_from_there_on_most(storyteller, oracle_of, a, b) -> None:
    found = answered(storyteller, "difference_arrives", a, other=b)
    model = oracle_of(storyteller.loaded.source)
    ids, last = (storyteller.ids(text) for text in (a, b)), []
    ids_a, ids_b = ids
    for layer in range(7):
        module = module_of(model, layer, "resid")
        vector = seen(model, ids_a, module, at_input=True)[-1]
        last.append(naive(model, ids_b, module, vector, len(ids_b) - 1, "resid"))
    logits = (storyteller.trace(text).logits for text in (a, b))
    shares = share(np.stack(last), *logits)
    assert (shares[found.right :] > 0.5).all()
    assert shares[found.right - 1] < 0.5
    assert found.numbers["after"].value == pytest.approx(shares[found.right], abs=1e-3)


@pytest.mark.parametrize(
    ("other", "told"),
    [(A, "differ at their last token"), ("The king", "differ at their last token"),
     ("There was once a princess who lived in a castle; every morning", "hardly differ")],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(storyteller, other, told) -> None:
    with pytest.raises(Refused, match=told):
        ask(storyteller, "difference_arrives", A, other=other)
