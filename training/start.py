"""What a run starts with: the model, the optimizers, and whether they fit into memory."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import psutil
import torch
from safetensors import SafetensorError
from transformers import GPT2Config, GPT2LMHeadModel

from training.data import Source
from training.vocabulary import CONTEXT, N_VOCAB
from training.warm_start import FREQUENCY_BIAS, embeddings, positions


def config_of(args: argparse.Namespace) -> GPT2Config:
    return GPT2Config(
        vocab_size=N_VOCAB,
        n_positions=CONTEXT,
        n_embd=args.width,
        n_layer=args.layers,
        n_head=args.heads,
        resid_pdrop=args.dropout,
        embd_pdrop=args.dropout,
        attn_pdrop=args.dropout,
        bos_token_id=N_VOCAB - 1,
        eos_token_id=N_VOCAB - 1,
    )


def first_model(args: argparse.Namespace, sources: list[Source]) -> GPT2LMHeadModel:
    """The model that a run begins with, ready for training."""
    model = given_model(args) if args.start_from else new_model(args, sources)
    fuse_gelu(model)
    return model.to(args.device).train()


def given_model(args: argparse.Namespace) -> GPT2LMHeadModel:
    """A finished checkpoint's weights, to go on from."""
    try:
        return GPT2LMHeadModel.from_pretrained(
            args.start_from, config=config_of(args), dtype=torch.float32, local_files_only=True
        )
    except (OSError, RuntimeError, SafetensorError) as error:
        sys.exit(
            f"--start-from {args.start_from}: no checkpoint of {args.layers} layers,"
            f" {args.heads} heads, {args.width} wide could be read there ({error})."
        )


def new_model(args: argparse.Namespace, sources: list[Source]) -> GPT2LMHeadModel:
    """A GPT-2 with counted embeddings, all else as GPT-2 starts."""
    model = GPT2LMHeadModel(config_of(args))
    table = torch.from_numpy(counted_embeddings(args, sources, args.work / "wte.npy"))
    places = torch.from_numpy(positions(CONTEXT, args.width, args.seed))
    with torch.no_grad():
        model.transformer.wte.weight.copy_(table)
        model.transformer.wpe.weight.copy_(places)
        model.transformer.ln_f.bias[0] = FREQUENCY_BIAS
    return model


def counted_embeddings(args: argparse.Namespace, sources: list[Source], cached: Path) -> np.ndarray:
    """First values for `wte`, kept in a file; shape (n_vocab, n_embd), float32."""
    if cached.exists():
        return np.load(cached)
    print("counting which tokens stand together ...", flush=True)
    table = embeddings([s.train for s in sources], N_VOCAB, args.width, args.seed)
    np.save(cached, table)
    return table


def fuse_gelu(model: GPT2LMHeadModel) -> None:
    """The same tanh-GELU as one operation; transformers' eight take half of a step's time."""
    for block in model.transformer.h:
        block.mlp.act = torch.nn.GELU(approximate="tanh")


def optimizers(model: GPT2LMHeadModel, args: argparse.Namespace) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the blocks, AdamW for the rest."""
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and ".h." in n]
    others = [p for n, p in model.named_parameters() if not (p.ndim == 2 and ".h." in n)]
    muon = torch.optim.Muon(
        matrices,
        lr=args.matrix_lr,
        weight_decay=args.weight_decay,
        adjust_lr_fn="match_rms_adamw",
    )
    adam = torch.optim.AdamW(others, lr=args.lr, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
    for optimizer in (muon, adam):
        for group in optimizer.param_groups:
            group["peak"] = group["lr"]
    return [muon, adam]


def check_memory(args: argparse.Namespace) -> None:
    """Refuse a run that cannot fit, before it starts."""
    body = 12 * args.layers * args.width**2
    n_params = body + (N_VOCAB + CONTEXT) * args.width
    head = args.batch_tokens * min(N_VOCAB, args.frequent + args.sampled + 1_000)
    need = 4 * (5 * n_params + 3 * head + 40 * args.batch_tokens * args.width * args.layers)
    free = psutil.virtual_memory().available
    if args.device == "cpu" and need > free:
        sys.exit(
            f"This run needs about {need / 2**30:.1f} GiB and {free / 2**30:.1f} GiB are free."
            f" Give a smaller --batch-tokens, --width or --frequent."
        )
