"""How well the model expected a text: token by token, and in total."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from core.model.bounds import check_ids
from core.model.loaded import LoadedModel
from core.views.trace import frozen

_CHUNK = 64  # positions
N_ALTERNATIVES = 5


@dataclass(frozen=True, eq=False)
class Scores:
    """What the model thought of each token of a text, given the tokens before it.

    Attributes
    ----------
    token_ids : shape (n,), the scored tokens; the text's very first one has nothing
        before it and is not among them
    log_probs : shape (n,), natural logarithm of each token's probability
    ranks : shape (n,), 1 if the token was the model's favourite
    entropy : shape (n,), of the distribution that the token was held against, in bits
    favourites : shape (n, N_ALTERNATIVES), ids of the tokens that the model expected most
    favourite_probs : shape (n, N_ALTERNATIVES), their probabilities
    context : shape (n,), how many tokens the model had read before each
    """

    token_ids: np.ndarray
    log_probs: np.ndarray
    ranks: np.ndarray
    entropy: np.ndarray
    favourites: np.ndarray
    favourite_probs: np.ndarray
    context: np.ndarray

    @cached_property
    def probs(self) -> np.ndarray:
        return np.exp(self.log_probs)

    @cached_property
    def surprisal(self) -> np.ndarray:
        """-log2 p of each token, in bits (Shannon, 1948)."""
        return -self.log_probs / math.log(2)


@dataclass(frozen=True)
class Total:
    """A text's score as a whole.

    Attributes
    ----------
    n_tokens, n_bytes : that were scored
    nats : sum of -ln p
    perplexity : exp(nats / n_tokens): among how many equally likely tokens the model
        chose, as it were (Jelinek et al., 1977)
    bits_per_byte : nats / ln 2 / n_bytes; comparable between tokenizers
    """

    n_tokens: int
    n_bytes: int
    nats: float
    perplexity: float
    bits_per_byte: float

    @property
    def bits_per_token(self) -> float:
        return self.nats / math.log(2) / self.n_tokens


@dataclass(frozen=True)
class Window:
    """A stretch that is read at once.

    Attributes
    ----------
    start, end : tokens [start, end) are read
    first : the first token that counts; those before it are context only
    """

    start: int
    end: int
    first: int


def windows(n_tokens: int, n_ctx: int) -> tuple[Window, ...]:
    """How a text that may be longer than the context is read.

    Windows overlap by half, so that every token but those of the first window has
    at least ``n_ctx // 2`` tokens before it; each token counts once.

    Raises
    ------
    ValueError
        If the context holds fewer than two tokens.
    """
    if n_ctx < 2:
        raise ValueError("a window needs a token to read and one to score")
    if n_tokens < 2:
        return ()
    overlapping = [Window(0, min(n_ctx, n_tokens), 1)]
    stride = n_ctx - n_ctx // 2
    while overlapping[-1].end < n_tokens:
        done = overlapping[-1].end
        end = min(n_tokens, done + stride)
        overlapping.append(Window(end - n_ctx, end, done))
    return tuple(overlapping)


def score_window(loaded: LoadedModel, token_ids: tuple[int, ...], first: int = 1) -> Scores:
    """Score the tokens of one window (at most n_ctx + 1) from index `first` on.

    Raises
    ------
    EmptyPrompt, TooManyTokens
    ValueError
        If `first` is not in [1, len(token_ids)).
    """
    if not 1 <= first < len(token_ids):
        raise ValueError("the first token has nothing before it to be expected from")
    check_ids(token_ids[:-1], loaded.shape.n_ctx, loaded.shape.n_vocab)
    check_ids(token_ids[-1:], loaded.shape.n_ctx, loaded.shape.n_vocab)
    ids = torch.tensor([token_ids], device=loaded.device)
    # The last token is only expected, never read. transformer(...) ends with ln_f; row i of it
    # predicts token i + 1.
    read = loaded.model.transformer(input_ids=ids[:, :-1], use_cache=False)
    states, expected = read.last_hidden_state[0, first - 1 :], ids[0, first:]
    # The head makes 50,257 numbers for each position: a few positions at a time.
    chunks = [
        _score(loaded.model.lm_head(some).float(), these)
        for some, these in zip(states.split(_CHUNK), expected.split(_CHUNK), strict=True)
    ]
    columns = [np.concatenate(column) for column in zip(*chunks, strict=True)]
    return _read_only(
        np.array(token_ids[first:]), *columns, np.arange(first, first + len(expected))
    )


def _score(logits: torch.Tensor, token_ids: torch.Tensor) -> tuple[np.ndarray, ...]:
    """What distributions say about the tokens that came: the columns of `Scores`.

    Parameters
    ----------
    logits : shape (n, n_vocab)
    token_ids : shape (n,)

    Returns
    -------
    log_probs, ranks, entropy, favourites, favourite_probs
    """
    log_probs = logits.log_softmax(dim=-1)
    own = log_probs.gather(1, token_ids[:, None])
    # 0 log 0 is 0: a probability that underflows adds nothing.
    entropy = -(log_probs.exp() * log_probs.clamp(min=-1e4)).sum(dim=-1) / math.log(2)
    best = log_probs.topk(N_ALTERNATIVES, dim=-1)
    return (
        frozen(own[:, 0]),
        ((log_probs > own).sum(dim=-1) + 1).cpu().numpy(),
        frozen(entropy),
        best.indices.cpu().numpy(),
        frozen(best.values.exp()),
    )


def _read_only(*arrays: np.ndarray) -> Scores:
    for array in arrays:
        array.flags.writeable = False
    return Scores(*arrays)


def join(parts: list[Scores]) -> Scores:
    """The scores of consecutive windows as one.

    Raises
    ------
    ValueError
        If there are none.
    """
    names = Scores.__dataclass_fields__
    return _read_only(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


def total(scores: Scores, n_bytes: int) -> Total:
    """A text's score as a whole.

    Parameters
    ----------
    scores : of every token but the first
    n_bytes : length of the scored tokens in UTF-8
    """
    nats = float(-scores.log_probs.sum(dtype=np.float64))
    n = len(scores.token_ids)
    return Total(n, n_bytes, nats, math.exp(nats / n), nats / math.log(2) / max(1, n_bytes))


#: The strip is darkest here: 16 bits are a chance of one in 65,536, about the vocabulary's size.
DARKEST = 16.0


def shades(scores: Scores, first: int, last: int) -> np.ndarray:
    """Surprise as a shade in [0, 1] for the text's tokens [first, last); unscored ones get 0."""
    padded = np.zeros(last, dtype=np.float64)
    n = min(last - 1, len(scores.token_ids))
    if n > 0:
        padded[1 : n + 1] = np.clip(scores.surprisal[:n] / DARKEST, 0.0, 1.0)
    return padded[first:last]


def most_surprising(scores: Scores, n: int = 3) -> tuple[int, ...]:
    """Indices of the `n` most surprising tokens, the worst first."""
    return tuple(np.argsort(scores.log_probs, kind="stable")[:n].tolist())


def hits(scores: Scores) -> float:
    """Share of tokens that were the model's favourite."""
    return float((scores.ranks == 1).mean())
