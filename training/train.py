"""Train a small GPT-2 from text: ``python -m training.train --help``.

On a GPU: bfloat16 autocast, torch.compile, the whole vocabulary in the softmax
and rows of 1,024 tokens from the start. On a processor: float32 or bfloat16,
whichever a few steps show to be faster, rows of 256 tokens first and full rows
at the end, and a softmax over the frequent tokens plus a weighted sample of the
rare ones.

The plan (learning rate, drills, returning passages, length of the rows) follows
the clock (``--minutes``) or the number of tokens (``--tokens``), so a run on a
busy machine still ends it in time. A run that is stopped (also by SIGTERM) goes
on by the same command where it was, and its record says that it was resumed.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np
import torch

from training.data import CorpusError, RowSampler, Source, load_corpus
from training.loop import Loop, Run
from training.settings import parser, settings_of, settle
from training.softmax import Head
from training.start import check_memory, first_model, optimizers
from training.state import load_state, write_checkpoint
from training.vocabulary import N_VOCAB, gpt2_tokenizer
from training.warm_start import token_counts

DRILL_TOKENS = 8_000


def prepare(args: argparse.Namespace, tokenizer, sources: list[Source]) -> Run:
    """Everything that a run needs, where a stored state left it."""
    counts = token_counts([s.train for s in sources], N_VOCAB)
    model = first_model(args, sources)
    optimizer_list = optimizers(model, args)
    progress = load_state(args, model, optimizer_list)
    start = {"step": progress.step, "tokens": progress.tokens}
    progress.parts.append(start | settings_of(args))
    weights = {k: float(v) for k, v in (p.split("=") for p in args.weights.split(","))}
    # A resumed run draws other rows than the ones it has seen: the step is part of the seed.
    seed = args.seed + 7_919 * progress.step
    # The hint to the induction head reads one period off each drill: it goes with long ones only.
    short = 0.0 if args.guide else args.short_drills
    sampler = RowSampler(sources, weights, np.argsort(-counts)[:DRILL_TOKENS], seed, short)
    head = Head(counts, args.frequent, args.sampled, args.device, args.price)
    return Run(args, model, optimizer_list, sampler, head, sources, tokenizer, progress)


def main(argv: list[str] | None = None) -> None:
    args = settle(parser(__doc__).parse_args(argv))
    torch.manual_seed(args.seed)
    args.work.mkdir(parents=True, exist_ok=True)
    check_memory(args)
    tokenizer = gpt2_tokenizer()
    try:
        sources = load_corpus(args.corpus, tokenizer, args.work / "tokens")
    except CorpusError as error:
        sys.exit(str(error))
    run = prepare(args, tokenizer, sources)
    Loop(run).train()
    if args.out:
        write_checkpoint(run.model, tokenizer, args, run.progress)


if __name__ == "__main__":
    main()
