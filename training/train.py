"""Train a small GPT-2 from text: ``python -m training.train --help``.

On a GPU: bfloat16 autocast, torch.compile, the whole vocabulary in the softmax
and rows of 1,024 tokens from the start. On a processor: float32, rows of 256
tokens first and full rows at the end, and a softmax over the frequent tokens
plus a weighted sample of the rare ones.

The learning rate follows the clock (``--minutes``) or the number of tokens
(``--tokens``), so a run on a busy machine still ends its schedule in time.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import psutil
import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from tqdm import tqdm
from transformers import GPT2Config, GPT2LMHeadModel

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
    p.add_argument("--drills", type=float, default=0.16, help="share of copying drills")
    p.add_argument(
        "--guide",
        type=float,
        help="weight of the hint to the copying circuit; default: 0 on a GPU, 2 else",
    )
    p.add_argument("--weights", default="stories=0.72,novels=0.2,glosses=0.08")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--save-minutes", type=float, default=3.0)
    p.add_argument("--valid-minutes", type=float, default=10.0)
    p.add_argument("--threads", type=int, default=os.cpu_count() or 1)
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


def rate(done: float) -> float:
    """Learning-rate factor for the share of the run that is done: warm-up, then cosine."""
    warm = 0.015
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
    if args.guide is None:
        args.guide = 0.0 if gpu else 2.0
    if gpu:
        args.frequent = N_VOCAB
    if args.minutes is None and args.tokens is None:
        args.minutes = 20.0 if gpu else 120.0
    return args


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
    torch.set_num_threads(args.threads)
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
        print(f"resumed at step {progress.step}, {progress.tokens:,} tokens", flush=True)
    weights = {k: float(v) for k, v in (p.split("=") for p in args.weights.split(","))}
    # A resumed run draws other rows than the ones it has seen: the step is part of the seed.
    sampler = RowSampler(
        sources, weights, np.argsort(-counts)[:8_000], args.seed + 7_919 * progress.step
    )
    head = Head(counts, args.frequent, args.sampled, args.device)
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
    """Train until the clock or the token budget is used up."""
    gpu = args.device != "cpu"
    trunk = torch.compile(model.transformer) if gpu else model.transformer
    rng = np.random.default_rng(args.seed + progress.step)
    began = time.monotonic() - progress.seconds
    saved = checked = time.monotonic()
    bar = tqdm(total=100.0, unit="%", bar_format="{l_bar}{bar}| {postfix}", mininterval=20)
    running = progress.history[-1]["train"] if progress.history else 0.0
    guide = Guide(model, args.guide)
    while True:
        progress.seconds = time.monotonic() - began
        done = (
            progress.seconds / (60 * args.minutes)
            if args.minutes
            else progress.tokens / args.tokens
        )
        if done >= 1:
            break
        length = CONTEXT if done >= args.full_rows_from else args.row
        rows = max(1, args.batch_tokens // length)
        expected = args.drills * rows
        drills = min(rows - 1, int(expected) + int(rng.random() < expected % 1))
        ids, mask = sampler.rows(rows, length, drills)
        batch = torch.from_numpy(ids).to(args.device)
        places = position_ids(rows, length, drills, rng).to(args.device)
        with torch.autocast("cuda", dtype=torch.bfloat16, enabled=gpu):
            hidden = trunk(batch[:, :-1], position_ids=places, use_cache=False).last_hidden_state
            loss = head.loss(
                hidden,
                batch[:, 1:],
                torch.from_numpy(mask).to(args.device),
                model.transformer.wte.weight,
            )
        marked = torch.from_numpy(mask).to(args.device)
        (loss + guide.loss(done, drills, marked)).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        factor = rate(done)
        for optimizer in optimizer_list:
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * factor
            optimizer.step()
        model.zero_grad(set_to_none=True)
        progress.step += 1
        progress.tokens += rows * length
        value = float(loss.detach())
        running = value if progress.step == 1 else 0.98 * running + 0.02 * value
        now = time.monotonic()
        if progress.step % 20 == 0:
            speed = progress.tokens / max(1e-9, progress.seconds)
            left = progress.seconds * (1 / max(done, 1e-9) - 1)
            bar.n = round(100 * done, 1)
            bar.set_postfix_str(
                f"step {progress.step} loss {running:.3f} {speed:,.0f} tok/s"
                f" {progress.tokens / 1e6:.2f} M tokens, {left / 60:.0f} min left"
            )
        if now - checked > 60 * args.valid_minutes:
            report(args, model, sources, tokenizer, progress, running)
            if args.out:
                write_checkpoint(model, tokenizer, args, progress)
            checked = time.monotonic()
        if now - saved > 60 * args.save_minutes:
            save_state(args.work, model, optimizer_list, progress)
            saved = time.monotonic()
    bar.close()
    report(args, model, sources, tokenizer, progress, running)
    save_state(args.work, model, optimizer_list, progress)


def report(
    args: argparse.Namespace,
    model: GPT2LMHeadModel,
    sources: list[Source],
    tokenizer,
    progress: Progress,
    running: float,
) -> None:
    """Print and log validation loss by source, with samples."""
    entry: dict[str, float] = {
        "step": progress.step,
        "tokens": progress.tokens,
        "minutes": round(progress.seconds / 60, 1),
        "train": round(running, 4),
    }
    for source in sources:
        if len(source.valid) > args.row + 1:
            loss = validation_loss(model, source.valid, args.row, 16_384, args.device)
            entry[source.name] = round(loss, 4)
    progress.history.append(entry)
    with (args.work / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry) + "\n")
    tqdm.write(json.dumps(entry))
    for prompt in PROMPTS:
        tqdm.write("   " + repr(sample(model, tokenizer, prompt, args.device)))


def record_of(args: argparse.Namespace, progress: Progress) -> dict:
    """What the model card must know: settings without folders, progress, and the run before."""
    settings = {k: v for k, v in vars(args).items() if not isinstance(v, Path)}
    settings.pop("start_from", None)
    record = {"settings": settings, "progress": asdict(progress)}
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
