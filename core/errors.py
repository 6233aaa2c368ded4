"""Errors meant for learners: each says what is wrong and names its cure.

Programmers' mistakes stay `ValueError`; these reach the screen as they are.
"""

from __future__ import annotations

from core.language import _
from core.language.said import retold
from core.numbers import count


class LearnerError(Exception):
    """Something the person at the screen can put right.

    Attributes
    ----------
    problem : what is wrong, one sentence, in the language of whoever reads it
    cure : what to do about it, one sentence
    """

    def __init__(self, problem: str, cure: str) -> None:
        super().__init__(f"{problem} {cure}")
        self._problem, self._cure = problem, cure

    @property
    def problem(self) -> str:
        return retold(self._problem)

    @property
    def cure(self) -> str:
        return retold(self._cure)

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.problem, self.cure)


class EmptyPrompt(LearnerError):
    """There is no token to show."""

    def __init__(self) -> None:
        super().__init__(
            _("The prompt is empty."), _("Type a sentence in the sidebar, or pick an example.")
        )


class TooManyTokens(LearnerError):
    """More tokens than the model's context holds."""

    def __init__(self, n_tokens: int, n_ctx: int) -> None:
        super().__init__(
            _("The text has {n} tokens and this model reads at most {limit}.").format(
                n=count(n_tokens), limit=count(n_ctx)
            ),
            _("Shorten the text, or continue with the first {limit}.").format(limit=count(n_ctx)),
        )
        self.n_tokens, self.n_ctx = n_tokens, n_ctx

    def __reduce__(self):
        return type(self), (self.n_tokens, self.n_ctx)


class TooMuchText(LearnerError):
    """More characters than this server accepts."""


class UnknownModel(LearnerError):
    """No such model in the list, on disk or on the Hub."""


class NoNetwork(LearnerError):
    """The Hub cannot be reached."""


class BadCheckpoint(LearnerError):
    """The files are not a whole GPT-2 checkpoint."""


class NotEnoughMemory(LearnerError):
    """The model does not fit into what is free."""


class Busy(LearnerError):
    """The queue of the engine is full."""


class OutOfRange(LearnerError):
    """A layer, head, position or token id that the model does not have."""


class RequestFailed(LearnerError):
    """A request to the engine failed; others are not touched."""


class BadSearch(LearnerError):
    """A search that cannot be read: a broken pattern, an odd number of hex digits."""
