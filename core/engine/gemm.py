"""Ways to compute a matrix product, all exact: which one is fast depends on the machine.

GPT-2's layers store their weights as (inputs, outputs), the head as (vocabulary,
inputs). Both are used where they lie: no way here keeps a second copy. The only
file that calls a private operator of PyTorch.

All of it is also read as TorchScript (`core.compiled`), which knows no numbers from
outside of a function: -1 and 0 there are `SWAPPED` and `ONEDNN`.

Shapes: n rows, K inputs, N outputs, E = n_embd, V = n_vocab.
"""

import torch
import torch.nn.functional as F

#: Ways to compute a product, as they are stored and printed: 1 is PyTorch's own, 2, 4, 8, 32 ...
#: cut the inputs (of the head: the vocabulary) in so many parts, -4, -8 and -16 the outputs,
#: and these two hand it to oneDNN or let weight and rows change places.
ONEDNN = 0
#: The head times the rows instead of the rows times the head.
SWAPPED = -1


def addmm(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """``x @ weight + bias`` as Conv1D does it. Shapes (n, K), (K, N), (N,) -> (n, N)."""
    return torch.addmm(bias, x, weight)


def split_product(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, parts: int
) -> torch.Tensor:
    """``x @ weight + bias``, the input dimension cut in `parts` that the cores share; as `addmm`.

    A product of few rows only reads its weight, and BLAS reads it with one core;
    a batched product over views of the same numbers is read by all of them.
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
    """``x @ weight + bias``, the outputs cut in `parts` that the cores share; as `addmm`.

    With some rows a product computes as much as it reads; what a core reads of the
    weight for its part of the outputs fits its own cache and is used for all rows.
    """
    n, k = x.shape
    width = weight.shape[1] // parts
    cut = torch.bmm(x.expand(parts, n, k), weight.view(k, parts, width).transpose(0, 1))
    out = x.new_empty([n, parts, width])
    # The parts lie one after the other; putting them side by side is one pass with the bias.
    torch.add(cut.transpose(0, 1), bias.view(parts, width), out=out)
    return out.view(n, -1)


def head_product(x: torch.Tensor, wte: torch.Tensor, parts: int) -> torch.Tensor:
    """``x @ wte.T``, the vocabulary cut in `parts`. Shapes (n, E), (V, E) -> (n, V)."""
    n_vocab, n_embd = wte.shape
    even = n_vocab - n_vocab % parts
    cut = torch.bmm(
        x.expand(parts, x.shape[0], n_embd),
        wte[:even].view(parts, even // parts, n_embd).transpose(1, 2),
    )
    logits = x.new_empty([x.shape[0], n_vocab])
    logits[:, :even].unflatten(1, [parts, even // parts]).copy_(cut.transpose(0, 1))
    if even < n_vocab:
        logits[:, even:] = x @ wte[even:].T
    return logits


def swapped_head(x: torch.Tensor, wte: torch.Tensor) -> torch.Tensor:
    """``x @ wte.T`` as ``(wte @ x.T).T``: a few rows as columns are what some BLAS like better.

    Shapes (n, E), (V, E) -> (n, V).
    """
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
    x : shape (n, K)
    weight : shape (N, K), any strides
    bias : shape (N,)

    Returns
    -------
    shape (n, N)
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
    if x.shape[0] < 32:  # little to compute: one kernel starts faster than four
        return F.gelu(x, approximate="tanh")
    c2 = 1.5957691216057308  # 2 sqrt(2 / pi); as a tensor, so that the polynomial is one kernel
    u = torch.addcmul(torch.full([], c2), x, x, value=0.044715 * c2).mul_(x)
    return u.sigmoid_().mul_(x)


def onednn_works() -> bool:
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


def product(
    way: int, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, gelu: bool
) -> torch.Tensor:
    """A layer's product in one of the ways, tanh-GELU on top if asked for.

    Shapes (n, K), (K, N), (N,) -> (n, N).
    """
    if way == 0:
        return onednn_product(x, weight.t(), bias, gelu)
    if way == 1:
        out = addmm(x, weight, bias)
    elif way < 0:
        out = columns_product(x, weight, bias, -way)
    else:
        out = split_product(x, weight, bias, way)
    return tanh_gelu(out) if gelu else out


def head(way: int, x: torch.Tensor, wte: torch.Tensor) -> torch.Tensor:
    """The head's product in one of the ways. Shapes (n, E), (V, E) -> (n, V)."""
    if way == 0:
        return onednn_product(x, wte, None)
    if way == -1:
        return swapped_head(x, wte)
    return F.linear(x, wte) if way == 1 else head_product(x, wte, way)
