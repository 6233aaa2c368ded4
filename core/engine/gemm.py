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

#: Ways to compute a product, as they are stored and printed: 1 is PyTorch's own, 2, 4, 8, 32 ...
#: cut the inputs (of the head: the vocabulary) in so many parts, -4, -8 and -16 the outputs,
#: and these two hand it to oneDNN or let weight and rows change places.
ONEDNN = 0
#: The head times the rows instead of the rows times the head.
SWAPPED = -1

#: ``2 sqrt(2 / pi)``; a tensor, so that GELU's polynomial is one kernel.
_C2 = torch.tensor(2 * math.sqrt(2 / math.pi))
_CUBIC = 0.044715 * _C2.item()
#: Rows from which GELU is computed by way of the logistic.
_LOGISTIC = 32


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


def columns_product(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, parts: int
) -> torch.Tensor:
    """``x @ weight + bias``, the outputs cut in `parts` that the cores share.

    With some rows a product computes as much as it reads; what a core reads of the
    weight for its part of the outputs fits its own cache and is used for all rows.
    """
    n, k = x.shape
    width = weight.shape[1] // parts
    cut = torch.bmm(x.expand(parts, n, k), weight.view(k, parts, width).transpose(0, 1))
    out = x.new_empty(n, parts, width)
    # The parts lie one after the other; putting them side by side is one pass with the bias.
    torch.add(cut.transpose(0, 1), bias.view(parts, width), out=out)
    return out.view(n, -1)


def head_product(x: torch.Tensor, wte: torch.Tensor, parts: int) -> torch.Tensor:
    """``x @ wte.T``, the vocabulary cut in `parts`. Shapes (n, E), (V, E) -> (n, V)."""
    n_vocab, n_embd = wte.shape
    even = n_vocab - n_vocab % parts
    cut = torch.bmm(
        x.expand(parts, *x.shape), wte[:even].view(parts, even // parts, n_embd).transpose(1, 2)
    )
    logits = x.new_empty(x.shape[0], n_vocab)
    logits[:, :even].unflatten(1, (parts, even // parts)).copy_(cut.transpose(0, 1))
    if even < n_vocab:
        logits[:, even:] = x @ wte[even:].T
    return logits


def swapped_head(x: torch.Tensor, wte: torch.Tensor) -> torch.Tensor:
    """``x @ wte.T`` as ``(wte @ x.T).T``: a few rows as columns are what some BLAS like better."""
    return torch.mm(wte, x.T).T.contiguous()


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


def tanh_gelu(x: torch.Tensor) -> torch.Tensor:
    """GPT-2's GELU, ``x (1 + tanh(c (x + 0.044715 x**3))) / 2`` with ``c = sqrt(2 / pi)``.

    From some rows on as ``x`` times a logistic, the same function since
    ``(1 + tanh(u)) / 2 = sigmoid(2 u)``: PyTorch's tanh takes four times its exp.

    References
    ----------
    Hendrycks and Gimpel (2016), Gaussian Error Linear Units, section 2.
    """
    if x.shape[0] < _LOGISTIC:  # little to compute: one kernel starts faster than four
        return F.gelu(x, approximate="tanh")
    u = torch.addcmul(_C2, x, x, value=_CUBIC).mul_(x)
    return u.sigmoid_().mul_(x)


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


def _layer(way: int, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """A layer's product in one of the ways."""
    if way == ONEDNN:
        return onednn_product(x, weight.t(), bias)
    if way == 1:
        return addmm(x, weight, bias)
    if way < 0:
        return columns_product(x, weight, bias, -way)
    return split_product(x, weight, bias, way)


def _head(way: int, x: torch.Tensor, wte: torch.Tensor) -> torch.Tensor:
    """The head in one of the ways."""
    if way == ONEDNN:
        return onednn_product(x, wte, None)
    if way == SWAPPED:
        return swapped_head(x, wte)
    return F.linear(x, wte) if way == 1 else head_product(x, wte, way)


class Products:
    """Chooses how a product is computed, by measuring this machine.

    Attributes
    ----------
    chosen : (K, N, rows) -> way; rows are rounded up to a power of two. The
        head's keys have -E in place of K.
    """

    #: What is measured, the most used first: a machine that is at work may not get to the end.
    ROWS = (1, 256, 64, 4, 16, 2, 8, 32, 128)
    HEAD_ROWS = (1, 4, 16, 2, 8, 32)
    #: From so many rows a product computes more than it reads, and is the same from any memory.
    MANY = 32

    def __init__(self) -> None:
        self.chosen: dict[tuple[int, int, int], int] = {}
        self._times: dict[tuple[int, int, int], dict[int, float]] = {}  # the least of each way
        self.onednn = _onednn_works()
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

    def __call__(
        self, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, gelu: bool = False
    ) -> torch.Tensor:
        """``x @ weight + bias``, tanh-GELU on top if asked for."""
        way = self.way(weight.shape[0], weight.shape[1], x.shape[0])
        if way == ONEDNN:
            return onednn_product(x, weight.t(), bias, gelu)
        out = _layer(way, x, weight, bias)
        return tanh_gelu(out) if gelu else out

    def head(self, x: torch.Tensor, wte: torch.Tensor) -> torch.Tensor:
        """``x @ wte.T``. Shapes (n, E), (V, E) -> (n, V)."""
        rows = min(1 << (x.shape[0] - 1).bit_length(), max(self.HEAD_ROWS))
        way = self.chosen.get((-wte.shape[1], wte.shape[0], rows), self._else)
        return _head(way, x, wte)

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
                _layer(way, x, weight, bias)

        yield from self._choose((k, n, rows), self._cuts(k, n, rows), run, torch.randn(rows, k))

    def measure_head(self, wte: torch.Tensor, rows: int) -> Iterator[None]:
        """The same for the head, whose weight lies the other way; key (-E, V, rows)."""
        n_vocab, n_embd = wte.shape

        def run(way: int, x: torch.Tensor) -> None:
            _head(way, x, wte)

        others = [4, 8, 32] if rows == 1 else [16, 128, SWAPPED]
        yield from self._choose((-n_embd, n_vocab, rows), others, run, torch.randn(rows, n_embd))

    def _choose(
        self,
        key: tuple[int, int, int],
        others: list[int],
        run: Callable[[int, torch.Tensor], None],
        x: torch.Tensor,
    ) -> Iterator[None]:
        ways = [1, *others, *([ONEDNN] if self.onednn else [])]
        # Kept: what other programs took part of the machine from is measured once more later.
        times = self._times.setdefault(key, {})
        rows = x.shape[0]
        for _trial in range(8 if rows == 1 else 5 if rows < 128 else 3):  # reading is noisiest
            for way in ways:
                begin = time.perf_counter()
                run(way, x)
                times[way] = min(time.perf_counter() - begin, times.get(way, math.inf))
            # What stays far behind is not measured to the end.
            ways = [way for way in ways if times[way] < 1.3 * min(times.values())]
            yield
        best = min(times, key=lambda way: times[way])
        # PyTorch's own is the plain way: leave it only for a clear gain.
        self.chosen[key] = best if times[best] < 0.95 * times[1] else 1
