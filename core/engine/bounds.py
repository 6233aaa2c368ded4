"""What may be continued, and how far: checked before anything is run."""

from __future__ import annotations

from core.errors import OutOfRange
from core.language import _
from core.model.bounds import check_ids
from core.model.shape import Shape
from core.numbers import count


def check_continuation(
    ids: tuple[int, ...], shape: Shape, max_new_tokens: int, most: int | None
) -> None:
    """Raise unless a text may be continued by so many tokens.

    Parameters
    ----------
    most : that this server makes; None for no limit but the context

    Raises
    ------
    EmptyPrompt, TooManyTokens, OutOfRange
    """
    check_ids(ids, shape.n_ctx, shape.n_vocab)
    if most is not None and max_new_tokens > most:
        raise OutOfRange(
            _("{n} new tokens are too many: this server makes at most {limit}.").format(
                n=count(max_new_tokens), limit=count(most)
            ),
            _("Ask for fewer, and continue from there."),
        )
