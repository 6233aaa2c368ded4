"""Which of the exact ways a matrix product takes: chosen by measuring this machine."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

import torch

from core.engine import gemm
from core.engine.gemm import ONEDNN, SWAPPED

#: Seconds that choosing the products may take in all.
MEASURING = 8.0


class GemmChoice:
    """Which way each product takes, by shape.

    Attributes
    ----------
    chosen : (K, N, rows) -> way; rows are rounded up to a power of two. The
        head's keys have -E in place of K.
    onednn : whether oneDNN is one of the ways
    """

    #: What is measured, the most used first: a machine that is at work may not get to the end. One
    #: row is measured twice, a while apart: at first what starts the server is still at work.
    ROWS = (1, 256, 64, 1, 4, 16, 2, 8, 32, 128)
    HEAD_ROWS = (1, 4, 16, 2, 8, 32)
    #: From so many rows a product computes more than it reads, and is the same from any memory.
    MANY = 32

    def __init__(self) -> None:
        self.chosen: dict[tuple[int, int, int], int] = {}
        #: What the best way took when the choice was made: how quick the machine was then.
        self._quick: dict[tuple[int, int, int], float] = {}
        self.onednn = gemm.onednn_works()
        # What an unmeasured machine starts with. One row was two to three times faster cut in
        # four where BLAS used one core, and never slower by more than noise.
        self._first = {1: 4} if self.onednn else {1: 4, 2: 8, 4: 4}
        self._else = ONEDNN if self.onednn else 1

    def way(self, k: int, n: int, rows: int) -> int:
        """How to compute a (rows, k) @ (k, n) product."""
        bucket = min(1 << (rows - 1).bit_length(), max(self.ROWS))
        found = self.chosen.get((k, n, bucket))
        if found is None:
            found = self._guess(k, n, bucket)
        cut = n if found < 0 else k
        return 1 if found and cut % found else found

    def _guess(self, k: int, n: int, rows: int) -> int:
        """A way for what was not measured: the one of half or twice as many rows."""
        for near in (rows // 2, rows * 2):
            if rows > 2 and (found := self.chosen.get((k, n, near))) is not None:
                return found
        return self._first.get(rows, self._else)

    def __call__(self, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """``x @ weight + bias``. Shapes (n, K), (K, N), (N,) -> (n, N)."""
        way = self.way(weight.shape[0], weight.shape[1], x.shape[0])
        return gemm.product(way, x, weight, bias, False)

    def head_way(self, n_vocab: int, n_embd: int, rows: int) -> int:
        """How to compute a head's product of so many rows."""
        bucket = min(1 << (rows - 1).bit_length(), max(self.HEAD_ROWS))
        return self.chosen.get((-n_embd, n_vocab, bucket), self._else)

    def measure_all(
        self, weights: list[list[tuple[torch.Tensor, torch.Tensor]]], wte: torch.Tensor
    ) -> Iterator[None]:
        """Choose a model's products for this machine; some seconds, in small steps.

        A second time chooses anew what it finds the machine quicker at.

        Parameters
        ----------
        weights : for each kind of product its (weight, bias) in several layers
        wte : shape (V, E), the head's weight
        """
        spent = 0.0
        for rows in self.ROWS:
            trials = [self.measure(some, rows) for some in weights]
            if rows in self.HEAD_ROWS:
                trials.append(self.measure_head(wte, rows))
            for trial in trials:
                while spent < MEASURING:  # a machine at work tells little about itself: give up
                    begin = time.perf_counter()
                    if next(trial, trial) is trial:
                        break
                    spent += time.perf_counter() - begin
                    yield

    def _cuts(self, k: int, n: int, rows: int) -> list[int]:
        """The cuts worth trying."""
        if rows == 1:
            inputs, outputs = (4, 8), ()
        elif rows <= 8:
            inputs, outputs = (4, 8, 32), (16,)
        elif rows <= 64:
            inputs, outputs = (4, 8), (4, 8, 16)
        else:
            inputs, outputs = (2,), (4, 8)
        return [p for p in inputs if k % p == 0] + [-p for p in outputs if n % p == 0]

    def measure(
        self, weights: list[tuple[torch.Tensor, torch.Tensor]], rows: int
    ) -> Iterator[None]:
        """Measure a product of so many rows; yields between trials.

        Parameters
        ----------
        weights : (weight, bias) of several layers, of one shape: one alone would stay in the
            cache and look faster than it is
        """
        k, n = weights[0][0].shape
        some = weights if rows < self.MANY else weights[:2]

        def run(way: int, x: torch.Tensor) -> None:
            for weight, bias in some:
                gemm.product(way, x, weight, bias, False)

        yield from self._choose((k, n, rows), self._cuts(k, n, rows), run, torch.randn(rows, k))

    def measure_head(self, wte: torch.Tensor, rows: int) -> Iterator[None]:
        """The same for the head, whose weight lies the other way; key (-E, V, rows)."""
        n_vocab, n_embd = wte.shape

        def run(way: int, x: torch.Tensor) -> None:
            gemm.head(way, x, wte)

        others = [4, 8, 32] if rows == 1 else [16, 128, SWAPPED]
        yield from self._choose((-n_embd, n_vocab, rows), others, run, torch.randn(rows, n_embd))

    def _choose(
        self,
        key: tuple[int, int, int],
        others: list[int],
        run: Callable[[int, torch.Tensor], None],
        x: torch.Tensor,
    ) -> Iterator[None]:
        """Time the ways in turns, and note the best.

        One row is as fast as memory, which others read too: twice as fast at one moment as at the
        next. There a way's least time would say when it was tried; its lower quartile counts.

        Parameters
        ----------
        key : of `chosen`
        others : the ways beside PyTorch's own and oneDNN
        run : computes the product of `x`, shape (rows, K), in one way
        """
        ways = [1, *others, *([ONEDNN] if self.onednn else [])]
        times: dict[int, list[float]] = {way: [] for way in ways}
        rows = x.shape[0]
        for trial in range(12 if rows == 1 else 5 if rows < 128 else 3):
            for way in ways:
                begin = time.perf_counter()
                run(way, x)
                times[way].append(time.perf_counter() - begin)
            yield
            if trial or rows > 1:  # one reading may have been disturbed
                ways = _in_sight(times)
        quantile = 0.25 if rows == 1 else 0.0
        typical = {way: sorted(some)[int(quantile * len(some))] for way, some in times.items()}
        best = min(typical, key=lambda way: typical[way])
        # What other programs took part of the machine from is measured once more later.
        if typical[best] < self._quick.get(key, math.inf):
            self._quick[key] = typical[best]
            # PyTorch's own is the plain way: leave it only for a clear gain.
            self.chosen[key] = best if typical[best] < 0.95 * typical[1] else 1


def _in_sight(times: dict[int, list[float]]) -> list[int]:
    """The ways worth another trial: what was always far behind is not."""
    most = 1.3 * min(min(some) for some in times.values())
    return [way for way, some in times.items() if min(some) < most]
