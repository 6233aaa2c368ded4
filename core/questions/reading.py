"""What many checks do: read a prompt's prediction, take a typed word as a token, name tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.engine.backend import Backend
from core.language import _, on_one_line
from core.numbers import count
from core.questions.found import FAIR, Refused
from core.questions.told import Told
from core.recipes.recipe import Recipe, recipe
from core.tokens.encoding import encode
from core.tokens.vocabulary import token_label
from core.views.readings import readings, word_of
from core.views.softmax import softmax
from core.views.trace import Trace


def box(
    engine: Backend, check: str, *, shown: Any, tolerance: float = 1e-3, **values: Any
) -> Recipe:
    """The check's program with the model and its values filled in.

    Parameters
    ----------
    check : its name, and that of the file in ``core/recipes/questions``
    """
    source = {"source": engine.loaded.source}
    return recipe(
        f"questions/{check}", f"question-{check}", shown=shown, tolerance=tolerance,
        **source, **values,
    )  # fmt: skip


def probabilities(trace: Trace) -> np.ndarray:
    """Of every token as the prompt's next one; shape (n_vocab,), float64."""
    return softmax(trace.logits.astype(np.float64))


def likeliest(values: np.ndarray) -> np.ndarray:
    """All token ids, the most likely first; of equal ones the lower id first."""
    return np.argsort(-values, kind="stable")


def rank_in(values: np.ndarray, token_id: int) -> int:
    """1 for the most likely token."""
    return int((values > values[token_id]).sum()) + 1


def label(engine: Backend, token_id: int) -> str:
    return token_label(engine.tokenizer, int(token_id))


def named(engine: Backend, **token_ids: int) -> dict[str, Told]:
    """Tokens' labels for the words."""
    return {name: Told("word", label(engine, token_id)) for name, token_id in token_ids.items()}


def need_tokens(trace: Trace, least: int) -> None:
    """Refuse a prompt that is too short to ask about."""
    if trace.n_ctx < least:
        raise Refused(
            _("The prompt has {n} tokens, and this question needs {least}.").format(
                n=count(trace.n_ctx), least=count(least)
            ),
            _("Type a longer sentence."),
        )


def need_text(found: Sequence) -> None:
    """Refuse a text in which there is nothing."""
    if not found:
        raise Refused(_("There is no text to ask about."), _("Type a word or a sentence."))


def clear(winner: float, runner_up: float) -> None:
    """Refuse a winner that is hardly ahead."""
    if winner < FAIR * runner_up:
        raise too_close()


def too_close() -> Refused:
    return Refused(
        _("The two leading answers are too close here for a fair question."),
        _("Try another prompt, or add a word to this one."),
    )


def token_of(engine: Backend, typed: str | int) -> int:
    """The token that a typed word means: as a word in a sentence has it, with a space before it.

    Parameters
    ----------
    typed : a word; with a space before it, or without letters at its start, as it stands; or an id
    """
    if isinstance(typed, int):
        if not 0 <= typed < engine.shape.n_vocab:
            raise Refused(
                _("There is no token {n} in this model's vocabulary.").format(n=count(typed)),
                _("Choose a smaller number, or type a word."),
            )
        return typed
    exact = tuple(t.id for t in encode(engine.tokenizer, typed))
    taken = [r.ids for r in readings(engine.tokenizer, typed) if r.whole]
    as_it_stands = typed[:1].isspace() or not typed[:1].isalpha()
    for ids in [exact, *taken] if as_it_stands else taken:
        if len(ids) == 1:
            return ids[0]
    raise Refused(
        _("“{word}” is not one token: it has {n}.").format(
            word=on_one_line(typed), n=count(len(exact))
        ),
        _("Choose a shorter or more usual word."),
    )


def place_of(engine: Backend, trace: Trace, token: int | str) -> range:
    """Where a token or a word stands in the prompt.

    Parameters
    ----------
    token : a position, from the end if negative; or a word, whose first occurrence is meant
    """
    if isinstance(token, int):
        position = token + trace.n_ctx if token < 0 else token
        found = range(position, position + 1) if 0 <= position < trace.n_ctx else None
    else:
        found = word_of(engine.tokenizer, trace.token_ids, token)
    if found is None:
        raise Refused(
            _("“{word}” does not stand in the prompt.").format(word=on_one_line(str(token))),
            _("Choose a word of the prompt, or go back to the lesson's own."),
        )
    return found
