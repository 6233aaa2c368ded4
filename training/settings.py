"""The settings of a run: its options, the defaults that depend on the device, the record."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import torch

from training.vocabulary import CONTEXT, N_VOCAB


def parser(description: str | None) -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="python -m training.train", description=description)
    _places(p)
    _sizes(p)
    _rates(p)
    _rows(p)
    p.add_argument("--save-minutes", type=float, default=3.0)
    p.add_argument("--valid-minutes", type=float, default=10.0)
    p.add_argument(
        "--heads-steps", type=int, default=20, help="how often heads are scored at first"
    )
    p.add_argument("--dtype", default="auto", choices=("auto", "float32", "bfloat16"))
    p.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="at most")
    return p


def _places(p: argparse.ArgumentParser) -> None:
    p.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    p.add_argument("--work", type=Path, default=Path("training/run"), help="checkpoints and log")
    p.add_argument("--out", type=Path, help="where the finished checkpoint goes (Hub layout)")
    p.add_argument("--start-from", type=Path, help="finished checkpoint whose weights go on")
    p.add_argument("--device", default="auto", help="auto, cpu, cuda")
    p.add_argument("--seed", type=int, default=1)


def _sizes(p: argparse.ArgumentParser) -> None:
    stop = p.add_mutually_exclusive_group()
    stop.add_argument("--minutes", type=float, help="length of the run by the clock")
    stop.add_argument("--tokens", type=int, help="length of the run in tokens")
    p.add_argument("--layers", type=int, help="default: 8 on a GPU, 6 on a processor")
    p.add_argument("--heads", type=int, default=8)
    p.add_argument("--width", type=int, default=256)
    p.add_argument("--batch-tokens", type=int, help="default: 65536 on a GPU, 3072 else")
    p.add_argument("--frequent", type=int, default=8_000, help="tokens always in the softmax")
    p.add_argument("--sampled", type=int, default=1_500, help="rare tokens sampled per step")


def _rates(p: argparse.ArgumentParser) -> None:
    p.add_argument("--dropout", type=float, help="default: 0.1 on a GPU, 0 else")
    p.add_argument("--lr", type=float, default=3e-3, help="AdamW peak (embeddings, norms, biases)")
    p.add_argument("--matrix-lr", type=float, default=5e-3, help="Muon peak (matrices)")
    p.add_argument("--weight-decay", type=float, default=0.05, help="on matrices only")
    p.add_argument("--warm", type=float, default=0.015, help="share of the run that warms up")
    p.add_argument(
        "--guide", type=float, default=0.0, help="weight of a hint to the copying circuit"
    )


def _rows(p: argparse.ArgumentParser) -> None:
    p.add_argument("--row", type=int, help="row length; default: 1024 on a GPU, 256 else")
    p.add_argument("--full-rows-from", type=float, default=0.85, help="share of the run")
    p.add_argument("--drills", type=float, default=0.16, help="share of copying drills at first")
    p.add_argument("--drills-end", type=float, help="their share at the end; default: as at first")
    p.add_argument(
        "--short-drills", type=float, default=0.0, help="share of the drills that are short ones"
    )
    p.add_argument("--returns", type=float, default=0.0, help="rows with a returning passage")
    p.add_argument("--returns-end", type=float, help="their share at the end")
    p.add_argument(
        "--price", type=float, default=0.0, help="of words that stand shortly before already"
    )
    p.add_argument("--fade", default="0.4,0.8", help="from when to when the shares change")
    p.add_argument("--weights", default="stories=0.72,novels=0.2,glosses=0.08")


def settle(args: argparse.Namespace) -> argparse.Namespace:
    """Fill the defaults that depend on the device."""
    if args.device == "auto":
        args.device = "cuda" if torch.cuda.is_available() else "cpu"
    gpu = args.device != "cpu"
    args.layers = args.layers or (8 if gpu else 6)
    args.batch_tokens = args.batch_tokens or (65_536 if gpu else 3_072)
    args.row = args.row or (CONTEXT if gpu else 256)
    if args.dropout is None:
        args.dropout = 0.1 if gpu else 0.0
    args.drills_end = args.drills if args.drills_end is None else args.drills_end
    args.returns_end = args.returns if args.returns_end is None else args.returns_end
    if gpu:
        args.frequent = N_VOCAB
    if args.minutes is None and args.tokens is None:
        args.minutes = 20.0 if gpu else 120.0
    return args


def settings_of(args: argparse.Namespace) -> dict:
    """The settings of a run without its folders."""
    folders = ("corpus", "work", "out", "start_from")
    return {k: v for k, v in vars(args).items() if k not in folders}
