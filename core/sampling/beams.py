"""Beam search, step by step, with everything that it threw away.

The result is that of transformers' ``generate(num_beams=n, do_sample=False)``;
unlike there, every beam that was ever kept stays visible, so that the tree of
live and dead branches can be drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch
from transformers import DynamicCache
from transformers.generation.logits_process import RepetitionPenaltyLogitsProcessor

from core.model.bounds import check_ids

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel


@dataclass(frozen=True)
class Node:
    """A beam at one step.

    Attributes
    ----------
    step : counted from zero; the root's children have step 0
    rank : place among the beams of its step, best first; -1 if the beam ended here
    token_id : the token that it added
    parent : index of the node that it continues, -1 for the prompt
    score : sum of log probabilities since the prompt, in nats
    """

    step: int
    rank: int
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


def path(nodes: tuple[Node, ...], node: int) -> tuple[int, ...]:
    """Indices of the nodes from the first new token to `node`."""
    found = []
    while node >= 0:
        found.append(node)
        node = nodes[node].parent
    return tuple(reversed(found))


def _tokens(state: BeamState, node: int) -> tuple[int, ...]:
    return tuple(state.nodes[i].token_id for i in path(state.nodes, node))


def advance(loaded: LoadedModel, state: BeamState) -> BeamState:
    """One step: every running beam reads its last token, and the best continuations stay.

    References
    ----------
    transformers, ``GenerationMixin._beam_search`` with ``early_stopping=False`` and
    ``length_penalty=1``.
    """
    if state.done:
        return state
    texts = [_tokens(state, node) for node in state.running]
    log_probs = _log_probs(loaded, state, texts)
    scores = torch.tensor(
        [state.nodes[i].score if i >= 0 else 0.0 for i in state.running], dtype=torch.float32
    )
    totals = (log_probs + scores[:, None]).flatten()
    n_vocab = log_probs.shape[1]
    # Twice as many as beams: even if half of them end here, enough are left to go on.
    best = torch.topk(totals, min(2 * state.n_beams, len(totals)))

    step, eos = state.step, loaded.tokenizer.eos_token_id
    last = step + 1 >= state.max_new_tokens
    nodes, running, came_from = list(state.nodes), [], []
    finished = list(state.finished)
    pairs = zip(best.values.tolist(), best.indices.tolist(), strict=True)
    for place, (score, index) in enumerate(pairs):
        beam, token = divmod(index, n_vocab)
        parent = state.running[beam]
        ends = token == eos or last
        if ends and place < state.n_beams:  # others only stand in for beams that ended
            rank = -1 if token == eos else place
            nodes.append(Node(step, rank, token, parent, score))
            token_ids = (*texts[beam], token)
            finished.append(Hypothesis(len(nodes) - 1, token_ids, score / (step + 1)))
        elif not ends and len(running) < state.n_beams:
            nodes.append(Node(step, len(running), token, parent, score))
            running.append(len(nodes) - 1)
            came_from.append(beam)
    finished = sorted(finished, key=lambda h: -h.score)[: state.n_beams]
    done = last or not running
    if len(finished) == state.n_beams and running:
        # The best that still runs cannot overtake the worst that is done: stop.
        done = done or nodes[running[0]].score / (step + 1) <= finished[-1].score
    if not done:
        state.cache.reorder_cache(torch.tensor(came_from, device=loaded.device))
    return BeamState(
        state.ids,
        state.n_beams,
        state.max_new_tokens,
        state.repetition_penalty,
        tuple(nodes),
        tuple(running),
        tuple(finished),
        done,
        DynamicCache() if done else state.cache,
    )


def _log_probs(loaded: LoadedModel, state: BeamState, texts: list[tuple[int, ...]]) -> torch.Tensor:
    """Log probabilities of the next token for each running beam; shape (n_running, n_vocab)."""
    new = [state.ids] if not state.nodes else [text[-1:] for text in texts]
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


def living(state: BeamState) -> frozenset[int]:
    """Nodes on a path to a beam that runs or that is among the finished; the others are dead."""
    ends = [h.node for h in state.finished]
    ends += [] if state.done else [i for i in state.running if i >= 0]
    return frozenset(i for end in ends for i in path(state.nodes, end))


def tree_table(state: BeamState) -> dict[str, np.ndarray]:
    """The nodes as columns, for a chart.

    Returns
    -------
    dict
        "step", "lane" (place of the beam within its step, best first, beams that
        ended included), "token_id", "parent" (-1 for the prompt), "parent_lane",
        "score" (nats), "alive" (on a path to what is left) and "best" (on the path to
        the winner); each of shape (n_nodes,).
    """
    nodes = state.nodes
    lanes = np.zeros(len(nodes), dtype=int)
    for step in {n.step for n in nodes}:
        here = [i for i, n in enumerate(nodes) if n.step == step]
        for lane, i in enumerate(sorted(here, key=lambda i: -nodes[i].score)):
            lanes[i] = lane
    alive = living(state)
    best = frozenset(path(nodes, state.finished[0].node)) if state.finished else frozenset()
    return {
        "step": np.array([n.step for n in nodes], dtype=int),
        "lane": lanes,
        "token_id": np.array([n.token_id for n in nodes], dtype=int),
        "parent": np.array([n.parent for n in nodes], dtype=int),
        "parent_lane": np.array([lanes[n.parent] if n.parent >= 0 else -1 for n in nodes]),
        "score": np.array([n.score for n in nodes]),
        "alive": np.array([i in alive for i in range(len(nodes))], dtype=bool),
        "best": np.array([i in best for i in range(len(nodes))], dtype=bool),
    }
