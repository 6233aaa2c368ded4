"""How far a model copies by now: the scores of its heads and what a repetition saves.

The same sequences and the same scores as in `training.evaluate`, taken from the
model that is being trained, without an engine around it.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from transformers import GPT2LMHeadModel

from core.views.head_scores import head_scores

KINDS = ("previous", "induction")


def frequent_words(tokenizer) -> np.ndarray:
    """Ids of whole lower-case words among the 4,000 first merges; they need no corpus."""
    names = tokenizer.convert_ids_to_tokens(list(range(256, 4_256)))
    return np.array(
        [
            i + 256
            for i, t in enumerate(names)
            if t[0] == "Ġ" and t[1:].isalpha() and t[1:].islower()
        ]
    )


def patterns(model: GPT2LMHeadModel, ids: torch.Tensor) -> list[np.ndarray]:
    """Each layer's attention pattern on one text; shape (n_head, query, key)."""
    states = model.transformer(ids[None], output_hidden_states=True).hidden_states
    future = torch.ones(len(ids), len(ids), dtype=torch.bool, device=ids.device).triu(1)
    made = []
    for layer, block in enumerate(model.transformer.h):
        packed = block.attn.c_attn(block.ln_1(states[layer]))[0]
        # c_attn packs all Q, then all K, then all V.
        q, k, _v = packed.view(len(ids), 3, model.config.n_head, -1).permute(1, 2, 0, 3)
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        made.append(scores.masked_fill(future, -math.inf).softmax(-1).cpu().numpy())
    return made


def scores_of(model: GPT2LMHeadModel, words: np.ndarray) -> dict[str, np.ndarray]:
    """Scores of every head on random sequences repeated once; each of shape (n_layer, n_head)."""
    rng, device = np.random.default_rng(1), model.transformer.wte.weight.device
    total = {kind: np.zeros((model.config.n_layer, model.config.n_head)) for kind in KINDS}
    for _ in range(4):
        ids = np.tile(rng.choice(words, size=40, replace=False), 2)
        for layer, pattern in enumerate(patterns(model, torch.from_numpy(ids).to(device))):
            found = head_scores(pattern, tuple(int(i) for i in ids))
            for kind in KINDS:
                total[kind][layer] += found[kind] / 4
    return total


def saved(model: GPT2LMHeadModel, words: np.ndarray) -> float:
    """What a token of a random sequence of 64 words costs less the second time, in nats."""
    rng, device = np.random.default_rng(0), model.transformer.wte.weight.device
    first, second = [], []
    for _ in range(16):
        ids = torch.from_numpy(np.tile(rng.choice(words, size=64), 2))[None].to(device)
        logits = model(ids[:, :-1]).logits[0].float()
        losses = F.cross_entropy(logits, ids[0, 1:], reduction="none")
        first.append(float(losses[:63].mean()))
        second.append(float(losses[64:].mean()))
    return float(np.mean(first) - np.mean(second))


@torch.no_grad()
def copying(model: GPT2LMHeadModel, words: np.ndarray) -> dict[str, float | str]:
    """The clearest copying heads and what a repetition saves.

    Parameters
    ----------
    words : token ids of whole words, of which the random sequences are made

    Returns
    -------
    dict
        ``previous`` and ``induction`` (share of attention, 0 to 1), which heads they are, and
        ``saved``, nats per token that a random sequence costs less the second time.
    """
    model.eval()
    out: dict[str, float | str] = {}
    for kind, scores in scores_of(model, words).items():
        layer, head = np.unravel_index(int(scores.argmax()), scores.shape)
        out[kind], out[f"{kind}_head"] = round(float(scores.max()), 4), f"L{layer}.H{head}"
    out["saved"] = round(saved(model, words), 3)
    model.train()
    return out
