"""Temperature keeps the order."""

from __future__ import annotations

import pytest
import torch

from core.questions import ask
from tests.core.questions.common import KING, LOOKED, answered, plain


@pytest.mark.parametrize("prompt", [KING, LOOKED])
def test_shares_are_transformers_own(storyteller, oracle_of, prompt: str) -> None:
    found = answered(storyteller, "order_kept", prompt)
    logits = plain(oracle_of, storyteller, prompt).logits[0, -1].double()
    for name, t in (("low", 0.3), ("1", 1.0), ("high", 2.0)):
        p = (logits / t).softmax(-1).sort(descending=True).values
        assert found.numbers[f"p_{name}"].value == pytest.approx(float(p[0]), rel=1e-3)
        assert found.numbers[f"beyond_{name}"].value == pytest.approx(float(p[50:].sum()), rel=1e-3)
        bits = float(-torch.xlogy(p, p).sum()) / 0.6931471805599453
        assert found.numbers[f"bits_{name}"].value == pytest.approx(bits, rel=1e-3)


@pytest.mark.parametrize("which", ["storyteller", "tiny", "smallest"])
@pytest.mark.parametrize("temperature", [1.1, 2, 50])
def test_no_temperature_exchanges_two_tokens(request, which: str, temperature: float) -> None:
    engine = request.getfixturevalue(which)
    found = ask(engine, "order_kept", "the and", temperature=temperature)
    assert found.right == "yes"
    bits = [found.numbers[f"bits_{name}"].value for name in ("low", "1", "high")]
    assert bits == sorted(bits)


@pytest.mark.parametrize("given", [{"temperature": 0.5}, {"low": 0}, {"low": 1.5}, {"low": -1}])
def test_one_is_low_and_one_is_high(tiny, given: dict) -> None:
    with pytest.raises(ValueError, match="low must lie between"):
        ask(tiny, "order_kept", KING, **given)
