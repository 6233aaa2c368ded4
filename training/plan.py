"""The plan of a run: what its learning rate, its rows and their positions are at which moment.

Everything here is a function of `done`, the share of the run that is done, so a
run that is stopped and goes on elsewhere follows the same plan.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass

import numpy as np
import torch

from training.data import RowSampler
from training.vocabulary import CONTEXT


def done_of(args: argparse.Namespace, seconds: float, tokens: int) -> float:
    """The share of the run that is done, by the clock or by the tokens; 1 is the end."""
    return seconds / (60 * args.minutes) if args.minutes else tokens / args.tokens


def rate(done: float, warm: float = 0.015) -> float:
    """Learning-rate factor for the share of the run that is done: warm-up, then cosine."""
    if done < warm:
        return max(0.02, done / warm)
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, (done - warm) / (1 - warm))))


def share(done: float, first: float, last: float, fade: str) -> float:
    """A share of the rows: `first`, then a straight line, then `last`; `fade` says when."""
    begin, end = (float(x) for x in fade.split(","))
    return float(np.interp(done, [begin, end], [first, last]))


def whole(expected: float, rng: np.random.Generator) -> int:
    """A whole number that is `expected` on average."""
    return int(expected) + int(rng.random() < expected % 1)


def position_ids(rows: int, length: int, drills: int, rng: np.random.Generator) -> torch.Tensor:
    """Positions of short rows: half start at 0, half anywhere, so that all of `wpe` learns.

    The first `drills` rows start at 0, where the hint to rest on the first token holds.
    """
    start = rng.integers(0, CONTEXT - length + 1, size=rows)
    start[rng.random(rows) < 0.5] = 0
    start[:drills] = 0
    return torch.from_numpy(start[:, None] + np.arange(length)[None, :])


@dataclass(frozen=True, eq=False)
class Batch:
    """The rows of one step.

    Attributes
    ----------
    ids : shape (rows, length + 1), int64
    counts : shape (rows, length), bool
        Which targets the loss counts.
    places : shape (rows, length), int64
        The rows' positions.
    drills : int
        How many rows, the first ones, are copying drills.
    """

    ids: np.ndarray
    counts: np.ndarray
    places: torch.Tensor
    drills: int


def batch_of(
    args: argparse.Namespace, sampler: RowSampler, rng: np.random.Generator, done: float
) -> Batch:
    """The rows that the plan has at this moment: text, copying drills, returning passages."""
    length = CONTEXT if done >= args.full_rows_from else args.row
    rows = max(1, args.batch_tokens // length)
    drills = whole(share(done, args.drills, args.drills_end, args.fade) * rows, rng)
    returns = whole(share(done, args.returns, args.returns_end, args.fade) * rows, rng)
    drills = min(rows - 1, drills)
    ids, counts = sampler.rows(rows, length, drills, min(rows - drills, returns))
    places = position_ids(rows, length, drills if args.guide else 0, rng)
    return Batch(ids, counts, places, drills)
