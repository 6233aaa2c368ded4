"""The tree of a beam search: what lives, what was dropped, and where each beam stood."""

from __future__ import annotations

import numpy as np

from core.sampling.beams import BeamState, Node, path


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
    lanes = _lanes(nodes)
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


def _lanes(nodes: tuple[Node, ...]) -> np.ndarray:
    """The place of each node within its step, the most probable first; shape (n_nodes,)."""
    lanes = np.zeros(len(nodes), dtype=int)
    for step in {n.step for n in nodes}:
        here = [i for i, n in enumerate(nodes) if n.step == step]
        for lane, i in enumerate(sorted(here, key=lambda i: -nodes[i].score)):
            lanes[i] = lane
    return lanes
