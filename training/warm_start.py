"""A first guess for the embeddings, from counting which tokens stand together.

On a processor a training run sees a few million tokens, too few to place
42,000 embeddings well. Counting is cheap, so the whole corpus is counted once:
the positive pointwise mutual information of tokens within a window, reduced by
a truncated singular value decomposition (Levy & Goldberg, 2014), gives each
token a direction shared with the tokens that occur in the same company. One
more dimension carries the log frequency, so that the tied head starts as a
unigram model. Training moves all of it; nothing is frozen.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

WINDOW = 4
CONTEXT_TOKENS = 6_000
#: `ln_f.bias` on the frequency dimension times the embedding's entry there is the log frequency.
FREQUENCY_BIAS = 16.0


def token_counts(streams: list[np.ndarray], n_vocab: int) -> np.ndarray:
    """How often each token occurs; shape (n_vocab,)."""
    return sum(
        (np.bincount(s, minlength=n_vocab) for s in streams), np.zeros(n_vocab, dtype=np.int64)
    )


def cooccurrence(streams: list[np.ndarray], counts: np.ndarray) -> sparse.csr_matrix:
    """Windowed co-occurrence with the most frequent tokens.

    Returns
    -------
    shape (n_vocab, CONTEXT_TOKENS)
        Counts weighted by 1 / distance, on both sides.
    """
    n_vocab = len(counts)
    context = np.argsort(-counts, kind="stable")[:CONTEXT_TOKENS]
    column = np.full(n_vocab, -1, dtype=np.int64)
    column[context] = np.arange(len(context))
    total = sparse.csr_matrix((n_vocab, len(context)), dtype=np.float32)
    chunk = 2_000_000
    for stream in streams:
        for start in range(0, len(stream), chunk):
            part = stream[start : start + chunk].astype(np.int64)
            for distance in range(1, WINDOW + 1):
                for rows, others in (
                    (part[:-distance], part[distance:]),
                    (part[distance:], part[:-distance]),
                ):
                    keep = column[others] >= 0
                    data = np.full(int(keep.sum()), 1.0 / distance, dtype=np.float32)
                    total = total + sparse.csr_matrix(
                        (data, (rows[keep], column[others[keep]])), shape=total.shape
                    )
    return total


def embeddings(streams: list[np.ndarray], n_vocab: int, n_embd: int, seed: int) -> np.ndarray:
    """First values for `wte`; shape (n_vocab, n_embd), float32. Entry 0 is the log frequency."""
    counts = token_counts(streams, n_vocab)
    together = cooccurrence(streams, counts).tocoo()
    row_sum = np.asarray(together.sum(axis=1)).ravel()
    # Raising context counts to 0.75 keeps rare contexts from dominating (Levy et al., 2015).
    col_sum = np.asarray(together.sum(axis=0)).ravel() ** 0.75
    pmi = np.log(together.data * col_sum.sum() / (row_sum[together.row] * col_sum[together.col]))
    keep = pmi > 0
    ppmi = sparse.csr_matrix(
        (pmi[keep].astype(np.float32), (together.row[keep], together.col[keep])),
        shape=together.shape,
    )
    u, s, _ = randomized_svd(ppmi, n_embd - 1, n_iter=3, random_state=seed)
    vectors = u * np.sqrt(s)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    # Rare tokens have few counts: shrink them towards zero instead of trusting the noise.
    trust = (counts / (counts + 20.0))[:, None]
    rng = np.random.default_rng(seed)
    noise = rng.normal(0.0, 0.01, size=vectors.shape)
    vectors = 0.6 * trust * vectors / np.maximum(norms, 1e-6) + noise
    log_frequency = np.log((counts + 0.1) / (counts + 0.1).sum())
    centred = log_frequency - np.average(log_frequency, weights=counts + 0.1)
    first = (centred / FREQUENCY_BIAS)[:, None]
    return np.concatenate([first, vectors], axis=1).astype(np.float32)


def positions(n_ctx: int, n_embd: int, seed: int) -> np.ndarray:
    """First values for `wpe`; shape (n_ctx, n_embd), float32.

    Sinusoids (Vaswani et al., 2017, section 3.5) in a random rotation, small:
    a step to the left is then the same linear map everywhere, which is what a
    previous-token head needs, also at positions that training reaches late.
    """
    rng = np.random.default_rng(seed)
    waves = min(64, 2 * ((n_embd - 1) // 2))
    rates = np.exp(np.linspace(0.0, np.log(1.0 / 2_000.0), waves // 2))
    angles = np.arange(n_ctx)[:, None] * rates[None, :]
    table = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
    basis, _ = np.linalg.qr(rng.normal(size=(n_embd - 1, waves)))
    out = np.zeros((n_ctx, n_embd))
    out[:, 1:] = 0.4 * table @ basis.T / np.sqrt(waves / 2)
    return (out + rng.normal(0.0, 0.003, size=out.shape)).astype(np.float32)
