"""From logits to a choice: transformers' own processors, one at a time.

The same objects that `generate` builds are called one after the other and every
stage is kept, so the numbers on the page are those of `generate`, to the bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from transformers.generation.logits_process import (
    LogitsProcessor,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from core.model.bounds import check_ids
from core.views.trace import frozen

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel

#: The stages in the order in which `generate` applies them.
STAGES = ("logits", "repetition_penalty", "temperature", "top_k", "top_p", "min_p")


@dataclass(frozen=True)
class SamplingSettings:
    """The knobs, in the order in which they act. Neutral values switch a stage off.

    Attributes
    ----------
    repetition_penalty : > 0; 1 is off
    temperature : >= 0; 1 is off, 0 means greedy
    top_k : number of tokens kept; 0 is off
    top_p : probability kept, in [0, 1]; 1 is off, 0 keeps the best token only
    min_p : share of the best token's probability, in [0, 1]; 0 is off
    """

    repetition_penalty: float = 1.0
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0

    def __post_init__(self) -> None:
        # Written so that NaN fails too.
        if not 0 < self.repetition_penalty < math.inf:
            raise ValueError("repetition_penalty must be above 0")
        if not 0 <= self.temperature < math.inf:
            raise ValueError("temperature must not be negative")
        if not self.top_k >= 0:
            raise ValueError("top_k must not be negative")
        if not 0 <= self.top_p <= 1:
            raise ValueError("top_p must lie in [0, 1]")
        if not 0 <= self.min_p <= 1:
            raise ValueError("min_p must lie in [0, 1]")

    @property
    def greedy(self) -> bool:
        return self.temperature == 0


@dataclass(frozen=True, eq=False)
class Stage:
    """One step of the pipeline.

    Attributes
    ----------
    name : "logits", "repetition_penalty", "temperature", "top_k", "top_p", "min_p"
    logits : shape (n_vocab,), float32; tokens that were cut are -inf
    probs : shape (n_vocab,), float32, softmax of `logits`; sums to one
    kept : how many tokens are left
    """

    name: str
    logits: np.ndarray
    probs: np.ndarray
    kept: int


def processors(settings: SamplingSettings) -> list[tuple[str, LogitsProcessor]]:
    """The processors that `generate` would use, with their names, in its order."""
    chain: list[tuple[str, LogitsProcessor]] = []
    if settings.repetition_penalty != 1.0:
        chain.append(
            (
                "repetition_penalty",
                RepetitionPenaltyLogitsProcessor(float(settings.repetition_penalty)),
            )
        )
    if settings.greedy:
        return chain  # as `generate(do_sample=False)`: nothing to divide by, nothing to cut
    if settings.temperature != 1.0:
        chain.append(("temperature", TemperatureLogitsWarper(float(settings.temperature))))
    if settings.top_k:
        chain.append(("top_k", TopKLogitsWarper(int(settings.top_k))))
    if settings.top_p < 1.0:
        chain.append(("top_p", TopPLogitsWarper(float(settings.top_p))))
    if settings.min_p > 0.0:
        chain.append(("min_p", MinPLogitsWarper(float(settings.min_p))))
    return chain


def _stage(name: str, logits: torch.Tensor) -> Stage:
    probs = logits.softmax(dim=-1)
    arrays = [t.numpy() for t in (logits, probs)]
    for array in arrays:
        array.flags.writeable = False
    return Stage(name, arrays[0], arrays[1], int(torch.isfinite(logits).sum()))


def pipeline(
    logits: np.ndarray, settings: SamplingSettings, previous_ids: tuple[int, ...] = ()
) -> tuple[Stage, ...]:
    """Every stage from raw logits to the distribution that is drawn from.

    Parameters
    ----------
    logits : shape (n_vocab,), the model's own
    settings : the knobs
    previous_ids : tokens so far, for the repetition penalty

    Returns
    -------
    tuple of Stage
        The raw logits first; a stage that is switched off is left out. The last
        stage's `probs` are what a token is drawn from; at temperature 0 its
        largest entry is taken.
    """
    scores = torch.from_numpy(np.array(logits, dtype=np.float32))[None]
    ids = torch.tensor([list(previous_ids)], dtype=torch.long)
    stages = [_stage("logits", scores[0])]
    for name, processor in processors(settings):
        scores = processor(ids, scores)
        stages.append(_stage(name, scores[0]))
    return tuple(stages)


def distribution(
    logits: np.ndarray, settings: SamplingSettings, previous_ids: np.ndarray | None = None
) -> np.ndarray:
    """The last stage of `pipeline` for many sequences at once, without the stages between.

    Parameters
    ----------
    logits : shape (n_seq, n_vocab), the model's own; not written to
    settings : the same for all
    previous_ids : shape (n_seq, n_ctx), tokens so far; needed by the repetition penalty only

    Returns
    -------
    shape (n_seq, n_vocab), float32, rows sum to one
        Equal to ``pipeline(row)[-1].probs`` for each row.
    """
    scores = torch.from_numpy(np.array(logits, dtype=np.float32))
    ids = torch.zeros(len(scores), 0, dtype=torch.long)
    if previous_ids is not None:
        ids = torch.from_numpy(np.array(previous_ids, dtype=np.int64))
    for _name, processor in processors(settings):
        scores = processor(ids, scores)
    return scores.softmax(dim=-1).numpy()


#: `draw` looks among this many leading tokens before it sorts the whole vocabulary.
_LEADING = 64


def draw(probs: np.ndarray, u: float) -> int:
    """The token on which a random number falls.

    Parameters
    ----------
    probs : shape (n_vocab,), sums to one
    u : in [0, 1)

    Returns
    -------
    int
        Tokens are laid end to end, the most likely first (equal ones by id), each
        as long as its probability; the answer is the one that covers `u`
        (inverse transform sampling; Devroye, 1986, section III.2).
    """
    if len(probs) > 2 * _LEADING:
        # Most draws fall on the leading tokens: find those without sorting 50,257 numbers.
        bound = np.partition(probs, -_LEADING)[-_LEADING]
        leading = np.flatnonzero(probs > bound)  # ties with the bound wait for the full order
        leading = leading[np.argsort(-probs[leading], kind="stable")]
        cumulative = np.cumsum(probs[leading], dtype=np.float64)
        place = int(np.searchsorted(cumulative, u, side="right"))
        if place < len(leading):
            return int(leading[place])
    order = np.argsort(-probs, kind="stable")
    cumulative = np.cumsum(probs[order], dtype=np.float64)
    place = int(np.searchsorted(cumulative, u, side="right"))
    # float32 probabilities may sum to a hair under one: the last token that can be drawn ends it.
    return int(order[min(place, int(np.count_nonzero(probs)) - 1)])


def next_logits(loaded: LoadedModel, token_ids: tuple[int, ...]) -> np.ndarray:
    """The model's scores for the token that follows; shape (n_vocab,), read-only.

    Raises
    ------
    EmptyPrompt, TooManyTokens
    """
    check_ids(token_ids, loaded.shape.n_ctx, loaded.shape.n_vocab)
    ids = torch.tensor([token_ids], device=loaded.device)
    return frozen(loaded.model(input_ids=ids, use_cache=False, logits_to_keep=1).logits[0, -1])


# --- what the page says about a pipeline ------------------------------------------------------


def entropy_bits(probs: np.ndarray) -> float:
    """How undecided a distribution is.

    Parameters
    ----------
    probs : shape (n_vocab,), sums to one

    Returns
    -------
    float
        - sum p log2 p, in bits; 0 when one token has all the probability.

    References
    ----------
    Shannon (1948), A Mathematical Theory of Communication, section 6.
    """
    p = probs[probs > 0].astype(np.float64)
    return float(max(0.0, -(p * np.log2(p)).sum()))


@dataclass(frozen=True)
class Summary:
    """A stage in numbers.

    Attributes
    ----------
    name : of the stage
    kept : tokens left
    cut : tokens that this stage removed
    mass_left : share of the stage before's probability that survives, before it is
        shared out again; 1 where nothing is cut
    entropy : of the stage's distribution, in bits
    tail : probability of all tokens that are not among the leading ones shown
    """

    name: str
    kept: int
    cut: int
    mass_left: float
    entropy: float
    tail: float


def leading(stages: tuple[Stage, ...], n: int) -> tuple[int, ...]:
    """The `n` tokens that lead at any stage, in the order of the raw logits."""
    best = np.max([stage.probs for stage in stages], axis=0)
    n = min(n, len(best))
    top = np.argpartition(-best, n - 1)[:n]
    order = sorted(top.tolist(), key=lambda i: (-float(stages[0].logits[i]), i))
    return tuple(order)


def summarise(stages: tuple[Stage, ...], shown: tuple[int, ...]) -> tuple[Summary, ...]:
    """Each stage in numbers, over the whole vocabulary.

    Parameters
    ----------
    stages : as `pipeline` returns them
    shown : ids of the leading tokens; the rest is the tail
    """
    result = []
    before = stages[0]
    for stage in stages:
        left = float(before.probs[np.isfinite(stage.logits)].sum(dtype=np.float64))
        others = stage.probs.copy()  # summed, not 1 minus the rest: rounding would leave a trace
        others[list(shown)] = 0.0
        tail = float(others.sum(dtype=np.float64))
        result.append(
            Summary(
                stage.name,
                stage.kept,
                before.kept - stage.kept,
                min(1.0, left) if stage.kept < before.kept else 1.0,
                entropy_bits(stage.probs),
                tail,
            )
        )
        before = stage
    return tuple(result)


def ranked(stage: Stage, n_points: int = 160) -> tuple[np.ndarray, np.ndarray]:
    """The whole vocabulary in one curve: probability by rank.

    Returns
    -------
    ranks : at most `n_points` whole numbers from 1 to n_vocab, evenly spaced by logarithm,
        and the last token that is left
    probs : the probability of the token with that rank; ranks that were cut are left out
    """
    ordered = -np.sort(-stage.probs)
    # A softmax may round a token that was kept down to zero; a logarithmic axis has no zero.
    last = min(stage.kept, int(np.count_nonzero(ordered)))
    ranks = np.unique(np.rint(np.geomspace(1, last, n_points)).astype(int))
    return ranks, ordered[ranks - 1]


def neutral(settings: SamplingSettings) -> tuple[str, ...]:
    """Names of the knobs that do nothing under these settings, because another one overrules them.

    At temperature 0 the best token is taken, so there is nothing to cut; if one
    cut leaves a single token, those after it have nothing left to do.
    """
    knobs = {
        "top_k": settings.top_k > 0,
        "top_p": settings.top_p < 1,
        "min_p": settings.min_p > 0,
    }
    turned = [name for name, on in knobs.items() if on]
    if settings.greedy:
        return tuple(turned)
    alone = {
        "top_k": settings.top_k == 1,
        "top_p": settings.top_p == 0,
        "min_p": settings.min_p == 1,
    }
    for place, name in enumerate(turned):
        if alone[name]:
            return tuple(turned[place + 1 :])
    return ()


@dataclass(frozen=True)
class Explanation:
    """What one stage did to one token, with the numbers that decided it.

    Attributes
    ----------
    name : of the stage
    before, after : the token's logit; -inf once it is cut
    probability : after the stage
    kept : whether it is still there
    touched : whether it was still there before, and the stage concerned it
    rank : its place by the logits before the stage, 1 for the best
    above : probability of the tokens placed above it, before the stage
    best : probability of the best token before the stage
    own : its own probability before the stage
    """

    name: str
    before: float
    after: float
    probability: float
    kept: bool
    touched: bool
    rank: int
    above: float
    best: float
    own: float


def explain(
    stages: tuple[Stage, ...], token_id: int, previous_ids: tuple[int, ...] = ()
) -> tuple[Explanation, ...]:
    """One token's way through the stages.

    Raises
    ------
    IndexError
        If there is no such token.
    """
    result = []
    before = stages[0]
    for stage in stages:
        higher = before.logits > before.logits[token_id]
        kept = bool(np.isfinite(stage.logits[token_id]))
        touched = bool(np.isfinite(before.logits[token_id]))
        if stage.name == "repetition_penalty":
            touched = token_id in previous_ids
        result.append(
            Explanation(
                stage.name,
                float(before.logits[token_id]),
                float(stage.logits[token_id]),
                float(stage.probs[token_id]),
                kept,
                touched,
                int(higher.sum()) + 1,
                float(before.probs[higher].sum(dtype=np.float64)),
                float(before.probs.max()),
                float(before.probs[token_id]),
            )
        )
        before = stage
    return tuple(result)


@dataclass(frozen=True)
class Segment:
    """A piece of the line on which the random number falls.

    Attributes
    ----------
    token_id : the token that it stands for; None for all the others together
    start, end : in [0, 1]
    """

    token_id: int | None
    start: float
    end: float


def segments(probs: np.ndarray, n: int = 24, also: int | None = None) -> tuple[Segment, ...]:
    """Tokens laid end to end, the most likely first, as `draw` sees them.

    Parameters
    ----------
    probs : shape (n_vocab,), sums to one
    n : how many tokens get a piece of their own; the others share the last
    also : a token that gets a piece of its own wherever it lies
    """
    order = np.argsort(-probs, kind="stable")[: int(np.count_nonzero(probs))]
    ends = np.cumsum(probs[order], dtype=np.float64)
    found = []
    for place, token in enumerate(order[:n].tolist()):
        found.append(Segment(token, float(ends[place] - probs[token]), float(ends[place])))
    if len(order) > n:
        rest = found[-1].end
        place = int(np.flatnonzero(order == also)[0]) if also in order[n:] else None
        if place is not None:
            token = int(order[place])
            start, end = float(ends[place] - probs[token]), float(ends[place])
            if start > rest:
                found.append(Segment(None, rest, start))
            found.append(Segment(token, start, end))
            rest = end
        if rest < 1.0:
            found.append(Segment(None, rest, 1.0))
    return tuple(found)


def bounds(pieces: tuple[Segment, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Starts and ends of the pieces; each of shape (n,)."""
    return np.array([p.start for p in pieces]), np.array([p.end for p in pieces])


def one_hot(logits: np.ndarray) -> np.ndarray:
    """What greedy "draws" from: all probability on the largest logit; shape (n_vocab,)."""
    probs = np.zeros(len(logits), dtype=np.float32)
    probs[int(np.argmax(logits))] = 1.0
    return probs


def candidates(
    logits: np.ndarray, settings: SamplingSettings, previous_ids: tuple[int, ...] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """What is left to draw from, without the tokens that were cut.

    Once top-k has cut, the stages after it run on the few tokens that are left
    instead of the whole vocabulary: the same processors, the same tokens, the same
    probabilities but for the last digit, in a fraction of the time.

    Parameters
    ----------
    logits : shape (n_vocab,), the model's own
    previous_ids : tokens so far, for the repetition penalty

    Returns
    -------
    token_ids : shape (n_left,), ascending
    probs : shape (n_left,), float32, sums to one
    """
    # Plain NumPy up to top-k: a batch of thirty pays for every thread that torch would wake.
    scores = np.array(logits, dtype=np.float32)
    if settings.repetition_penalty != 1.0 and previous_ids:
        seen = np.unique(np.array(previous_ids, dtype=np.int64))
        penalty = float(settings.repetition_penalty)
        scores[seen] = np.where(scores[seen] < 0, scores[seen] * penalty, scores[seen] / penalty)
    scores /= np.float32(settings.temperature if settings.temperature else 1.0)
    left = np.arange(len(scores))
    if not settings.greedy and 0 < settings.top_k < len(scores):
        bound = np.partition(scores, -settings.top_k)[-settings.top_k]
        left = np.flatnonzero(scores >= bound)  # ties with the last one stay, as there
        scores = scores[left]
    rows = torch.from_numpy(scores)[None]
    for name, processor in processors(settings):
        if name in {"top_p", "min_p"}:
            rows = processor(torch.zeros(1, 0, dtype=torch.long), rows)
    scores = rows[0].numpy()
    weights = np.exp(scores - scores.max())
    return left, weights / weights.sum()


def leaders(rows: torch.Tensor, k: int, block: int = 32) -> tuple[torch.Tensor, torch.Tensor]:
    """``rows.topk(k)``, but for which of equal values is taken; half its time for a vocabulary.

    The k largest numbers of a row lie in the k blocks with the largest maxima, and
    a maximum is found much faster than an order.

    Parameters
    ----------
    rows : shape (n, n_vocab)

    Returns
    -------
    values, ids : shape (n, k), the largest first
    """
    n, n_vocab = rows.shape
    whole = n_vocab - n_vocab % block
    if 4 * k * block > whole:
        return rows.topk(k, dim=-1)
    blocks = rows[:, :whole].unflatten(1, (-1, block))
    which = blocks.amax(-1).topk(k, dim=-1, sorted=False).indices[..., None]
    values = [blocks.gather(1, which.expand(-1, -1, block)).flatten(1), rows[:, whole:]]
    ids = [(which * block + torch.arange(block)).flatten(1)]
    ids.append(torch.arange(whole, n_vocab).expand(n, -1))
    found, places = torch.cat(values, 1).topk(k, dim=-1)
    return found, torch.cat(ids, 1).gather(1, places)


def candidates_of_many(
    logits: np.ndarray, settings: SamplingSettings
) -> list[tuple[np.ndarray, np.ndarray] | None]:
    """`candidates` of many rows at once, for settings that cut by top-k and penalise nothing.

    Parameters
    ----------
    logits : shape (n, n_vocab), float32

    Returns
    -------
    list
        For each row what `candidates` returns, or None where more tokens tie for
        the last place than there is room for: such a row is done alone.
    """
    n_vocab = logits.shape[1]
    k = min(settings.top_k, n_vocab)
    scores, ids = leaders(torch.from_numpy(logits), min(k + 1, n_vocab))
    # Two different logits may become the same one when they are divided.
    scores = scores / (settings.temperature if settings.temperature else 1.0)
    tied = (scores[:, k - 1] == scores[:, k]).tolist() if k < n_vocab else [False] * len(logits)
    ids, order = ids[:, :k].sort(dim=-1)
    scores = scores.gather(1, order)
    for name, processor in processors(settings):
        if name in {"top_p", "min_p"}:
            scores = processor(torch.zeros(1, 0, dtype=torch.long), scores)
    probs = scores.softmax(dim=-1)
    return [
        None if tie else (row, p)
        for tie, row, p in zip(tied, ids.numpy(), probs.numpy(), strict=True)
    ]


def best(
    logits: np.ndarray, settings: SamplingSettings, previous_ids: tuple[int, ...] = ()
) -> tuple[int, float]:
    """The token that greedy decoding takes, and its probability there.

    Parameters
    ----------
    logits : shape (n_vocab,), the model's own
    """
    scores = np.asarray(logits, dtype=np.float32)
    if settings.repetition_penalty != 1.0:
        penalty = RepetitionPenaltyLogitsProcessor(float(settings.repetition_penalty))
        ids = torch.tensor([list(previous_ids)], dtype=torch.long)
        scores = penalty(ids, torch.from_numpy(scores.copy())[None])[0].numpy()
    # The largest logit, not the largest probability: rounding may make two of these equal.
    token = int(scores.argmax())
    return token, probability_of(scores, token)


def probability_of(logits: np.ndarray, token_id: int) -> float:
    """Softmax of the logits, for one token."""
    return float(probabilities_of(logits, np.array([token_id]))[0])


def probabilities_of(logits: np.ndarray, token_ids: np.ndarray) -> np.ndarray:
    """Softmax of the logits, for some tokens; shapes (n_vocab,), (n,) -> (n,), float64."""
    weights = np.exp(logits - logits.max())
    return weights[token_ids] / weights.sum(dtype=np.float64)
