"""The fast way through GPT-2: one forward pass for traces, prompts and batches of sequences.

It goes through the model's own weights (never a second copy) and differs from
transformers' forward only in what it leaves out: no mask where none is needed,
no logits but the last, no copies of keys and values. transformers' own forward
is the oracle in the tests and the way out (`TransformersBatch`) for models whose
blocks are not plain GPT-2.

Words: a *row* is one token of one sequence in the pass. Shapes: L layers,
n rows, E = n_embd, H heads, d = d_head, T tokens, V = n_vocab.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from transformers.models.gpt2.modeling_gpt2 import GPT2Block

from core.engine.gemm_choice import GemmChoice
from core.model.loaded import LoadedModel

#: (layer, packed q, k, v of shape (n, 3 E)) -> the heads' outputs, shape (n, E).
Attend = Callable[[int, torch.Tensor], torch.Tensor]
#: The same small tensor on each device that has layers.
Everywhere = dict[torch.device, torch.Tensor]


def is_plain(loaded: LoadedModel) -> bool:
    """Whether every block is GPT-2's own, so that the pass below is the whole model."""
    config = loaded.model.config
    return not config.add_cross_attention and all(
        type(block) is GPT2Block for block in loaded.model.transformer.h
    )


def _device(module: torch.nn.Module) -> torch.device:
    """Where a block computes; with accelerate's hooks, not where its weights lie."""
    hook = getattr(module, "_hf_hook", None)
    where = getattr(hook, "execution_device", None)
    if where is not None:
        return torch.device("cuda", where) if isinstance(where, int) else torch.device(where)
    return next(module.parameters()).device


def _is_resident(model: torch.nn.Module) -> bool:
    """Whether all weights are in the main memory, in float32 and as they were stored."""
    plain = all(
        p.device.type == "cpu" and p.dtype == torch.float32 and p.is_contiguous()
        for p in model.parameters()
    )
    hooked = any(getattr(getattr(m, "_hf_hook", None), "offload", False) for m in model.modules())
    return plain and not hooked


@dataclass(frozen=True, eq=False)
class LayerWeights:
    """One block's (weight, bias) pairs, looked up once: attribute look-ups cost as much as
    small products."""

    ln_1: tuple[torch.Tensor, torch.Tensor]
    c_attn: tuple[torch.Tensor, torch.Tensor]
    attn_proj: tuple[torch.Tensor, torch.Tensor]
    ln_2: tuple[torch.Tensor, torch.Tensor]
    c_fc: tuple[torch.Tensor, torch.Tensor]
    mlp_proj: tuple[torch.Tensor, torch.Tensor]

    @classmethod
    def of(cls, block: Any) -> LayerWeights:
        """Those of one of the model's blocks; not copied."""
        attn, mlp = block.attn, block.mlp
        modules = (block.ln_1, attn.c_attn, attn.c_proj, block.ln_2, mlp.c_fc, mlp.c_proj)
        return cls(*((m.weight.data, m.bias.data) for m in modules))


class Forward:
    """Carries rows of the residual stream through all blocks.

    With the weights in float32 on the processor the products are chosen by
    measurement (`fast`); anywhere else each step goes through the model's own
    modules, which works for GPUs, other dtypes and weights that accelerate
    fetches from disk.
    """

    def __init__(self, loaded: LoadedModel) -> None:
        self.loaded = loaded
        body = loaded.model.transformer
        self.body, self.h = body, list(body.h)
        self.n_layer, self.n_embd = loaded.shape.n_layer, loaded.shape.n_embd
        self.n_head, self.d_head = loaded.shape.n_head, loaded.shape.d_head
        self.scaling: list[Any] = [block.attn.scaling for block in self.h]
        self.dtype = loaded.model.dtype
        # Tanh-approximated GELU: one kernel instead of transformers' eight steps.
        activation = loaded.model.config.activation_function
        self.tanh_gelu = activation in {"gelu_new", "gelu_pytorch_tanh"}
        self.gemm = GemmChoice()
        self.fast = _is_resident(loaded.model)
        self.layers = [LayerWeights.of(block) for block in self.h] if self.fast else []
        self.devices = (
            [torch.device("cpu")] * self.n_layer
            if self.fast
            else [_device(block) for block in self.h]
        )

    def measure(self) -> Iterator[None]:
        """Choose the products for this machine; see `GemmChoice.measure_all`."""
        if self.fast:
            names = ("c_attn", "attn_proj", "c_fc", "mlp_proj")
            weights = [[getattr(layer, name) for layer in self.layers[:6]] for name in names]
            yield from self.gemm.measure_all(weights, self.body.wte.weight.data)

    # --- embedding, blocks, head ------------------------------------------------------------

    def embed(self, ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """Token plus position vectors. Shapes (n,), (n,) -> (n, E)."""
        if self.fast:
            body = self.body
            return F.embedding(ids, body.wte.weight).add_(F.embedding(positions, body.wpe.weight))
        where = self.loaded.device
        token = self.body.wte(ids.to(where))
        return token + self.body.wpe(positions.to(where)).to(token.device)

    def blocks(
        self, x: torch.Tensor, attend: Attend, out: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Rows through all blocks.

        Parameters
        ----------
        x : shape (n, E)
        attend : (layer, packed q, k, v of shape (n, 3 E)) -> heads' outputs (n, E)
        out : shape (L + 1, n, E), on the processor; filled with the rows before each block
            and after the last

        Returns
        -------
        shape (n, E), before `ln_f`

        References
        ----------
        Radford et al. (2019), Language Models are Unsupervised Multitask Learners, section 2.3.
        """
        return (self._blocks_fast if self.fast else self._blocks_by_module)(x, attend, out)

    def _blocks_fast(
        self, x: torch.Tensor, attend: Attend, out: torch.Tensor | None
    ) -> torch.Tensor:
        shape, gemm = (self.n_embd,), self.gemm
        eps = self.h[0].ln_1.eps
        if out is not None:
            x = out[0].copy_(x)
        for index, layer in enumerate(self.layers):
            qkv = gemm(F.layer_norm(x, shape, *layer.ln_1, eps), *layer.c_attn)
            x = gemm(attend(index, qkv), *layer.attn_proj).add_(x)
            m = gemm(F.layer_norm(x, shape, *layer.ln_2, eps), *layer.c_fc, self.tanh_gelu)
            if not self.tanh_gelu:
                m = self.h[index].mlp.act(m)
            m = gemm(m, *layer.mlp_proj)
            # Where the rows are kept they are made in their place: memory is fresh only once.
            x = m.add_(x) if out is None else torch.add(m, x, out=out[index + 1])
        return x

    def _blocks_by_module(
        self, x: torch.Tensor, attend: Attend, out: torch.Tensor | None
    ) -> torch.Tensor:
        for index, block in enumerate(self.h):
            x = x.to(self.devices[index])
            if out is not None:
                out[index] = x
            z = attend(index, block.attn.c_attn(block.ln_1(x)))
            x = x + block.attn.c_proj(z).to(x.device)
            m = block.mlp.c_fc(block.ln_2(x))
            m = F.gelu(m, approximate="tanh") if self.tanh_gelu else block.mlp.act(m)
            x = x + block.mlp.c_proj(m).to(x.device)
        if out is not None:
            out[-1] = x
        return x

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """The head. Shape (n, E) -> (n, V), float32 on the processor: the step's one wait."""
        if self.fast:
            ln_f = self.body.ln_f
            x = F.layer_norm(x, (self.n_embd,), ln_f.weight, ln_f.bias, ln_f.eps)
            return self.gemm.head(x, self.loaded.model.lm_head.weight)
        x = self.body.ln_f(x.to(_device(self.body.ln_f)))
        return self.loaded.model.lm_head(x).to("cpu", torch.float32)

    # --- attention over stored keys and values ----------------------------------------------

    def attend_one(self, layer: int, q: torch.Tensor, kv: torch.Tensor) -> torch.Tensor:
        """One query over all keys: three small products beat the fused kernel's start-up.

        Parameters
        ----------
        q : shape (E,)
        kv : shape (T, 2 E), keys, then values

        Returns
        -------
        shape (1, E)
        """
        k, v = kv.view(-1, 2, self.n_head, self.d_head).unbind(1)  # (T, H, d) each
        q = q.view(self.n_head, 1, self.d_head)
        # Scaling inside the product: a Python number times a tensor is converted first.
        scores = torch.baddbmm(q[..., :1], q, k.permute(1, 2, 0), beta=0, alpha=self.scaling[layer])
        return torch.bmm(scores.softmax(-1), v.transpose(0, 1)).view(1, -1)

    def attend_rows(
        self, layer: int, qkv: torch.Tensor, kv: torch.Tensor, mask: Everywhere | None
    ) -> torch.Tensor:
        """New rows of one text over all before them and themselves.

        Parameters
        ----------
        qkv : shape (n, 3 E)
        kv : shape (T, 2 E), keys, then values; the last n rows are written from `qkv`
        mask : what `causal_mask` says of rows T - n to T

        Returns
        -------
        shape (n, E)
        """
        n_embd, start = self.n_embd, kv.shape[0] - qkv.shape[0]
        kv[start:] = qkv[:, n_embd:]
        z = F.scaled_dot_product_attention(
            self.split_heads(qkv[:, :n_embd])[None],
            self.split_heads(kv[:, :n_embd])[None],
            self.split_heads(kv[:, n_embd:])[None],
            attn_mask=None if mask is None else mask[qkv.device],
            is_causal=start == 0,
            scale=self.scaling[layer],
        )
        return z[0].transpose(0, 1).reshape(-1, n_embd)

    def causal_mask(self, start: int, stop: int) -> Everywhere | None:
        """True where rows start to stop may look: shape (stop - start, stop).

        None where the kernel knows by itself (from the first row on) or one row sees all.
        """
        if not start or stop - start == 1:
            return None
        return self.everywhere(torch.ones(stop - start, stop, dtype=torch.bool).tril(start))

    def everywhere(self, tensor: torch.Tensor) -> Everywhere:
        """A small tensor on each device that has layers."""
        # By the name that a tensor there has: "mps" was asked for, "mps:0" is what it says.
        return {there.device: there for there in map(tensor.to, dict.fromkeys(self.devices))}

    def split_heads(self, packed: torch.Tensor) -> torch.Tensor:
        """(..., T, E) -> (..., H, T, d), a view."""
        return packed.unflatten(-1, (self.n_head, self.d_head)).transpose(-2, -3)
