"""Refuse what a model does not have: a layer, a head, a position, a token."""

from __future__ import annotations

from core.errors import EmptyPrompt, OutOfRange, TooManyTokens
from core.language import _


def check_ids(token_ids: tuple[int, ...], n_ctx: int, n_vocab: int) -> None:
    """Refuse ids that the model cannot read.

    Raises
    ------
    EmptyPrompt, TooManyTokens
        For learners.
    ValueError
        If an id is outside the vocabulary.
    """
    if not token_ids:
        raise EmptyPrompt()
    if len(token_ids) > n_ctx:
        raise TooManyTokens(len(token_ids), n_ctx)
    if min(token_ids) < 0 or max(token_ids) >= n_vocab:
        raise ValueError(f"token ids must lie in [0, {n_vocab})")


def _check_range(index: int, n: int, problem: str) -> None:
    """Refuse an index outside [0, n); `problem` may name {index} and {last}."""
    if not 0 <= index < n:
        raise OutOfRange(problem.format(index=index, last=n - 1), _("Choose one of them."))


def check_layer(layer: int, n_layer: int) -> None:
    """Refuse a layer that the model does not have.

    Raises
    ------
    OutOfRange
    """
    _check_range(layer, n_layer, _("There is no layer {index}: this model has layers 0 to {last}."))


def check_head(head: int, n_head: int) -> None:
    """Refuse a head that the model does not have.

    Raises
    ------
    OutOfRange
    """
    _check_range(
        head, n_head, _("There is no head {index}: each layer of this model has heads 0 to {last}.")
    )


def check_position(position: int, n_ctx: int) -> None:
    """Refuse a token that the text does not have.

    Raises
    ------
    OutOfRange
    """
    _check_range(position, n_ctx, _("There is no token {index}: this text has tokens 0 to {last}."))
