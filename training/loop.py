"""The loop: rows, loss, gradient, step, until the plan is done or a signal asks to stop."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from dataclasses import dataclass

import numpy as np
import torch
from tqdm import tqdm
from transformers import GPT2LMHeadModel

from training.copying import copying, frequent_words
from training.data import RowSampler, Source
from training.guide import Guide
from training.plan import Batch, batch_of, done_of, rate
from training.processor import Threads, fastest
from training.repeats import longer_words, unwanted
from training.report import PROMPTS, SHORT, VALID_TOKENS, entry_of, sample, say, validation_loss
from training.softmax import Head
from training.state import Progress, save_state, write_checkpoint


@dataclass
class Run:
    """All that belongs to one run."""

    args: argparse.Namespace
    model: GPT2LMHeadModel
    optimizers: list[torch.optim.Optimizer]
    sampler: RowSampler
    head: Head
    sources: list[Source]
    tokenizer: object
    progress: Progress


class Loop:
    """One run's steps, and what happens between them by the clock."""

    def __init__(self, run: Run) -> None:
        args, progress = run.args, run.progress
        self.run = run
        self.gpu = args.device != "cpu"
        self.half = self.gpu
        self.trunk = torch.compile(run.model.transformer) if self.gpu else run.model.transformer
        self.guide = Guide(run.model, args.guide)
        self.words = frequent_words(run.tokenizer)
        self.longer = longer_words(run.tokenizer)
        self.rng = np.random.default_rng(args.seed + progress.step)
        lines = [entry["train"] for entry in progress.history]
        self.running = lines[-1] if lines else 0.0
        self.stopped: list[int] = []
        self.began = time.monotonic() - progress.seconds
        self.bar = tqdm(total=100.0, unit="%", bar_format="{l_bar}{bar}| {postfix}", mininterval=20)

    def train(self) -> None:
        """Train until the clock or the token budget is used up, or a signal asks to stop."""
        run = self.run
        signal.signal(signal.SIGTERM, lambda number, _frame: self.stopped.append(number))
        threads = Threads(run.args.threads)
        if not self.gpu:
            self.choose_dtype()
        self.saved = self.checked = time.monotonic()
        self.next_score = self.after_scores()
        while (done := self.done()) < 1 and not self.stopped:
            start = time.monotonic()
            self.step(done)
            threads.after(time.monotonic() - start)
            if run.progress.step % 20 == 0:
                self.show(done, threads.now)
            self.between(time.monotonic())
        self.bar.close()
        if not self.stopped:
            self.report()
        save_state(run.args.work, run.model, run.optimizers, run.progress)
        if self.stopped:
            sys.exit(f"stopped at step {run.progress.step}; the same command goes on from there.")

    def done(self) -> float:
        """The share of the run that is done."""
        progress = self.run.progress
        progress.seconds = time.monotonic() - self.began
        return done_of(self.run.args, progress.seconds, progress.tokens)

    def choose_dtype(self) -> None:
        """float32 or bfloat16 autocast, whichever takes less of this processor."""
        run, batch = self.run, batch_of(self.run.args, self.run.sampler, self.rng, self.done())

        def seconds(dtype: str) -> float:
            self.half = dtype == "bfloat16"
            # The processor's time, not the clock's: other programs may be at work.
            start = time.process_time()
            self.backward(batch, 0.0)
            run.model.zero_grad(set_to_none=True)
            return time.process_time() - start

        best = run.args.dtype
        if best == "auto":
            best, times = fastest(["float32", "bfloat16"], seconds)
            say(run.args.work, {"dtype": best, "seconds": times})
        self.half = best == "bfloat16"
        run.progress.parts[-1]["dtype"] = best

    def backward(self, batch: Batch, done: float) -> float:
        """Add the gradient of a batch; its loss in nats."""
        run, device = self.run, self.run.args.device
        ids = torch.from_numpy(batch.ids).to(device)
        counts = torch.from_numpy(batch.counts).to(device)
        kind = "cuda" if self.gpu else "cpu"
        with torch.autocast(kind, dtype=torch.bfloat16, enabled=self.half):
            hidden = self.trunk(
                ids[:, :-1], position_ids=batch.places.to(device), use_cache=False
            ).last_hidden_state
            wte = run.model.transformer.wte.weight
            loss = run.head.loss(hidden, ids[:, 1:], counts, wte, self.unwanted(batch))
        (loss + self.guide.loss(done, batch.drills, counts)).backward()
        return float(loss.detach())

    def unwanted(self, batch: Batch) -> torch.Tensor | None:
        """The words of a batch that should not come again so soon; none without a price."""
        return unwanted(batch.ids, self.longer, batch.drills) if self.run.args.price else None

    def step(self, done: float) -> None:
        """One step of both optimizers at the plan's learning rate."""
        run = self.run
        batch = batch_of(run.args, run.sampler, self.rng, done)
        value = self.backward(batch, done)
        torch.nn.utils.clip_grad_norm_(run.model.parameters(), 1.0)
        factor = rate(done, run.args.warm)
        for optimizer in run.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * factor
            optimizer.step()
        run.model.zero_grad(set_to_none=True)
        run.progress.step += 1
        run.progress.tokens += batch.counts.size
        self.running = 0.98 * self.running + 0.02 * value if self.running else value

    def show(self, done: float, threads: int) -> None:
        progress = self.run.progress
        speed = progress.tokens / max(1e-9, progress.seconds)
        left = progress.seconds * (1 / max(done, 1e-9) - 1)
        self.bar.n = round(100 * done, 1)
        self.bar.set_postfix_str(
            f"step {progress.step} loss {self.running:.3f} {speed:,.0f} tok/s"
            f" {progress.tokens / 1e6:.2f} M tokens, {left / 60:.0f} min left, {threads} threads"
        )

    def between(self, now: float) -> None:
        """Report, score the heads and save, each when its minutes are over."""
        run, args = self.run, self.run.args
        if now - self.checked > 60 * args.valid_minutes:
            self.report()
            if args.out:
                write_checkpoint(run.model, run.tokenizer, args, run.progress)
            self.checked = time.monotonic()
        if run.progress.step >= self.next_score:
            self.note(copying(run.model, self.words))
            self.next_score = self.after_scores()
        if now - self.saved > 60 * args.save_minutes:
            save_state(args.work, run.model, run.optimizers, run.progress)
            self.saved = time.monotonic()

    def after_scores(self) -> int:
        """The step at which the heads are scored next: often at first, when most happens."""
        step = self.run.progress.step
        return step + max(self.run.args.heads_steps, step // 10)

    def note(self, measured: dict) -> None:
        """One line of the run's history."""
        entry = entry_of(self.run.progress, self.running) | measured
        self.run.progress.history.append(entry)
        say(self.run.args.work, entry)

    def report(self) -> None:
        """Validation loss by source, the copying heads, and samples to read."""
        run, args = self.run, self.run.args
        measured = copying(run.model, self.words)
        for source in run.sources:
            # In short rows whatever it trains on: one curve goes through all runs (history.json).
            if len(source.valid) > SHORT + 1:
                loss = validation_loss(run.model, source.valid, SHORT, VALID_TOKENS, args.device)
                measured[source.name] = round(loss, 4)
        self.note(measured)
        for prompt in PROMPTS:
            tqdm.write("   " + repr(sample(run.model, run.tokenizer, prompt, args.device)))
