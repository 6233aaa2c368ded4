"""What a run says of itself along the way: losses on texts it does not learn, heads, samples."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tqdm import tqdm
from transformers import GPT2LMHeadModel

from training.state import Progress
from training.vocabulary import N_VOCAB

PROMPTS = ("Once upon a time", "The old king said to his daughter,", "The little dog ran")
VALID_TOKENS = 16_384
#: Tokens of the rows that they are read in.
SHORT = 256


def say(work: Path, entry: dict) -> None:
    """One line of the log, on the screen and in ``log.jsonl``."""
    with (work / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry) + "\n")
    tqdm.write(json.dumps(entry))


def entry_of(progress: Progress, running: float) -> dict:
    """What every line of the run's history begins with; `running` is the mean loss in nats."""
    return {
        "step": progress.step,
        "tokens": progress.tokens,
        "minutes": round(progress.seconds / 60, 1),
        "train": round(running, 4),
    }


@torch.no_grad()
def validation_loss(
    model: GPT2LMHeadModel, ids: np.ndarray, length: int, limit: int, device: str
) -> float:
    """Exact loss over the whole vocabulary in nats per token, on the first `limit` tokens."""
    model.eval()
    total, count = 0.0, 0
    for start in range(0, min(limit, len(ids) - length - 1), length):
        row = torch.from_numpy(ids[start : start + length + 1].astype(np.int64)).to(device)[None]
        logits = model(row[:, :-1]).logits[0].float()
        total += float(F.cross_entropy(logits, row[0, 1:], reduction="sum"))
        count += length
    model.train()
    return total / max(1, count)


@torch.no_grad()
def sample(model: GPT2LMHeadModel, tokenizer, prompt: str, device: str, seed: int = 0) -> str:
    """A short continuation, to see how the model writes by now."""
    model.eval()
    torch.manual_seed(seed)
    ids = torch.tensor([tokenizer(prompt)["input_ids"]], device=device)
    out = model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=40,
        do_sample=True,
        top_p=0.9,
        temperature=0.8,
        pad_token_id=N_VOCAB - 1,
    )
    model.train()
    return tokenizer.decode(out[0])
