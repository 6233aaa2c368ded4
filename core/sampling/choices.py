"""The learner takes the model's place: choices made one by one, undone, redone, forked.

A story is an immutable tree; every function returns a new one. Nothing is ever
thrown away: undoing goes back, and another choice from there starts a branch.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from transformers import GPT2TokenizerFast

from core.sampling.generation import Step
from core.sampling.stages import SamplingSettings, draw, pipeline
from core.tokens.vocabulary import token_bytes

#: Where a story begins: the prompt.
ROOT = -1


@dataclass(frozen=True)
class Choice:
    """One token and how it came to be chosen.

    Attributes
    ----------
    token_id : what was chosen
    data : the token's bytes
    how : "drawn", "greedy" (the most likely) or "by hand"
    probability : in the distribution after all stages; 0 if a stage had cut the token
    model_probability : softmax of the raw logits
    rank : 1 for the model's favourite, by raw logits
    u : the random number in [0, 1) if it was drawn, else None
    settings : the knobs at that moment
    favourites : the model's own favourites there, as (bytes, probability)
    """

    token_id: int
    data: bytes
    how: str
    probability: float
    model_probability: float
    rank: int
    u: float | None
    settings: SamplingSettings
    favourites: tuple[tuple[bytes, float], ...] = ()


def number(seed: int, n: int) -> float:
    """The `n`-th random number of a seed, counted from zero; in [0, 1).

    The same numbers in the same order as `Engine.generate` takes, so a story drawn
    token by token is the text that a run with this seed writes.
    """
    return float(np.random.default_rng(seed).random(n + 1)[n])


def make(
    tokenizer: GPT2TokenizerFast,
    logits: np.ndarray,
    settings: SamplingSettings,
    previous_ids: tuple[int, ...],
    *,
    u: float | None = None,
    token_id: int | None = None,
) -> Choice:
    """Choose a token: by hand if `token_id` is given, by `u` if that is, else the most likely.

    Parameters
    ----------
    logits : shape (n_vocab,), the model's own
    previous_ids : all tokens before it, the prompt's included

    Raises
    ------
    ValueError
        If there is no such token.
    """
    stages = pipeline(logits, settings, previous_ids)
    if token_id is not None:
        how, u = "by hand", None
    elif u is None or settings.greedy:
        how, u = "greedy", None
        token_id = int(stages[-1].logits.argmax())
    else:
        how = "drawn"
        token_id = draw(stages[-1].probs, u)
    if not 0 <= token_id < len(logits):
        raise ValueError(f"there is no token {token_id}")
    return Choice(
        token_id,
        token_bytes(tokenizer, token_id),
        how,
        float(stages[-1].probs[token_id]),
        float(stages[0].probs[token_id]),
        rank_of(logits, token_id),
        u,
        settings,
        favourites(tokenizer, stages[0].probs),
    )


def from_step(tokenizer: GPT2TokenizerFast, step: Step, settings: SamplingSettings) -> Choice:
    """A step of `Engine.generate` as a choice."""
    z = step.logits.astype(np.float64)
    weights = np.exp(z - z.max())
    return Choice(
        step.token_id,
        step.data,
        "greedy" if step.u is None else "drawn",
        step.probability,
        step.model_probability,
        rank_of(step.logits, step.token_id),
        step.u,
        settings,
        favourites(tokenizer, weights / weights.sum()),
    )


def rank_of(logits: np.ndarray, token_id: int) -> int:
    """1 for the token with the largest logit."""
    return int((logits > logits[token_id]).sum()) + 1


def favourites(
    tokenizer: GPT2TokenizerFast, probs: np.ndarray, n: int = 4
) -> tuple[tuple[bytes, float], ...]:
    """The `n` most likely tokens, as (bytes, probability)."""
    top = np.argpartition(-probs, n)[:n]
    order = top[np.argsort(-probs[top], kind="stable")]
    return tuple((token_bytes(tokenizer, int(i)), float(probs[i])) for i in order)


@dataclass(frozen=True)
class Story:
    """All choices made from one prompt.

    Attributes
    ----------
    choices : in the order in which they were first made
    parents : for each choice the index of the one before it, or ROOT
    at : the choice that the text now ends with, or ROOT
    ahead : for each choice, and last for the root, where redo leads; None if nowhere
    """

    choices: tuple[Choice, ...] = ()
    parents: tuple[int, ...] = ()
    at: int = ROOT
    ahead: tuple[int | None, ...] = (None,)


def choose(story: Story, choice: Choice) -> Story:
    """Go on with a token. A token that was chosen here before leads into its old branch."""
    for index, parent in enumerate(story.parents):
        if parent == story.at and story.choices[index].token_id == choice.token_id:
            choices = (*story.choices[:index], choice, *story.choices[index + 1 :])
            return _go_down(replace(story, choices=choices), index)
    new = len(story.choices)
    grown = Story(
        (*story.choices, choice),
        (*story.parents, story.at),
        story.at,
        (*story.ahead[:-1], None, story.ahead[-1]),  # the root's entry stays the last
    )
    return _go_down(grown, new)


def _go_down(story: Story, child: int) -> Story:
    ahead = list(story.ahead)
    ahead[story.parents[child]] = child  # ROOT is -1, the last entry
    return replace(story, at=child, ahead=tuple(ahead))


def undo(story: Story) -> Story:
    """One token back; at the prompt nothing happens."""
    return story if story.at == ROOT else replace(story, at=story.parents[story.at])


def can_redo(story: Story) -> bool:
    return story.ahead[story.at] is not None


def redo(story: Story) -> Story:
    """Forward again to where undo came from; nothing happens if there is no such place."""
    child = story.ahead[story.at]
    return story if child is None else replace(story, at=child)


def go_to(story: Story, index: int) -> Story:
    """To any choice, or to the prompt with ROOT: from there another choice makes a fork.

    Raises
    ------
    IndexError
        If there is no such choice.
    """
    if not ROOT <= index < len(story.choices):
        raise IndexError(f"no choice {index}")
    for child in way_to(story, index):  # redo will lead along this way
        story = _go_down(story, child)
    return replace(story, at=index)


def way_to(story: Story, index: int) -> tuple[int, ...]:
    """Indices of the choices from the prompt to `index`, both ends included."""
    found = []
    while index != ROOT:
        found.append(index)
        index = story.parents[index]
    return tuple(reversed(found))


def taken(story: Story) -> tuple[Choice, ...]:
    """The choices that make up the text of the moment."""
    return tuple(story.choices[i] for i in way_to(story, story.at))


def ends(story: Story) -> tuple[int, ...]:
    """The last choice of every branch, oldest first."""
    inner = set(story.parents)
    return tuple(i for i in range(len(story.choices)) if i not in inner)


def total_bits(choices: Sequence[Choice]) -> float:
    """Surprise of the whole text to the model, sum of -log2 of its own probabilities, in bits."""
    return float(-np.log2([max(c.model_probability, 1e-38) for c in choices]).sum())


def text_of(choices: Sequence[Choice]) -> str:
    """The chosen tokens as text; bytes that are not valid UTF-8 become U+FFFD."""
    return b"".join(c.data for c in choices).decode("utf-8", "replace")


def rows(choices: Sequence[Choice]) -> list[dict]:
    """The choices as flat records, for export."""
    records = []
    for step, choice in enumerate(choices):
        records.append(
            {
                "step": step,
                "token_id": choice.token_id,
                "text": choice.data.decode("utf-8", "replace"),
                "bytes": choice.data.hex(),
                "how": choice.how,
                "u": choice.u,
                "probability": choice.probability,
                "model_probability": choice.model_probability,
                "rank": choice.rank,
                **asdict(choice.settings),
            }
        )
    return records


def as_csv(choices: Sequence[Choice]) -> str:
    """The choices as CSV, one line each, with a heading."""
    records = rows(choices)
    out = io.StringIO()
    names = list(records[0]) if records else ["step"]
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    for record in records:
        # A spreadsheet would run a cell that begins like a formula.
        guarded = {
            key: "'" + value if isinstance(value, str) and value[:1] in "=+-@\t\r" else value
            for key, value in record.items()
        }
        writer.writerow(guarded)
    return out.getvalue()


def as_json(choices: Sequence[Choice], **about: object) -> str:
    """The choices as JSON, with what they came from: model, prompt, seed."""
    return json.dumps({**about, "steps": rows(choices)}, ensure_ascii=False, indent=1)
