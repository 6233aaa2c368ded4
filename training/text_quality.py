"""How a checkpoint writes, counted: ``python -m training.text_quality FOLDER ...``.

Fifty openings are continued by sixty tokens, the n-th with seed n, and three
things are counted in what the model wrote: how many different pairs of tokens
there are, how often a word comes again within sixteen tokens, and how often four
tokens come again that stood in the same text before. Real text of the same
length, from books that the training did not see, shows what would be usual.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from core.engine.engine import Engine
from core.model.load import load_model
from core.sampling.settings import SamplingSettings
from training.data import CorpusError, Source, load_corpus
from training.openings import OPENINGS
from training.vocabulary import gpt2_tokenizer

SETTINGS = SamplingSettings(temperature=0.8, top_p=0.9)
N_TOKENS = 60
#: A word that comes again within so many tokens is heard as a repetition.
NEAR = 16
#: Shorter words come again in any text.
LETTERS = 4

#: One text: its tokens as pieces of text, and how many of them were given.
Written = tuple[list[str], int]


def written(engine: Engine, openings: Sequence[str] = OPENINGS) -> list[Written]:
    """Each opening with its continuation; the n-th is drawn with seed n."""
    texts = []
    for seed, opening in enumerate(openings):
        ids = engine.ids(opening)
        steps = engine.generate(ids, SETTINGS, seed=seed, max_new_tokens=N_TOKENS)
        both = (*ids, *(step.token_id for step in steps))
        texts.append(([engine.tokenizer.decode([i]) for i in both], len(ids)))
    return texts


def read(source: Source, tokenizer, count: int = len(OPENINGS)) -> list[Written]:
    """Pieces of real text, evenly from a source's held-out books, as if continued."""
    given = 8
    length = given + N_TOKENS
    starts = np.linspace(0, len(source.valid) - length, count).astype(int)
    return [
        ([tokenizer.decode([int(i)]) for i in source.valid[start : start + length]], given)
        for start in starts
    ]


def distinct_2(texts: Iterable[Written]) -> float:
    """Different pairs of tokens per pair, over all texts together (Li et al., 2016)."""
    pairs = [pair for pieces, given in texts for pair in itertools.pairwise(pieces[given:])]
    return len(set(pairs)) / max(1, len(pairs))


def repeated_words(texts: Iterable[Written]) -> float:
    """Share of the longer words that stand among the sixteen tokens before as well."""
    words = again = 0
    for pieces, given in texts:
        for n in range(given, len(pieces)):
            word = pieces[n].strip().lower()
            if word.isalpha() and len(word) >= LETTERS:
                words += 1
                again += word in {p.strip().lower() for p in pieces[max(0, n - NEAR) : n]}
    return again / max(1, words)


def self_repetition(texts: Iterable[Written], size: int = 4) -> float:
    """Share of the runs of four tokens that stood in the same text before."""
    runs = again = 0
    for pieces, given in texts:
        seen: set[tuple[str, ...]] = set()
        for n in range(len(pieces) - size + 1):
            run = tuple(pieces[n : n + size])
            if n >= given:
                runs += 1
                again += run in seen
            seen.add(run)
    return again / max(1, runs)


def quality(texts: list[Written]) -> dict[str, float]:
    return {
        "distinct_2": distinct_2(texts),
        "repeated_words": repeated_words(texts),
        "self_repetition": self_repetition(texts),
    }


def table(rows: dict[str, dict[str, float]]) -> str:
    """The counts of several checkpoints as Markdown."""
    lines = [
        "| text | distinct pairs | words again within 16 tokens | four tokens again |",
        "|---|---:|---:|---:|",
    ]
    for name, of in rows.items():
        lines.append(
            f"| {name} | {of['distinct_2']:.3f} | {of['repeated_words']:.3f}"
            f" | {of['self_repetition']:.3f} |"
        )
    return "\n".join(lines)


def of_checkpoint(folder: str) -> dict[str, float]:
    """The counts of one checkpoint."""
    engine = Engine(load_model(folder))
    try:
        return quality(written(engine))
    finally:
        engine.close()


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(prog="python -m training.text_quality", description=__doc__)
    p.add_argument("checkpoint", nargs="+", help="names, folders or Hub ids")
    p.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    p.add_argument("--cache", type=Path, help="folder for token ids")
    args = p.parse_args(argv)
    tokenizer = gpt2_tokenizer()
    try:
        sources = load_corpus(args.corpus, tokenizer, args.cache)
    except CorpusError as error:
        sys.exit(str(error))
    rows = {name: of_checkpoint(name) for name in args.checkpoint}
    rows |= {f"real text: {s.name}": quality(read(s, tokenizer)) for s in sources}
    print(table(rows))


if __name__ == "__main__":
    main()
