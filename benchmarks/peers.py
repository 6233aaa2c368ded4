"""Other people's ways to the same numbers, for the benchmarks: each only where it is installed.

TransformerLens, onnxruntime and BertViz are no dependencies of the app. To see
them beside us, install them into the same environment:

    pip install transformer_lens onnxruntime onnx bertviz
"""

from __future__ import annotations

import copy
import importlib.util
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from core.model.loaded import LoadedModel


def installed(*names: str) -> bool:
    """Whether all of these packages can be imported."""
    return all(importlib.util.find_spec(name) is not None for name in names)


# --- TransformerLens ------------------------------------------------------------------------


def lens(loaded: LoadedModel):
    """The same weights in TransformerLens, or None.

    Its bridge puts hooks around transformers' modules, so it gets a model of its own.
    """
    if not installed("transformer_lens"):
        return None
    from transformer_lens.model_bridge import TransformerBridge  # type: ignore[import-not-found]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        twin = copy.deepcopy(loaded.model)
        twin.set_attn_implementation("eager")
        return TransformerBridge.boot_transformers(
            "gpt2", hf_model=twin, tokenizer=loaded.tokenizer, device="cpu"
        )


def lens_generate(bridge, ids: tuple[int, ...], n: int) -> Callable[[], list[float]]:
    """A trial: seconds a token of its greedy `generate`; the prompt's pass is taken off."""
    tensor = torch.tensor([ids])

    def run(tokens: int) -> float:
        begin = time.perf_counter()
        bridge.generate(
            tensor,
            max_new_tokens=tokens,
            do_sample=False,
            stop_at_eos=False,
            use_past_kv_cache=True,
            return_type="tokens",
            verbose=False,
        )
        return time.perf_counter() - begin

    return lambda: [(run(n + 1) - run(1)) / n]


# --- onnxruntime ----------------------------------------------------------------------------


class _OneToken(torch.nn.Module):
    """GPT-2 for one token with explicit keys and values, as an exporter can trace it."""

    def __init__(self, loaded: LoadedModel) -> None:
        super().__init__()
        self.model, self.n_head = loaded.model, loaded.shape.n_head

    def forward(self, ids: torch.Tensor, *past: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Shapes (1, 1) and 2 L times (1, n_head, T, d_head) -> logits, 2 L longer ones."""
        body, present = self.model.transformer, []
        position = torch.full_like(ids, 0) + past[0].shape[2]
        x = body.wte(ids) + body.wpe(position)
        for i, block in enumerate(body.h):
            q, k, v = (
                part.view(1, 1, self.n_head, -1).transpose(1, 2)
                for part in block.attn.c_attn(block.ln_1(x)).split(x.shape[-1], dim=-1)
            )
            k, v = torch.cat([past[2 * i], k], 2), torch.cat([past[2 * i + 1], v], 2)
            present += [k, v]
            weights = (q @ k.transpose(-1, -2) * block.attn.scaling).softmax(-1)
            z = (weights @ v).transpose(1, 2).reshape(1, 1, -1)
            x = x + block.attn.c_proj(z)
            x = x + block.mlp(block.ln_2(x))
        return self.model.lm_head(body.ln_f(x))[0, 0], *present


def onnx_steps(loaded: LoadedModel, ids: tuple[int, ...], n: int) -> Callable | None:
    """A trial: seconds of each of `n` greedy steps of onnxruntime after a prompt, or None."""
    if not installed("onnxruntime", "onnx"):
        return None
    import onnxruntime  # type: ignore[import-not-found]

    # A module begins in training mode, and the exporter gives that back to the shared model.
    shape, one = loaded.shape, _OneToken(loaded).eval()
    names = [f"{kind}{i}" for i in range(shape.n_layer) for kind in "kv"]
    example = [torch.zeros(1, shape.n_head, 3, shape.d_head) for _name in names]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        path = str(Path(folder) / "step.onnx")
        torch.onnx.export(
            one,
            (torch.zeros(1, 1, dtype=torch.long), *example),
            path,
            input_names=["ids", *names],
            output_names=["logits", *(f"new_{name}" for name in names)],
            dynamic_axes={name: {2: "t"} for name in names},
            dynamo=False,
        )
        session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])

    def step(token: int, past: list[np.ndarray]) -> tuple[int, list[np.ndarray]]:
        feed = {"ids": np.array([[token]]), **dict(zip(names, past, strict=True))}
        logits, *past = session.run(None, feed)
        return int(logits.argmax()), past

    empty = [np.zeros((1, shape.n_head, 0, shape.d_head), np.float32) for _name in names]
    token, start = -1, empty
    for token_id in ids:
        token, start = step(token_id, start)

    def trial() -> list[float]:
        times, now, past = [], token, start
        for _step in range(n):
            begin = time.perf_counter()
            now, past = step(now, past)
            times.append(time.perf_counter() - begin)
        return times

    trial.first = token  # type: ignore[attr-defined]
    return trial


# --- BertViz --------------------------------------------------------------------------------


def bertviz_bytes(loaded: LoadedModel, ids: tuple[int, ...]) -> tuple[int, int] | None:
    """Bytes of its head view and model view of a text as a browser gets them, or None."""
    if not installed("bertviz", "IPython"):
        return None
    from bertviz import head_view, model_view  # type: ignore[import-not-found]

    model = loaded.model
    model.set_attn_implementation("eager")
    with torch.no_grad():
        found = model(torch.tensor([ids]), output_attentions=True).attentions
    model.set_attn_implementation("sdpa")
    tokens = [f"{token} " for token in ids]
    return tuple(  # type: ignore[return-value]
        len(view(found, tokens, html_action="return").data.encode())
        for view in (head_view, model_view)
    )
