"""Rows through all blocks in one call that PyTorch runs by itself, without Python's lock.

A token is a hundred small operations. Called from Python each of them gives Python's lock up
and asks for it again, and beside one script that draws a page a pass took five times as long. As
TorchScript the pass gives the lock up once. So all here is in the part of Python that TorchScript
reads: no closures, no numbers from outside, each type said. Where it cannot be had the same
functions run as they stand.

Shapes: n rows (a row is one token of one sequence), T tokens, E = n_embd, H heads, d = E / H,
V = n_vocab. `weights` are a layer's twelve tensors after the other's, in `LAYER`'s order; `ways`
say how each product of a layer is computed (`core.engine.gemm`).
"""

import torch
import torch.nn.functional as F

from core.engine.gemm import head, product

#: The modules of a block in the order of `weights`: the weight of each, then its bias.
LAYER = ("ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj")


def embed(
    ids: torch.Tensor, positions: torch.Tensor, wte: torch.Tensor, wpe: torch.Tensor
) -> torch.Tensor:
    """Token plus position vectors; (n,), (n,) -> (n, E)."""
    return F.embedding(ids, wte).add_(F.embedding(positions, wpe))


def split_heads(packed: torch.Tensor, n_head: int) -> torch.Tensor:
    """(..., T, E) -> (..., H, T, d), a view."""
    return packed.unflatten(-1, [n_head, packed.shape[-1] // n_head]).transpose(-2, -3)


def attend_one(qkv: torch.Tensor, kv: torch.Tensor, n_head: int, scale: float) -> torch.Tensor:
    """One new row over its text: three small products beat the fused kernel's start-up.

    Shapes (1, 3 E); (T, 2 E), keys, then values, the last row is written -> (1, E).
    """
    n_embd = kv.shape[1] // 2
    kv[-1] = qkv[0, n_embd:]
    k, v = kv.view(kv.shape[0], 2, n_head, -1).unbind(1)  # (T, H, d) each
    q = qkv[0, :n_embd].view(n_head, 1, -1)
    # Scaling inside the product: a Python number times a tensor is converted first.
    scores = torch.baddbmm(q[:, :, :1], q, k.permute(1, 2, 0), beta=0, alpha=scale)
    return torch.bmm(scores.softmax(-1), v.transpose(0, 1)).view(1, -1)


def attend_rows(
    qkv: torch.Tensor, kv: torch.Tensor, mask: torch.Tensor | None, n_head: int, scale: float
) -> torch.Tensor:
    """New rows of one text over all before them and themselves; or all rows of several texts.

    Parameters
    ----------
    qkv : shape (n, 3 E)
    kv : shape (T, 2 E), keys, then values; the last n rows are written from `qkv`. Of several
        texts shape (texts, T, 2 E)
    mask : shape (n, T), True where a row may look; None from the first row on, or for one row

    Returns
    -------
    shape (n, E)
    """
    if kv.dim() == 3:
        return attend_texts(qkv, kv, n_head, scale)
    n, n_embd = qkv.shape[0], kv.shape[1] // 2
    kv[kv.shape[0] - n :] = qkv[:, n_embd:]
    z = F.scaled_dot_product_attention(
        split_heads(qkv[:, :n_embd], n_head)[None],
        split_heads(kv[:, :n_embd], n_head)[None],
        split_heads(kv[:, n_embd:], n_head)[None],
        attn_mask=mask,
        is_causal=n == kv.shape[0],
        scale=scale,
    )
    return z[0].transpose(0, 1).reshape(n, n_embd)


def attend_texts(qkv: torch.Tensor, kv: torch.Tensor, n_head: int, scale: float) -> torch.Tensor:
    """All rows of some texts, each over its own text up to itself.

    Shapes (texts T, 3 E); (texts, T, 2 E), keys, then values, all are written -> (texts T, E).
    """
    n_texts, n_ctx, width = kv.shape
    cut = qkv.view(n_texts, n_ctx, 3, n_head, -1)
    kv.copy_(qkv[:, width // 2 :].view(n_texts, n_ctx, width))
    q, k, v = cut.permute(2, 0, 3, 1, 4).unbind(0)
    z = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=scale)
    return z.transpose(1, 2).reshape(qkv.shape[0], width // 2)


def attend_group(
    qkv: torch.Tensor,
    kv: torch.Tensor,
    places: list[int],
    which: torch.Tensor | None,
    written: torch.Tensor | None,
    mask: torch.Tensor | None,
    n_head: int,
    scale: float,
) -> torch.Tensor:
    """One new token of each of some sequences over its own text.

    Parameters
    ----------
    qkv : shape (n, 3 E)
    kv : shape (rows, capacity, 2 E), keys, then values, of the sequences' block
    places : of `core.engine.batch.Group`: the first one's row in the block, and how many tokens
        the longest has, the new one included
    which : their rows in the block, shape (n,); None for the first n
    written : where the new keys and values go in the flattened block, shape (n,); None for one
    mask : shape (n, 1, 1, longest), added to the scores; None where all are of one length

    Returns
    -------
    shape (n, E)
    """
    n, n_embd = qkv.shape[0], kv.shape[2] // 2
    longest = places[1]
    if written is None:
        return attend_one(qkv, kv[places[0], :longest], n_head, scale)
    kv.view(-1, 2 * n_embd).index_copy_(0, written, qkv[:, n_embd:])
    seen = kv[:n, :longest] if which is None else kv[which, :longest]
    z = F.scaled_dot_product_attention(
        qkv[:, :n_embd].view(n, n_head, 1, -1),
        split_heads(seen[:, :, :n_embd], n_head),
        split_heads(seen[:, :, n_embd:], n_head),
        attn_mask=mask,
        scale=scale,
    )
    return z.reshape(n, n_embd)


def qkv_of(
    x: torch.Tensor, weights: list[torch.Tensor], at: int, ways: list[int], eps: float
) -> torch.Tensor:
    """`ln_1` and `c_attn` of the layer whose weights begin at `at`; (n, E) -> (n, 3 E)."""
    x = F.layer_norm(x, [x.shape[1]], weights[at], weights[at + 1], eps)
    return product(ways[0], x, weights[at + 2], weights[at + 3], False)


def rest_of(
    x: torch.Tensor, z: torch.Tensor, weights: list[torch.Tensor], at: int, ways: list[int],
    eps: float, out: torch.Tensor | None,
) -> torch.Tensor:  # fmt: skip
    """What follows a layer's heads: their projection, then the MLP; shapes (n, E).

    Where the rows are kept they are made in their place, `out`: a fresh page costs only once.
    """
    x = product(ways[1], z, weights[at + 4], weights[at + 5], False).add_(x)
    m = F.layer_norm(x, [x.shape[1]], weights[at + 6], weights[at + 7], eps)
    m = product(ways[2], m, weights[at + 8], weights[at + 9], True)
    m = product(ways[3], m, weights[at + 10], weights[at + 11], False)
    return m.add_(x) if out is None else torch.add(m, x, out=out)


def read_rows(
    x: torch.Tensor, weights: list[torch.Tensor], ways: list[int], eps: float, n_head: int,
    scaling: list[float], kv: list[torch.Tensor], mask: torch.Tensor | None,
    out: torch.Tensor | None,
) -> torch.Tensor:  # fmt: skip
    """New rows of one text through all blocks; see `core.engine.forward.Forward.read`."""
    if out is not None:
        x = out[0].copy_(x)
    for layer in range(len(kv)):
        at = 12 * layer
        qkv = qkv_of(x, weights, at, ways, eps)
        z = attend_rows(qkv, kv[layer], mask, n_head, scaling[layer])
        kept = None if out is None else out[layer + 1]
        x = rest_of(x, z, weights, at, ways, eps, kept)
    return x


def step_groups(
    x: torch.Tensor, weights: list[torch.Tensor], ways: list[int], eps: float, n_head: int,
    scaling: list[float], kv: list[list[torch.Tensor]], places: list[list[int]],
    which: list[torch.Tensor | None], written: list[torch.Tensor | None],
    mask: list[torch.Tensor | None],
) -> torch.Tensor:  # fmt: skip
    """One token of each sequence through all blocks; see `Forward.step`, a list a group each."""
    for layer in range(len(scaling)):
        at = 12 * layer
        qkv = qkv_of(x, weights, at, ways, eps)
        parts: list[torch.Tensor] = []
        start = 0
        for g in range(len(kv)):
            stop = start + places[g][2]
            parts.append(
                attend_group(
                    qkv[start:stop], kv[g][layer], places[g], which[g], written[g], mask[g],
                    n_head, scaling[layer],
                )
            )  # fmt: skip
            start = stop
        z = parts[0] if len(parts) == 1 else torch.cat(parts)
        x = rest_of(x, z, weights, at, ways, eps, None)
    return x


def logits_of(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, eps: float, way: int,
    wte: torch.Tensor,
) -> torch.Tensor:  # fmt: skip
    """`ln_f` and the head; (n, E) -> (n, V)."""
    return head(way, F.layer_norm(x, [x.shape[1]], weight, bias, eps), wte)
