"""Draws of many rows where no token is cut: one program, and no order of the vocabulary.

Each of NumPy's steps over a vocabulary gives Python's lock up and waits for it after: beside one
script that draws a page, nine rows took 108 ms instead of 6. So all here is in the part of Python
that TorchScript reads; see `core.compiled`. Tokens are laid end to end as in `core.sampling.draw`.

Shapes: n rows, V = n_vocab.
"""

import torch

from core.views.top_k import top_k


def drawn(
    logits: torch.Tensor, temperature: float, u: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The token of each row on which its random number falls.

    Parameters
    ----------
    logits : shape (n, V), float32
    temperature : above 0
    u : shape (n,), float64, in [0, 1)

    Returns
    -------
    token_ids, probs, model_probs : shape (n,); after the temperature, and softmax of the raw
        logits
    """
    probs = (logits / temperature).softmax(-1)
    ids, missed = _among_leading(probs, u)
    for start in range(0, missed.numel(), 8):  # a few at a time: each takes some megabytes
        some = missed[start : start + 8]
        ids[some] = _among_all(probs[some], u[some])
    at = ids[:, None]
    model = probs if temperature == 1.0 else logits.softmax(-1)
    return ids, probs.gather(1, at)[:, 0], model.gather(1, at)[:, 0]


def _among_leading(probs: torch.Tensor, u: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The tokens, and the rows whose number falls beyond the most likely ones."""
    values, ids = top_k(probs, 64, 32)
    ids, order = ids.sort(-1)  # equal ones by id
    values, order = values.gather(1, order).sort(stable=True, dim=-1, descending=True)
    # Of those as likely as the last one others may be among the rest.
    sure = (values > values[:, -1:]).sum(-1)
    covers = (values.double().cumsum(-1) <= u[:, None]).sum(-1)
    found = ids.gather(1, order).gather(1, covers.clamp(max=values.shape[1] - 1)[:, None])[:, 0]
    return found, (covers >= sure).nonzero()[:, 0]


def _among_all(probs: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
    """The tokens, by how likely the one is on which u falls; then which one of those as likely.

    The bits of two floats above zero are in the order of the floats: their upper half is looked
    for first, then the lower.
    """
    bits, mass = probs.view(dtype=torch.int32).long(), probs.double()
    upper = _first_that_fits(bits >> 15, mass, torch.zeros_like(mass[:, :1]), u)
    inside = (bits >> 15) == upper
    before = (mass * ((bits >> 15) > upper)).sum(-1, keepdim=True)
    lower = _first_that_fits(bits & 32767, mass * inside, before, u)
    # float32 probabilities may sum to a hair under one: the last token that can be drawn ends all.
    allowed = (bits >= (upper << 15) + lower) & (bits > 0)
    value = torch.where(allowed, bits, bits.amax(-1, keepdim=True)).amin(-1, keepdim=True)
    alike = bits == value
    before, each = (mass * (bits > value)).sum(-1), (mass * alike).amax(-1)
    nth = alike.cumsum(-1)
    # Bounded while it is a float: a share of 1e-45 goes into what is left more often than an
    # integer can count.
    which = ((u - before) / each).floor().clamp(min=0.0, max=float(bits.shape[1])).long() + 1
    wanted = torch.minimum(which, nth[:, -1])[:, None]
    return (alike & (nth == wanted)).int().argmax(-1)


def _first_that_fits(
    keys: torch.Tensor, mass: torch.Tensor, before: torch.Tensor, u: torch.Tensor
) -> torch.Tensor:
    """The smallest key beyond which lies no more than u, with what lies before it; shape (n, 1).

    Parameters
    ----------
    keys : shape (n, V), in [0, 32768)
    mass : shape (n, V), float64
    before : shape (n, 1)
    """
    n = keys.shape[0]
    rows = torch.arange(n)[:, None] * 32768
    of_keys = torch.bincount((keys + rows).flatten(), mass.flatten(), n * 32768).view(n, 32768)
    beyond = before + of_keys.flip(-1).cumsum(-1).flip(-1) - of_keys
    return (beyond <= u[:, None]).int().argmax(-1, keepdim=True)
