"""What a panel starts from: the model that speaks, the prompt, its tokens and its trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.model.catalogue import STORYTELLER
from core.model.shining import State, shining
from core.tokens.encoding import Token
from core.tokens.vocabulary import token_label
from pages.kit.once import once

if TYPE_CHECKING:  # torch takes seconds to import; the first page does not wait for it
    from core.engine.backend import Backend
    from core.views.trace import Trace

#: Names in the session: the model, the prompt.
MODEL, PROMPT = "model", "prompt"


@dataclass(frozen=True, eq=False)
class Current:
    """The model and the prompt of the moment.

    Attributes
    ----------
    engine : runs the model for everyone
    text : what was typed, whole
    tokens : the tokens that the model reads (the first n_ctx if there are more)
    n_tokens : how many tokens the whole text has
    source : where a Python box finds the model: Hub id or folder
    source_note : what a box says of that, if it is not the Hub
    page : the one that is open
    """

    engine: Backend
    text: str
    tokens: tuple[Token, ...]
    n_tokens: int
    source: str
    source_note: str = ""
    page: str = ""

    @once
    def ids(self) -> tuple[int, ...]:
        return tuple(t.id for t in self.tokens)

    @once
    def labels(self) -> list[str]:
        """The tokens as axes and tables show them."""
        return [t.label for t in self.tokens]

    @property
    def last(self) -> int:
        """The position of the last token."""
        return len(self.tokens) - 1

    @property
    def was_cut(self) -> bool:
        return self.n_tokens > len(self.tokens)

    @property
    def is_storyteller(self) -> bool:
        """Whether the model is the embedded one."""
        return self.engine.loaded.source == str(STORYTELLER)

    @property
    def shining(self) -> State | None:
        """What this prompt is worth looking at for, if the embedded model has it stored."""
        return shining().states.get(self.text) if self.is_storyteller else None

    def trace(self) -> Trace:
        """One forward pass over the tokens, shared between sessions."""
        return self.engine.trace(self.ids)

    def next_id(self, position: int) -> int:
        """The id that stands after a token or, after the last, that the model finds likeliest."""
        following = self.ids[position + 1 :]
        return following[0] if following else int(self.trace().logits.argmax())

    def label(self, token_id: int) -> str:
        """A token of the vocabulary as figures show it."""
        return token_label(self.engine.tokenizer, token_id)
