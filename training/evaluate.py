"""Measure a checkpoint: ``python -m training.evaluate --help``.

Prints, as Markdown for the model card: validation loss by source, loss by
position and of the same tokens at several depths, what a repetition saves, what
each head does, neighbours of everyday words, and sampled continuations with fixed seeds.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import sys
from pathlib import Path

import numpy as np

from core.engine.engine import Engine
from core.model.load import load_model
from core.sampling.settings import SamplingSettings
from core.views.head_scores import head_scores
from training.copying import frequent_words
from training.data import CorpusError, Source, load_corpus
from training.depth import depth_losses
from training.tables import card_text
from training.vocabulary import gpt2_tokenizer
from training.windows import window_losses

WORDS = (
    *("king", "dog", "house", "water", "red", "three", "Monday", "eat", "happy", "river"),
    *("mother", "ship", "morning", "hand", "tree", "ran", "cold", "bread", "school", "music"),
)
OPENINGS = (
    "Once upon a time there was a",
    "The old king said to his daughter,",
    "The little dog ran",
    "It was a dark night, and the wind",
    "A teacher is",
    "The fox looked at the grapes and",
    '"Come here," said the mother,',
    "In the middle of the forest there stood",
    "The ship sailed away",
    "She opened the door and saw",
)
#: Where the loss by position is divided: tokens of context.
EDGES = (0, 1, 4, 16, 64, 256, 512, 768)
SCORES = ("previous", "first", "duplicate", "induction")


def validation(engine: Engine, sources: list[Source], limit: int) -> dict:
    """Loss of each source, in nats per token and bits per byte, and loss by position."""
    figures: dict = {}
    by_position = []
    length = engine.shape.n_ctx - 1
    for source in sources:
        if len(source.valid) < length + 2:
            continue
        losses, _starts = window_losses(engine, source.valid, length, limit)
        mean = float(losses.mean())
        bits = mean / math.log(2) * len(source.valid) / source.valid_bytes
        figures[source.name] = {"nats": mean, "bits_per_byte": bits, "tokens": int(losses.size)}
        by_position.append(losses)
    together = np.concatenate(by_position)
    figures["by_position"] = {
        f"{low + 1}-{high}": float(together[:, low:high].mean())
        for low, high in itertools.pairwise((*EDGES, length))
    }
    return figures


def repetition(engine: Engine, n_sequences: int = 16, period: int = 64, seed: int = 0) -> dict:
    """Loss on random tokens, the first time and the second time they are seen.

    Random tokens cannot be predicted, so what the second time saves is copying
    (Olsson et al., 2022).
    """
    rng = np.random.default_rng(seed)
    frequent = frequent_words(engine.tokenizer)
    first, second = [], []
    for _ in range(n_sequences):
        pattern = rng.choice(frequent, size=period)
        ids = np.concatenate([pattern, pattern])
        (losses,), _start = window_losses(engine, np.append(ids, 0), len(ids) - 1, len(ids) - 1)
        first.append(losses[: period - 1].mean())
        second.append(losses[period:].mean())
    return {"first": float(np.mean(first)), "second": float(np.mean(second))}


def heads(engine: Engine, n_sequences: int = 4, period: int = 40, seed: int = 1) -> dict:
    """Scores of every head on repeated random sequences; each of shape (n_layer, n_head)."""
    rng = np.random.default_rng(seed)
    frequent = frequent_words(engine.tokenizer)
    total = {name: np.zeros((engine.shape.n_layer, engine.shape.n_head)) for name in SCORES}
    for _ in range(n_sequences):
        pattern = rng.choice(frequent, size=period, replace=False)
        trace = engine.trace(tuple(int(i) for i in (*pattern, *pattern)))
        for layer in range(engine.shape.n_layer):
            found = head_scores(engine.attention(trace, layer).pattern, trace.token_ids)
            for name in SCORES:
                total[name][layer] += found[name] / n_sequences
    return total


def neighbours(engine: Engine, words: tuple[str, ...] = WORDS, top: int = 5) -> dict:
    """Nearest tokens by cosine; variants in case or space of the word are left out."""

    def nearest(loaded, token_id: int) -> tuple[int, ...]:
        table = loaded.model.transformer.wte.weight.float()
        unit = table / table.norm(dim=-1, keepdim=True)
        return tuple((unit @ unit[token_id]).topk(40).indices.tolist())

    found = {}
    for word in words:
        token_id = engine.ids(" " + word)[0]
        names = [engine.tokenizer.decode([i]) for i in engine.call(nearest, token_id)]
        kept = [n.strip() for n in names if n.strip().lower() != word.lower()]
        found[word] = kept[:top]
    return found


def samples(engine: Engine) -> list[str]:
    """Ten continuations, seeds 0 to 9."""
    settings = SamplingSettings(temperature=0.8, top_p=0.9)
    out = []
    for seed, opening in enumerate(OPENINGS):
        steps = list(engine.generate(opening, settings, seed=seed, max_new_tokens=60))
        out.append(opening + engine.tokenizer.decode([s.token_id for s in steps]))
    return out


def clearest(scores: dict) -> dict[str, tuple[float, str]]:
    """The head with the highest score of each kind: its score and its name."""
    best = {}
    for name, of_heads in scores.items():
        layer, head = np.unravel_index(int(of_heads.argmax()), of_heads.shape)
        best[name] = (float(of_heads.max()), f"L{layer}.H{head}")
    return best


def evaluate(engine: Engine, sources: list[Source], limit: int) -> tuple[str, dict]:
    """Everything that is measured: as Markdown for the card, and as figures."""
    figures = validation(engine, sources, limit)
    scores = heads(engine)
    figures |= {
        "by_depth": depth_losses(engine, sources, limit),
        "repetition": repetition(engine),
        "neighbours": neighbours(engine),
        "best_heads": clearest(scores),
    }
    return card_text(figures, scores, samples(engine)), figures


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    p.add_argument("checkpoint", nargs="?", default="storyteller", help="name, folder or Hub id")
    p.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    p.add_argument("--tokens", type=int, default=80_000, help="validation tokens per source")
    p.add_argument("--cache", type=Path, help="folder for token ids")
    p.add_argument("--json", type=Path, help="write the figures there as well")
    args = p.parse_args(argv)
    try:
        sources = load_corpus(args.corpus, gpt2_tokenizer(), args.cache)
    except CorpusError as error:
        sys.exit(str(error))
    engine = Engine(load_model(args.checkpoint))
    text, figures = evaluate(engine, sources, args.tokens)
    print(text)
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
