"""Beam search, step by step, with everything that it threw away.

The result is that of transformers' ``generate(num_beams=n, do_sample=False)``;
unlike there, every beam that was ever kept stays visible, so that the tree of
live and dead branches can be drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from transformers import DynamicCache
from transformers.generation.logits_process import RepetitionPenaltyLogitsProcessor

from core.model.bounds import check_ids
from core.model.loaded import LoadedModel


@dataclass(frozen=True)
class Node:
    """A beam at one step.

    Attributes
    ----------
    step : counted from zero; the root's children have step 0
    token_id : the token that it added
    parent : index of the node that it continues, -1 for the prompt
    score : sum of log probabilities since the prompt, in nats
    """

    step: int
    token_id: int
    parent: int
    score: float


@dataclass(frozen=True)
class Hypothesis:
    """A whole continuation.

    Attributes
    ----------
    node : index of its last node
    token_ids : from the first new token to the last
    score : sum of log probabilities divided by the number of tokens, in nats; what
        transformers ranks by (``length_penalty=1``)
    """

    node: int
    token_ids: tuple[int, ...]
    score: float


@dataclass(frozen=True, eq=False)
class BeamState:
    """A search between two steps. Hand it to `advance` once: the cache inside moves on.

    Attributes
    ----------
    ids : the prompt's
    n_beams, max_new_tokens : as asked
    repetition_penalty : 1 is off; transformers applies it to log probabilities here
    nodes : every beam that was kept or that ended
    running : indices of the beams that go on, best first
    finished : at most `n_beams`, best first; a beam ends with end-of-text or at full length
    done : whether the search is over
    """

    ids: tuple[int, ...]
    n_beams: int
    max_new_tokens: int
    repetition_penalty: float = 1.0
    nodes: tuple[Node, ...] = ()
    running: tuple[int, ...] = (-1,)
    finished: tuple[Hypothesis, ...] = ()
    done: bool = False
    cache: DynamicCache = field(default_factory=DynamicCache)

    @property
    def step(self) -> int:
        return max((n.step for n in self.nodes), default=-1) + 1


def start(
    loaded: LoadedModel,
    ids: tuple[int, ...],
    n_beams: int,
    max_new_tokens: int,
    repetition_penalty: float = 1.0,
) -> BeamState:
    """A search that has not read anything yet.

    The length is cut to what fits into the context.

    Raises
    ------
    EmptyPrompt, TooManyTokens
    ValueError
        If there are no beams or no tokens to find.
    """
    check_ids(ids, loaded.shape.n_ctx, loaded.shape.n_vocab)
    if n_beams < 1 or max_new_tokens < 1:
        raise ValueError("a search needs at least one beam and one token")
    room = loaded.shape.n_ctx - len(ids) + 1  # the last token is written, not read
    return BeamState(ids, n_beams, min(max_new_tokens, room), float(repetition_penalty))


def path(nodes: Sequence[Node], node: int) -> tuple[int, ...]:
    """Indices of the nodes from the first new token to `node`."""
    indices = []
    while node >= 0:
        indices.append(node)
        node = nodes[node].parent
    return tuple(reversed(indices))


def _token_ids(nodes: Sequence[Node], node: int) -> tuple[int, ...]:
    return tuple(nodes[i].token_id for i in path(nodes, node))


def advance(loaded: LoadedModel, state: BeamState) -> BeamState:
    """One step: every running beam reads its last token, and the best continuations stay.

    References
    ----------
    transformers, ``GenerationMixin._beam_search`` with ``early_stopping=False`` and
    ``length_penalty=1``.
    """
    if state.done:
        return state
    scores = [state.nodes[i].score if i >= 0 else 0.0 for i in state.running]
    # Named, because a model that loads changes torch's default.
    before = torch.tensor(scores, dtype=torch.float32)
    totals = _log_probs(loaded, state) + before[:, None]
    nodes, running, finished = _select(state, totals, loaded.tokenizer.eos_token_id)
    done = state.step + 1 >= state.max_new_tokens or not running
    if len(finished) == state.n_beams and running:
        # The best that still runs cannot overtake the worst that is done: stop.
        done = done or nodes[running[0]].score / (state.step + 1) <= finished[-1].score
    if not done:
        beams = [state.running.index(nodes[i].parent) for i in running]
        state.cache.reorder_cache(torch.tensor(beams, device=loaded.device))
    cache = DynamicCache() if done else state.cache
    return replace(state, nodes=nodes, running=running, finished=finished, done=done, cache=cache)


def _select(
    state: BeamState, totals: torch.Tensor, eos: int | None
) -> tuple[tuple[Node, ...], tuple[int, ...], tuple[Hypothesis, ...]]:
    """The nodes, the running and the finished beams after a step.

    Parameters
    ----------
    totals : shape (n_running, n_vocab), scores of all continuations, in nats
    eos : the id that ends a text
    """
    # Twice as many as beams: even if half of them end here, enough are left to go on.
    best = torch.topk(totals.flatten(), min(2 * state.n_beams, totals.numel()))
    nodes, running, finished = list(state.nodes), [], list(state.finished)
    step = state.step
    pairs = zip(best.values.tolist(), best.indices.tolist(), strict=True)
    for rank, (score, index) in enumerate(pairs):
        beam, token_id = divmod(index, totals.shape[1])
        node = Node(step, token_id, state.running[beam], score)
        ends = token_id == eos or step + 1 >= state.max_new_tokens
        if ends and rank < state.n_beams:  # others only stand in for beams that ended
            nodes.append(node)
            token_ids = _token_ids(nodes, len(nodes) - 1)
            finished.append(Hypothesis(len(nodes) - 1, token_ids, score / (step + 1)))
        elif not ends and len(running) < state.n_beams:
            nodes.append(node)
            running.append(len(nodes) - 1)
    finished.sort(key=lambda hypothesis: -hypothesis.score)
    return tuple(nodes), tuple(running), tuple(finished[: state.n_beams])


def _log_probs(loaded: LoadedModel, state: BeamState) -> torch.Tensor:
    """Log probabilities of the next token for each running beam; shape (n_running, n_vocab)."""
    texts = [_token_ids(state.nodes, node) for node in state.running]
    new = [state.ids] if not state.nodes else [text[-1:] for text in texts]
    if state.nodes and not state.cache.get_seq_length():  # it was lost on the way: all is read anew
        new = [(*state.ids, *text) for text in texts]
    out = loaded.model(
        input_ids=torch.tensor(new, device=loaded.device),
        past_key_values=state.cache,
        use_cache=True,
        logits_to_keep=1,
    )
    log_probs = out.logits[:, -1].to("cpu", torch.float32).log_softmax(dim=-1)
    if state.repetition_penalty != 1.0:
        whole = torch.tensor([[*state.ids, *text] for text in texts])
        log_probs = RepetitionPenaltyLogitsProcessor(state.repetition_penalty)(whole, log_probs)
    return log_probs
