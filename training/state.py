"""What a run keeps on disk: a state to go on from, and the finished checkpoint."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from tqdm import tqdm
from transformers import GPT2LMHeadModel

from training.settings import settings_of


@dataclass
class Progress:
    """What a resumed run must know.

    Attributes
    ----------
    step, tokens, seconds : done so far, seconds without the pauses
    history : validation losses (nats) and scores of heads along the way
    parts : one entry for each start, with the settings it was given
    """

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    history: list[dict] = field(default_factory=list)
    parts: list[dict] = field(default_factory=list)


def save_state(
    work: Path,
    model: GPT2LMHeadModel,
    optimizer_list: list[torch.optim.Optimizer],
    progress: Progress,
) -> None:
    """Write a resumable checkpoint; the last good one stays whole if the disk is full."""
    target, fresh = work / "state.pt", work / "state.tmp"
    state = {
        "model": model.state_dict(),
        "optimizers": [o.state_dict() for o in optimizer_list],
        "progress": asdict(progress),
    }
    try:
        torch.save(state, fresh)
        os.replace(fresh, target)
    except (OSError, RuntimeError) as error:
        fresh.unlink(missing_ok=True)
        free = shutil.disk_usage(work).free / 2**20
        tqdm.write(
            f"could not save ({error}); {free:.0f} MiB are free in {work}."
            f" The last good state is kept; make room, training goes on."
        )


def load_state(
    args: argparse.Namespace,
    model: GPT2LMHeadModel,
    optimizer_list: list[torch.optim.Optimizer],
) -> Progress:
    """Put a stored state into model and optimizers, if there is one, and say how far it was."""
    state = args.work / "state.pt"
    if not state.exists():
        return Progress()
    stored = torch.load(state, map_location=args.device, weights_only=True)
    model.load_state_dict(stored["model"])
    for optimizer, values in zip(optimizer_list, stored["optimizers"], strict=True):
        peaks = [group["peak"] for group in optimizer.param_groups]
        optimizer.load_state_dict(values)
        for group, peak in zip(optimizer.param_groups, peaks, strict=True):
            group["peak"] = peak  # a resumed run may be given another learning rate
    progress = Progress(**stored["progress"])
    torch.manual_seed(args.seed + progress.step)
    print(f"resumed at step {progress.step}, {progress.tokens:,} tokens", flush=True)
    return progress


def record_of(args: argparse.Namespace, progress: Progress) -> dict:
    """What the model card must know: settings without folders, progress, and the run before."""
    record = {"settings": settings_of(args), "progress": asdict(progress)}
    if args.start_from:
        try:
            record["before"] = json.loads((args.start_from / "training.json").read_text("utf-8"))
        except (OSError, ValueError):
            record["before"] = {}
    return record


def write_checkpoint(
    model: GPT2LMHeadModel, tokenizer, args: argparse.Namespace, progress: Progress
) -> None:
    """Write the checkpoint in the Hub's layout, in half precision.

    The file is written beside the old one and moved into place, so a full disk
    leaves the last good checkpoint whole.
    """
    fresh = args.out.with_name(args.out.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        half = GPT2LMHeadModel(model.config)
        half.load_state_dict(model.state_dict())
        half.half().eval().save_pretrained(fresh)
        tokenizer.save_pretrained(fresh)
        (fresh / "training.json").write_text(
            json.dumps(record_of(args, progress), indent=1) + "\n", encoding="utf-8"
        )
        args.out.mkdir(parents=True, exist_ok=True)
        for file in fresh.iterdir():
            os.replace(file, args.out / file.name)
    except OSError as error:
        sys.exit(f"could not write {args.out}: {error}. Make room and run again; it resumes.")
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
