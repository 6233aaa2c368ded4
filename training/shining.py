"""Where a checkpoint shines: openings and seeds whose continuation reads best.

``python -m training.shining FOLDER`` continues each of the fifty openings with
several seeds, at the settings that the app opens with, and stores the best in
``shining.json`` beside the weights. "Best" is counted, not read: no word comes
again soon, no four tokens come again, sentences end, quotation marks are closed,
and among the texts that pass, those that the model itself finds likely come first.
Beside them stand texts to copy from, with the probability of the token that a copying
head would write, the clearest head of each kind, and what `training.shining_states` finds.
The app reads them (`core.model.shining`).
"""

from __future__ import annotations

import argparse
import json
import math
import re
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from core.engine.engine import Engine
from core.model.load import load_model
from core.model.shining import NAME
from core.model.stored import fingerprint
from core.sampling.settings import SamplingSettings
from core.views.meeting_pairs import most_apart
from pages.shell.examples import DEFAULT_PROMPT, examples, tries
from training.evaluate import clearest, heads
from training.openings import COPIES, OPENINGS
from training.shining_states import states
from training.text_quality import Written, repeated_words, self_repetition

#: As the sampling page opens.
SETTINGS = SamplingSettings(temperature=0.8, top_k=40, top_p=0.95)
N_TOKENS = 40
KEPT = 20


@dataclass(frozen=True)
class Continuation:
    """One text that the model wrote, and how it reads.

    Attributes
    ----------
    faults : what counts against it; 0 is none
    surprise : mean of -log2 p of its tokens before any cut, in bits
    """

    prompt: str
    seed: int
    text: str
    faults: float
    surprise: float


def faults(written: Written, text: str) -> float:
    """What can be counted against a text: repetitions, no sentence, quotation marks left open."""
    sentences = len(re.findall(r"[.!?]", text))
    open_quotes = text.count('"') % 2
    return (
        4 * repeated_words([written])
        + 4 * self_repetition([written])
        + (sentences == 0)
        + 0.5 * open_quotes
        + 0.5 * ("\n" in text)
    )


def continuations(engine: Engine, prompt: str, seeds: range) -> list[Continuation]:
    """One opening with every seed."""
    given = engine.ids(prompt)
    opened = [engine.tokenizer.decode([i]) for i in given]
    made = []
    streams = engine.generate_many(given, SETTINGS, seeds=seeds, max_new_tokens=N_TOKENS)
    for seed, steps in zip(seeds, [list(stream) for stream in streams], strict=True):
        ids = [step.token_id for step in steps]
        text = engine.tokenizer.decode(ids)
        written = (opened + [engine.tokenizer.decode([i]) for i in ids], len(opened))
        bits = -sum(math.log2(step.model_probability) for step in steps) / max(1, len(steps))
        made.append(
            Continuation(prompt, seed, text, round(faults(written, text), 3), round(bits, 3))
        )
    return made


def best(engine: Engine, seeds: range, openings: tuple[str, ...] = OPENINGS) -> list[Continuation]:
    """The best continuation of the app's first prompt, then of each opening, best first."""
    found = [
        min(continuations(engine, prompt, seeds), key=lambda c: (c.faults, c.surprise))
        for prompt in (DEFAULT_PROMPT, *openings)
    ]
    # The text that the app opens with stays first, however it reads.
    return found[:1] + sorted(found[1:], key=lambda c: (c.faults, c.surprise))[: KEPT - 1]


def copies(engine: Engine) -> list[dict]:
    """The texts to copy from, the most certain first: what should come, and what would."""
    found = []
    for prompt, answer, kind in COPIES:
        logits = engine.trace(prompt).logits.astype(np.float64)
        probs = np.exp(logits - logits.max())
        probs /= probs.sum()
        best = engine.tokenizer.decode([int(probs.argmax())])
        wanted = round(float(probs[engine.ids(answer)[0]]), 4)
        copy = {"prompt": prompt, "answer": answer, "kind": kind}
        found.append({**copy, "probability": wanted, "best": best})
    return sorted(found, key=lambda one: -one["probability"])


def write_shining(folder: Path, seeds: range) -> list[Continuation]:
    """Find the best of the checkpoint in `folder` and store them beside it."""
    engine = Engine(load_model(str(folder)))
    try:
        found, copied, named = best(engine, seeds), copies(engine), clearest(heads(engine))
        strong = {"states": states(engine, _prompts(copied)), "pair": engine.view(most_apart)}
    finally:
        engine.close()
    stored = {
        "weights": fingerprint(folder),
        "settings": asdict(SETTINGS),
        "texts": [asdict(one) for one in found],
        "copies": copied,
        "heads": {kind: {"head": name, "score": score} for kind, (score, name) in named.items()},
        **strong,
    }
    (folder / NAME).write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    return found


def _prompts(copied: list[dict]) -> list[str]:
    """The prompts that the app offers, those to copy from as it will find them."""
    offered = [example.prompt for example in examples()] + [prompt for _title, prompt in tries()]
    surest = {copy["kind"]: copy["prompt"] for copy in reversed(copied)}
    return list(dict.fromkeys([*offered, *surest.values()]))


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(prog="python -m training.shining", description=__doc__)
    p.add_argument("folder", type=Path)
    p.add_argument("--seeds", type=int, default=16, help="seeds tried for each opening, from 1 on")
    args = p.parse_args(argv)
    for one in write_shining(args.folder, range(1, args.seeds + 1)):
        print(
            f"{one.faults:.2f} {one.surprise:.2f} bits, seed {one.seed}: {one.prompt}{one.text!r}"
        )


if __name__ == "__main__":
    main()
