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
import json
import math
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import psutil
import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from tqdm import tqdm
from transformers import GPT2Config, GPT2LMHeadModel

from core.views.head_scores import head_scores
from training.data import CorpusError, RowSampler, Source, load_corpus
from training.vocabulary import CONTEXT, N_VOCAB, gpt2_tokenizer
from training.warm_start import FREQUENCY_BIAS, embeddings, positions, token_counts

PROMPTS = ("Once upon a time", "The old king said to his daughter,", "The little dog ran")


@dataclass
class Progress:
    """What a resumed run must know."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)
    parts: list[dict] = field(default_factory=list)


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    p.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    p.add_argument("--work", type=Path, default=Path("training/run"), help="checkpoints and log")
    p.add_argument("--out", type=Path, help="where the finished checkpoint goes (Hub layout)")
    p.add_argument("--start-from", type=Path, help="finished checkpoint whose weights go on")
    p.add_argument("--device", default="auto", help="auto, cpu, cuda")
    stop = p.add_mutually_exclusive_group()
    stop.add_argument("--minutes", type=float, help="length of the run by the clock")
    stop.add_argument("--tokens", type=int, help="length of the run in tokens")
    p.add_argument("--layers", type=int, help="default: 8 on a GPU, 6 on a processor")
    p.add_argument("--heads", type=int, default=8)
    p.add_argument("--width", type=int, default=256)
    p.add_argument("--batch-tokens", type=int, help="default: 65536 on a GPU, 3072 else")
    p.add_argument("--row", type=int, help="row length; default: 1024 on a GPU, 256 else")
    p.add_argument("--full-rows-from", type=float, default=0.85, help="share of the run")
    p.add_argument("--frequent", type=int, default=8_000, help="tokens always in the softmax")
    p.add_argument("--sampled", type=int, default=1_500, help="rare tokens sampled per step")
    p.add_argument("--dropout", type=float, help="default: 0.1 on a GPU, 0 else")
    p.add_argument("--lr", type=float, default=3e-3, help="AdamW peak (embeddings, norms, biases)")
    p.add_argument("--matrix-lr", type=float, default=5e-3, help="Muon peak (matrices)")
    p.add_argument("--weight-decay", type=float, default=0.05, help="on matrices only")
    p.add_argument("--warm", type=float, default=0.015, help="share of the run that warms up")
    p.add_argument("--drills", type=float, default=0.16, help="share of copying drills at first")
    p.add_argument("--drills-end", type=float, help="their share at the end; default: as at first")
    p.add_argument("--returns", type=float, default=0.0, help="rows with a returning passage")
    p.add_argument("--returns-end", type=float, help="their share at the end")
    p.add_argument("--fade", default="0.4,0.8", help="from when to when the shares change")
    p.add_argument(
        "--guide", type=float, default=0.0, help="weight of a hint to the copying circuit"
    )
    p.add_argument("--weights", default="stories=0.72,novels=0.2,glosses=0.08")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--save-minutes", type=float, default=3.0)
    p.add_argument("--valid-minutes", type=float, default=10.0)
    p.add_argument("--heads-minutes", type=float, default=5.0, help="how often heads are scored")
    p.add_argument("--dtype", default="auto", choices=("auto", "float32", "bfloat16"))
    p.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="at most")
    return p


def new_model(args: argparse.Namespace, sources: list[Source], work: Path) -> GPT2LMHeadModel:
    """A GPT-2 with counted embeddings, all else as GPT-2 starts; or a finished checkpoint's."""
    config = GPT2Config(
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
    if args.start_from:
        try:
            model = GPT2LMHeadModel.from_pretrained(
                args.start_from, config=config, dtype=torch.float32, local_files_only=True
            )
        except (OSError, RuntimeError, SafetensorError) as error:
            sys.exit(
                f"--start-from {args.start_from}: no checkpoint of {args.layers} layers,"
                f" {args.heads} heads, {args.width} wide could be read there ({error})."
            )
        return model
    model = GPT2LMHeadModel(config)
    cached = work / "wte.npy"
    if cached.exists():
        table = np.load(cached)
    else:
        print("counting which tokens stand together ...", flush=True)
        table = embeddings([s.train for s in sources], N_VOCAB, args.width, args.seed)
        np.save(cached, table)
    with torch.no_grad():
        model.transformer.wte.weight.copy_(torch.from_numpy(table))
        model.transformer.wpe.weight.copy_(
            torch.from_numpy(positions(CONTEXT, args.width, args.seed))
        )
        model.transformer.ln_f.bias[0] = FREQUENCY_BIAS
    return model


class Head:
    """Cross entropy over the vocabulary, exact or with the rare part sampled.

    On a processor the head is half of the work. The most frequent tokens and
    the batch's own targets enter the partition sum exactly; the rest is
    estimated from a uniform sample, each sampled logit raised by
    log(n_rest / n_sampled) so that the sum is right on average.
    """

    def __init__(self, counts: np.ndarray, frequent: int, sampled: int, device: str) -> None:
        order = np.argsort(-counts, kind="stable")
        self.exact = frequent >= len(counts)
        self.frequent = torch.from_numpy(order[:frequent].copy()).to(device)
        self.rest = torch.from_numpy(order[frequent:].copy()).to(device)
        self.n_sampled = sampled
        self.slot = torch.full((len(counts),), -1, dtype=torch.long, device=device)

    def loss(
        self, hidden: torch.Tensor, targets: torch.Tensor, counts: torch.Tensor, wte: torch.Tensor
    ) -> torch.Tensor:
        """Mean loss in nats; hidden (rows, length, n_embd), targets and counts (rows, length)."""
        hidden, targets = hidden[counts], targets[counts]
        if self.exact:
            return F.cross_entropy((hidden @ wte.T).float(), targets)
        slot = self.slot.clone()
        slot[self.frequent] = torch.arange(len(self.frequent), device=slot.device)
        extra = torch.unique(targets[slot[targets] < 0])
        slot[extra] = len(self.frequent) + torch.arange(len(extra), device=slot.device)
        pick = torch.randint(len(self.rest), (self.n_sampled,), device=slot.device)
        sample = torch.unique(self.rest[pick])
        sample = sample[slot[sample] < 0]
        ids = torch.cat([self.frequent, extra, sample])
        logits = hidden @ wte[ids].T
        n_rest = len(self.rest) - len(extra)
        correction = torch.zeros(len(ids), device=logits.device)
        correction[len(ids) - len(sample) :] = math.log(n_rest / max(1, len(sample)))
        return F.cross_entropy(logits + correction, slot[targets])


class Guide:
    """A hint for two heads, while the run is young: what to look at in order to copy.

    Copying needs two heads in a row: one that looks at the previous token and,
    above it, one that looks for the token that followed last time (Olsson et
    al., 2022). Long runs find this by themselves after tens of millions of
    tokens; a run on a processor ends before. So the cross entropy between two
    heads' attention and those targets is added to the loss, with a weight that
    falls to zero well before the end; what the heads do after that, they do
    because it pays. Where there is nothing to copy, the upper head is told to
    rest on the first token, as such heads do in larger models (Xiao et al., 2024).
    """

    UNTIL = 0.95

    def __init__(self, model: GPT2LMHeadModel, weight: float) -> None:
        n_layer = model.config.n_layer
        self.model, self.weight = model, weight
        self.previous, self.induction = min(1, n_layer - 1), min(3, n_layer - 1)
        self.seen: dict[int, torch.Tensor] = {}
        if weight:
            for layer in {self.previous, self.induction}:
                model.transformer.h[layer].register_forward_pre_hook(self._keep(layer))

    def _keep(self, layer: int):
        def keep(_module, inputs) -> None:
            self.seen[layer] = inputs[0]

        return keep

    def _log_attention(self, layer: int, head: int, rows: slice) -> torch.Tensor:
        """Log attention of one head; shape (rows, query, key)."""
        block = self.model.transformer.h[layer]
        width = self.model.config.n_embd
        d_head = width // self.model.config.n_head
        x = block.ln_1(self.seen[layer][rows])
        parts = []
        for start in (head * d_head, width + head * d_head):  # c_attn packs all Q, then all K
            columns = slice(start, start + d_head)
            weight, bias = block.attn.c_attn.weight[:, columns], block.attn.c_attn.bias[columns]
            parts.append(x @ weight + bias)
        scores = parts[0] @ parts[1].transpose(-1, -2) / math.sqrt(d_head)
        future = torch.ones_like(scores[0], dtype=torch.bool).triu(1)
        return scores.masked_fill(future, -math.inf).log_softmax(-1)

    def loss(self, done: float, drills: int, counts: torch.Tensor) -> torch.Tensor | float:
        """The hint's loss in nats, weighted; `counts` (rows, length) marks what drills repeat."""
        weight = self.weight * (1 - done / self.UNTIL)
        if weight <= 0:
            return 0.0
        rows = slice(0, max(4, drills))
        total = (
            -self._log_attention(self.previous, 3 % self.model.config.n_head, rows)
            .diagonal(-1, -2, -1)
            .mean()
        )
        if drills:
            attention = self._log_attention(
                self.induction, 5 % self.model.config.n_head, slice(0, drills)
            )
            period = counts[:drills].int().argmax(-1)
            row, query = counts[:drills].nonzero(as_tuple=True)
            total = total - attention[row, query, query + 1 - period[row]].mean()
            row, query = (~counts[:drills]).nonzero(as_tuple=True)
            total = total - attention[row, query, 0].mean()
        return weight * total


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


def rate(done: float, warm: float = 0.015) -> float:
    """Learning-rate factor for the share of the run that is done: warm-up, then cosine."""
    if done < warm:
        return max(0.02, done / warm)
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, (done - warm) / (1 - warm))))


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


def save_state(
    work: Path,
    model: GPT2LMHeadModel,
    optimizer_list: list[torch.optim.Optimizer],
    progress: Progress,
) -> None:
    """Write a resumable checkpoint; the last good one stays whole if the disk is full."""
    target, fresh = work / "state.pt", work / "state.tmp"
    try:
        torch.save(
            {
                "model": model.state_dict(),
                "optimizers": [o.state_dict() for o in optimizer_list],
                "progress": asdict(progress),
            },
            fresh,
        )
        os.replace(fresh, target)
    except (OSError, RuntimeError) as error:
        fresh.unlink(missing_ok=True)
        free = shutil.disk_usage(work).free / 2**20
        tqdm.write(
            f"could not save ({error}); {free:.0f} MiB are free in {work}."
            f" The last good state is kept; make room, training goes on."
        )


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


def share(done: float, first: float, last: float, fade: str) -> float:
    """A share of the rows: `first`, then a straight line, then `last`; `fade` says when."""
    begin, end = (float(x) for x in fade.split(","))
    return float(np.interp(done, [begin, end], [first, last]))


def whole(expected: float, rng: np.random.Generator) -> int:
    """A whole number that is `expected` on average."""
    return int(expected) + int(rng.random() < expected % 1)


def fuse_gelu(model: GPT2LMHeadModel) -> None:
    """The same tanh-GELU as one operation; transformers' eight take half of a step's time."""
    for block in model.transformer.h:
        block.mlp.act = torch.nn.GELU(approximate="tanh")


class Threads:
    """How many threads a step gets: all, or one while other programs use the cores.

    The threads of a step wait for one another hundreds of times. Where another
    program holds one of the cores, two threads are four times slower than one
    alone (measured), so they are given up as soon as a step takes longer with
    all than it took with one, and taken up again when a core lies idle.
    """

    EVERY = 10
    IDLE = 70.0

    def __init__(self, most: int) -> None:
        self.most, self.now, self.single = most, 1, 0.0
        self._steps: list[float] = []
        psutil.cpu_percent()
        torch.set_num_threads(1)

    def after(self, seconds: float) -> None:
        """Note how long a step took, and change the number of threads where that pays."""
        self._steps.append(seconds)
        if self.most == 1 or len(self._steps) < self.EVERY:
            return
        middle, busy = float(np.median(self._steps)), psutil.cpu_percent()
        self._steps.clear()
        if self.now == 1:
            self.single = middle
            if busy < self.IDLE:
                self.now = self.most
        elif middle > self.single:
            self.now = 1
        torch.set_num_threads(self.now)


def fastest(candidates: list[str], seconds: Callable[[str], float]) -> tuple[str, dict]:
    """The candidate that takes the least time, and all times by name; each is tried twice."""
    times = {c: round(min(seconds(c), seconds(c)), 3) for c in candidates}
    return min(candidates, key=lambda c: times[c]), times


@torch.no_grad()
def copying(model: GPT2LMHeadModel, words: np.ndarray) -> dict[str, float | str]:
    """The clearest copying heads and what a repetition saves, as `training.evaluate` measures them.

    Parameters
    ----------
    words : token ids of whole words, of which the random sequences are made

    Returns
    -------
    dict
        ``previous`` and ``induction`` (share of attention, 0 to 1), which heads they are, and
        ``saved``, nats per token that a random sequence of 64 words costs less the second time.
    """
    model.eval()
    device = model.transformer.wte.weight.device
    config, rng = model.config, np.random.default_rng(1)
    total = {name: np.zeros((config.n_layer, config.n_head)) for name in ("previous", "induction")}
    for _ in range(4):
        ids = np.tile(rng.choice(words, size=40, replace=False), 2)
        states = model.transformer(
            torch.from_numpy(ids)[None].to(device), output_hidden_states=True
        ).hidden_states
        for layer, block in enumerate(model.transformer.h):
            packed = block.attn.c_attn(block.ln_1(states[layer]))[0]
            q, k, _v = packed.view(len(ids), 3, config.n_head, -1).permute(1, 2, 0, 3)
            scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
            future = torch.ones(len(ids), len(ids), dtype=torch.bool, device=device).triu(1)
            pattern = scores.masked_fill(future, -math.inf).softmax(-1).cpu().numpy()
            found = head_scores(pattern, tuple(int(i) for i in ids))
            for name in total:
                total[name][layer] += found[name] / 4
    rng, first, second = np.random.default_rng(0), [], []
    for _ in range(16):
        ids = torch.from_numpy(np.tile(rng.choice(words, size=64), 2))[None].to(device)
        losses = F.cross_entropy(model(ids[:, :-1]).logits[0].float(), ids[0, 1:], reduction="none")
        first.append(float(losses[:63].mean()))
        second.append(float(losses[64:].mean()))
    model.train()
    out: dict[str, float | str] = {}
    for name, scores in total.items():
        layer, head = np.unravel_index(int(scores.argmax()), scores.shape)
        out[name], out[f"{name}_head"] = round(float(scores.max()), 4), f"L{layer}.H{head}"
    out["saved"] = round(float(np.mean(first) - np.mean(second)), 3)
    return out


def position_ids(rows: int, length: int, drills: int, rng: np.random.Generator) -> torch.Tensor:
    """Positions of short rows: half start at 0, half anywhere, so that all of `wpe` learns.

    The first `drills` rows start at 0, where the hint to rest on the first token holds.
    """
    start = rng.integers(0, CONTEXT - length + 1, size=rows)
    start[rng.random(rows) < 0.5] = 0
    start[:drills] = 0
    return torch.from_numpy(start[:, None] + np.arange(length)[None, :])


def main(argv: list[str] | None = None) -> None:
    args = settle(parser().parse_args(argv))
    torch.manual_seed(args.seed)
    args.work.mkdir(parents=True, exist_ok=True)
    check_memory(args)
    tokenizer = gpt2_tokenizer()
    try:
        sources = load_corpus(args.corpus, tokenizer, args.work / "tokens")
    except CorpusError as error:
        sys.exit(str(error))
    counts = token_counts([s.train for s in sources], N_VOCAB)
    model = new_model(args, sources, args.work).to(args.device)
    fuse_gelu(model)
    model.train()
    optimizer_list = optimizers(model, args)
    progress = Progress()
    state = args.work / "state.pt"
    if state.exists():
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
    weights = {k: float(v) for k, v in (p.split("=") for p in args.weights.split(","))}
    # A resumed run draws other rows than the ones it has seen: the step is part of the seed.
    sampler = RowSampler(
        sources, weights, np.argsort(-counts)[:8_000], args.seed + 7_919 * progress.step
    )
    head = Head(counts, args.frequent, args.sampled, args.device)
    progress.parts.append({"step": progress.step, "tokens": progress.tokens, **settings_of(args)})
    train_loop(args, model, optimizer_list, sampler, head, sources, tokenizer, progress)
    if args.out:
        write_checkpoint(model, tokenizer, args, progress)


def train_loop(
    args: argparse.Namespace,
    model: GPT2LMHeadModel,
    optimizer_list: list[torch.optim.Optimizer],
    sampler: RowSampler,
    head: Head,
    sources: list[Source],
    tokenizer,
    progress: Progress,
) -> None:
    """Train until the clock or the token budget is used up, or a signal asks to stop."""
    gpu = args.device != "cpu"
    trunk = torch.compile(model.transformer) if gpu else model.transformer
    rng = np.random.default_rng(args.seed + progress.step)
    words = frequent_words(tokenizer)
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stopped.append(number))
    guide = Guide(model, args.guide)
    half = gpu

    def batch_of(done: float) -> tuple[np.ndarray, np.ndarray, torch.Tensor, int]:
        length = CONTEXT if done >= args.full_rows_from else args.row
        rows = max(1, args.batch_tokens // length)
        drills = whole(share(done, args.drills, args.drills_end, args.fade) * rows, rng)
        returns = whole(share(done, args.returns, args.returns_end, args.fade) * rows, rng)
        drills = min(rows - 1, drills)
        ids, mask = sampler.rows(rows, length, drills, min(rows - drills, returns))
        return ids, mask, position_ids(rows, length, drills if args.guide else 0, rng), drills

    def backward(ids: np.ndarray, mask: np.ndarray, places: torch.Tensor, drills: int) -> float:
        batch = torch.from_numpy(ids).to(args.device)
        marked = torch.from_numpy(mask).to(args.device)
        with torch.autocast("cuda" if gpu else "cpu", dtype=torch.bfloat16, enabled=half):
            hidden = trunk(
                batch[:, :-1], position_ids=places.to(args.device), use_cache=False
            ).last_hidden_state
            loss = head.loss(hidden, batch[:, 1:], marked, model.transformer.wte.weight)
        (loss + guide.loss(done, drills, marked)).backward()
        return float(loss.detach())

    def trial(batch: tuple) -> float:
        # The processor's time, not the clock's: other programs may be at work.
        start = time.process_time()
        backward(*batch)
        model.zero_grad(set_to_none=True)
        return time.process_time() - start

    def trial_dtype(name: str) -> float:
        nonlocal half
        half = name == "bfloat16"
        return trial(tried)

    began = time.monotonic() - progress.seconds
    done = progress.seconds / (60 * args.minutes) if args.minutes else progress.tokens / args.tokens
    tried = batch_of(done)
    threads = Threads(args.threads)
    if not gpu:
        if args.dtype == "auto":
            best, times = fastest(["float32", "bfloat16"], trial_dtype)
            say(args.work, {"dtype": best, "seconds": times})
        half = (best if args.dtype == "auto" else args.dtype) == "bfloat16"
        progress.parts[-1]["dtype"] = "bfloat16" if half else "float32"
    saved = checked = scored = time.monotonic()
    bar = tqdm(total=100.0, unit="%", bar_format="{l_bar}{bar}| {postfix}", mininterval=20)
    running = progress.history[-1]["train"] if progress.history else 0.0
    while True:
        progress.seconds = time.monotonic() - began
        done = (
            progress.seconds / (60 * args.minutes)
            if args.minutes
            else progress.tokens / args.tokens
        )
        if done >= 1 or stopped:
            break
        start = time.monotonic()
        tried = batch_of(done)
        value = backward(*tried)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        factor = rate(done, args.warm)
        for optimizer in optimizer_list:
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * factor
            optimizer.step()
        model.zero_grad(set_to_none=True)
        progress.step += 1
        progress.tokens += tried[1].size
        running = value if not running else 0.98 * running + 0.02 * value
        now = time.monotonic()
        threads.after(now - start)
        if progress.step % 20 == 0:
            speed = progress.tokens / max(1e-9, progress.seconds)
            left = progress.seconds * (1 / max(done, 1e-9) - 1)
            bar.n = round(100 * done, 1)
            bar.set_postfix_str(
                f"step {progress.step} loss {running:.3f} {speed:,.0f} tok/s"
                f" {progress.tokens / 1e6:.2f} M tokens, {left / 60:.0f} min left,"
                f" {threads.now} threads"
            )
        if now - checked > 60 * args.valid_minutes:
            report(args, model, sources, tokenizer, progress, running, words)
            if args.out:
                write_checkpoint(model, tokenizer, args, progress)
            checked = scored = time.monotonic()
        if now - scored > 60 * args.heads_minutes:
            log_heads(args, model, progress, running, words)
            scored = time.monotonic()
        if now - saved > 60 * args.save_minutes:
            save_state(args.work, model, optimizer_list, progress)
            saved = time.monotonic()
    bar.close()
    if not stopped:
        report(args, model, sources, tokenizer, progress, running, words)
    save_state(args.work, model, optimizer_list, progress)
    if stopped:
        sys.exit(f"stopped at step {progress.step}; the same command goes on from there.")


def frequent_words(tokenizer) -> np.ndarray:
    """Ids of whole lower-case words among the 4,000 first merges, as in `training.evaluate`."""
    names = tokenizer.convert_ids_to_tokens(list(range(256, 4_256)))
    return np.array(
        [
            i + 256
            for i, t in enumerate(names)
            if t[0] == "\u0120" and t[1:].isalpha() and t[1:].islower()
        ]
    )


def say(work: Path, entry: dict) -> None:
    """One line of the log, on the screen and in ``log.jsonl``."""
    with (work / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry) + "\n")
    tqdm.write(json.dumps(entry))


def entry_of(progress: Progress, running: float) -> dict:
    """What every line of the run's history begins with."""
    return {
        "step": progress.step,
        "tokens": progress.tokens,
        "minutes": round(progress.seconds / 60, 1),
        "train": round(running, 4),
    }


def log_heads(
    args: argparse.Namespace,
    model: GPT2LMHeadModel,
    progress: Progress,
    running: float,
    words: np.ndarray,
) -> None:
    """Log the copying heads between two full reports."""
    progress.history.append(entry_of(progress, running) | copying(model, words))
    say(args.work, progress.history[-1])


def report(
    args: argparse.Namespace,
    model: GPT2LMHeadModel,
    sources: list[Source],
    tokenizer,
    progress: Progress,
    running: float,
    words: np.ndarray,
) -> None:
    """Print and log validation loss by source, the copying heads, and samples."""
    entry = entry_of(progress, running) | copying(model, words)
    for source in sources:
        if len(source.valid) > args.row + 1:
            loss = validation_loss(model, source.valid, args.row, 16_384, args.device)
            entry[source.name] = round(loss, 4)
    progress.history.append(entry)
    say(args.work, entry)
    for prompt in PROMPTS:
        tqdm.write("   " + repr(sample(model, tokenizer, prompt, args.device)))


def settings_of(args: argparse.Namespace) -> dict:
    """The settings of a run without its folders."""
    settings = {k: v for k, v in vars(args).items() if not isinstance(v, Path)}
    settings.pop("start_from", None)
    return settings


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


if __name__ == "__main__":
    main()
