"""How a row times a weight is computed: chosen among exact ways by measuring this machine.

GPT-2's layers store their weights as (inputs, outputs), the head as (vocabulary,
inputs). Both are used where they lie: no way here keeps a second copy.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F

#: Ways to compute a product, as they are stored and printed: 1 is PyTorch's own, 2, 4 and 8 cut
#: it in so many parts, and this one hands it to oneDNN.
ONEDNN = 0


def addmm(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """``x @ weight + bias`` as Conv1D does it. Shapes (n, K), (K, N), (N,) -> (n, N)."""
    return torch.addmm(bias, x, weight)


def split_product(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, parts: int
) -> torch.Tensor:
    """``x @ weight + bias``, the input dimension cut in `parts` that the cores share.

    A product of few rows only reads its weight, and BLAS reads it with one core;
    a batched product over views of the same memory is read by all of them.
    """
    n, k = x.shape
    cut = torch.bmm(
        x.view(n, parts, k // parts).transpose(0, 1),
        weight.view(parts, k // parts, weight.shape[1]),
    )
    # Adding two is cheaper than a reduction, and with few rows the overhead counts.
    return (torch.add(cut[0], cut[1]) if parts == 2 else cut.sum(0)).add_(bias)


def head_product(x: torch.Tensor, wte: torch.Tensor, parts: int) -> torch.Tensor:
    """``x @ wte.T``, the vocabulary cut in `parts`. Shapes (n, E), (V, E) -> (n, V)."""
    n_vocab, n_embd = wte.shape
    even = n_vocab - n_vocab % parts
    cut = torch.bmm(
        x.expand(parts, *x.shape), wte[:even].view(parts, even // parts, n_embd).transpose(1, 2)
    )
    logits = cut.transpose(0, 1).reshape(x.shape[0], even)
    return torch.cat([logits, x @ wte[even:].T], dim=1) if even < n_vocab else logits


def onednn_product(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, gelu: bool = False
) -> torch.Tensor:
    """``x @ weight.T + bias`` through oneDNN, tanh-GELU on top if asked for.

    PyTorch sends float32 products to its BLAS, which on some processors reaches
    half of what oneDNN's kernels do. The operator is the one that torch.compile
    calls; it takes a transposed view, so Conv1D's weight needs no copy.

    Parameters
    ----------
    weight : shape (N, K), any strides
    """
    kind, form = ("gelu", "tanh") if gelu else ("none", "")
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, kind, [], form)


def _onednn_works() -> bool:
    """Whether this build of PyTorch has the operator and it computes what it says."""
    if not torch.backends.mkldnn.is_available():
        return False
    with torch.inference_mode():
        x, weight, bias = torch.randn(3, 64), torch.randn(64, 96), torch.randn(96)
        try:
            found = onednn_product(x, weight.T, bias, gelu=True)
        except (AttributeError, RuntimeError, TypeError):
            return False
        wanted = F.gelu(addmm(x, weight, bias), approximate="tanh")
        return bool(torch.allclose(found, wanted, atol=1e-4))


class Products:
    """Chooses how a product is computed, by measuring this machine.

    Attributes
    ----------
    chosen : (K, N, rows) -> way; rows are rounded up to a power of two. The
        head's keys have -E in place of K.
    """

    ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
    HEAD_ROWS = (1, 2, 4, 8, 16, 32)
    PARTS = (2, 4, 8)
    #: From so many rows a product computes more than it reads, and cutting it gains nothing.
    MANY = 32

    def __init__(self) -> None:
        self.chosen: dict[tuple[int, int, int], int] = {}
        self.onednn = _onednn_works()
        # What an unmeasured machine starts with. One row was two to three times faster cut in
        # four where BLAS used one core, and never slower by more than noise.
        self._first = {1: 4} if self.onednn else {1: 4, 2: 8, 4: 4}
        self._else = ONEDNN if self.onednn else 1

    def way(self, k: int, n: int, rows: int) -> int:
        """How to compute a (rows, k) @ (k, n) product."""
        bucket = min(1 << (rows - 1).bit_length(), self.ROWS[-1])
        found = self.chosen.get((k, n, bucket))
        if found is None:
            found = self._first.get(bucket, self._else)
        return 1 if found > 1 and k % found else found

    def __call__(
        self, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, gelu: bool = False
    ) -> torch.Tensor:
        """``x @ weight + bias``, tanh-GELU on top if asked for."""
        way = self.way(weight.shape[0], weight.shape[1], x.shape[0])
        if way == ONEDNN:
            return onednn_product(x, weight.t(), bias, gelu)
        out = torch.addmm(bias, x, weight) if way == 1 else split_product(x, weight, bias, way)
        return F.gelu(out, approximate="tanh") if gelu else out

    def head(self, x: torch.Tensor, wte: torch.Tensor) -> torch.Tensor:
        """``x @ wte.T``. Shapes (n, E), (V, E) -> (n, V)."""
        rows = min(1 << (x.shape[0] - 1).bit_length(), self.HEAD_ROWS[-1])
        way = self.chosen.get((-wte.shape[1], wte.shape[0], rows), self._else)
        if way == ONEDNN:
            return onednn_product(x, wte, None)
        return F.linear(x, wte) if way == 1 else head_product(x, wte, way)

    def measure(self, weights: list[tuple[torch.Tensor, torch.Tensor]]) -> Iterator[None]:
        """Measure every number of rows on some weights of one shape; yields between trials.

        Parameters
        ----------
        weights : (weight, bias) of several layers: one alone would stay in the cache and
            look faster than it is
        """
        k, n = weights[0][0].shape

        def run(way: int, x: torch.Tensor) -> None:
            for weight, bias in weights if x.shape[0] < self.MANY else weights[:2]:
                if way == ONEDNN:
                    onednn_product(x, weight.t(), bias)
                elif way == 1:
                    addmm(x, weight, bias)
                else:
                    split_product(x, weight, bias, way)

        for rows in self.ROWS:
            cuts = [p for p in self.PARTS if k % p == 0] if rows <= self.MANY else []
            yield from self._choose((k, n, rows), cuts, run, torch.randn(rows, k))

    def measure_head(self, wte: torch.Tensor) -> Iterator[None]:
        """The same for the head, whose weight lies the other way; key (-E, V, rows)."""
        n_vocab, n_embd = wte.shape

        def run(way: int, x: torch.Tensor) -> None:
            if way == ONEDNN:
                onednn_product(x, wte, None)
            elif way == 1:
                F.linear(x, wte)
            else:
                head_product(x, wte, way)

        for rows in self.HEAD_ROWS:
            cuts = [2, 8] if rows <= 4 else []
            yield from self._choose((-n_embd, n_vocab, rows), cuts, run, torch.randn(rows, n_embd))

    def _choose(
        self,
        key: tuple[int, int, int],
        cuts: list[int],
        run: Callable[[int, torch.Tensor], None],
        x: torch.Tensor,
    ) -> Iterator[None]:
        times: dict[int, float] = {}
        for _trial in range(8 if x.shape[0] <= 4 else 3):  # what reads the most is noisiest
            for way in (1, *cuts, *([ONEDNN] if self.onednn else [])):
                begin = time.perf_counter()
                run(way, x)
                times[way] = min(time.perf_counter() - begin, times.get(way, math.inf))
            yield
        best = min(times, key=lambda way: times[way])
        # PyTorch's own is the plain way: leave it only for a clear gain.
        self.chosen[key] = best if times[best] < 0.95 * times[1] else 1
