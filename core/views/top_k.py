"""The k largest of a vocabulary, several times faster than an order of all of it."""

import torch


def top_k(rows: torch.Tensor, k: int, block: int = 128) -> tuple[torch.Tensor, torch.Tensor]:
    """`torch.topk` along the last axis, but for which of equal values is taken.

    The k largest values lie in the k blocks with the largest maxima, so only
    those are searched: a maximum is found much faster than an order.

    Parameters
    ----------
    rows : shape (n_rows, n_vocab)
    k : how many
    block : values per block

    Returns
    -------
    values, ids : shape (n_rows, k), largest first
    """
    n_rows, n_vocab = rows.shape
    n_blocks = n_vocab // block
    if n_blocks <= 2 * k:
        return rows.topk(min(k, n_vocab), dim=-1)
    whole = n_blocks * block
    blocks = rows[:, :whole].unflatten(1, [n_blocks, block])
    best = blocks.amax(-1).topk(k, dim=-1).indices
    ids = (best[:, :, None] * block + torch.arange(block, device=rows.device)).flatten(1)
    rest = torch.arange(whole, n_vocab, device=rows.device).expand(n_rows, -1)
    ids = torch.cat([ids, rest], dim=1)
    values, at = rows.gather(1, ids).topk(k, dim=-1)
    return values, ids.gather(1, at)
