"""What views are held against: every module of a plain transformers model, looked at."""

from __future__ import annotations

import numpy as np
import torch

TEXT = "Once upon a time there was a king who had a beautiful daughter. The king"
TOLERANCE = 1e-4  # relative to the largest value


def same(ours, theirs) -> None:
    ours = np.asarray(ours, dtype=np.float64)
    theirs = np.asarray(theirs.detach() if hasattr(theirs, "detach") else theirs, dtype=np.float64)
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() <= TOLERANCE * max(np.abs(theirs).max(), 1e-9)


class Watched:
    """Inputs and outputs of every module of a plain transformers model, by name."""

    def __init__(self, model, ids) -> None:
        self.inputs, self.outputs = {}, {}

        def hook(name):
            def keep(_module, inputs, output):
                self.inputs[name] = inputs[0] if inputs else None
                self.outputs[name] = output[0] if isinstance(output, tuple) else output

            return keep

        handles = [m.register_forward_hook(hook(n)) for n, m in model.named_modules()]
        with torch.inference_mode():
            self.logits = model(input_ids=torch.tensor([ids])).logits[0]
        for handle in handles:
            handle.remove()
