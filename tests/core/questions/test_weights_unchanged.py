"""Writing changes no weight."""

from __future__ import annotations

import hashlib

import pytest
import torch

from core.views.fingerprint import fingerprint_of, parameter_names, together
from tests.core.questions.common import answered

ASKED = "What is my name? Your name is"


@pytest.mark.parametrize("which", ["storyteller", "tiny"])
def test_before_and_after_are_equal_to_the_last_bit(request, which: str) -> None:
    """The box takes the fingerprint of the checkpoint that plain transformers loads."""
    found = answered(request.getfixturevalue(which), "weights_unchanged", ASKED, token="Anna")
    assert found.right == "same"
    assert found.numbers["p_before"] == found.numbers["p_after"]
    assert found.numbers["checksum"] == found.numbers["checksum_after"]
    assert found.numbers["n_written"].value > 0


def test_one_bit_of_one_weight_changes_the_fingerprint(smallest) -> None:
    names = parameter_names(smallest.loaded)
    assert len(names) == len(set(names)) == len(list(smallest.loaded.model.parameters()))

    def fingerprint() -> str:
        return together(fingerprint_of(smallest.loaded, name) for name in names)

    before = fingerprint()
    weight = dict(smallest.loaded.model.named_parameters())["transformer.h.1.mlp.c_fc.bias"]
    with torch.no_grad():
        kept = weight[3].clone()
        weight[3] = torch.nextafter(kept, torch.tensor(9.0))
        changed = fingerprint()
        weight[3] = kept
    assert changed != before
    assert fingerprint() == before


def test_it_is_sha_256_of_the_bytes(tiny) -> None:
    name = "transformer.ln_f.weight"
    weight = dict(tiny.loaded.model.named_parameters())[name].detach().numpy()
    assert fingerprint_of(tiny.loaded, name) == hashlib.sha256(weight.tobytes()).digest()
