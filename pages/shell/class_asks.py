"""What a room asks of the model: what comes next, the game's next word, a head switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core import cache
from core.language import _
from core.model.job import LoadJob
from core.room import Question, RoomError
from core.room.here import ROOMS
from core.room.limits import KNOWN, LONGEST_TEXT
from core.room.text import ending, guessable
from core.sampling.best_words import best_words
from core.tokens.encoding import Encoding, encoding
from core.tokens.vocabulary import vocabulary
from core.views.effects import change_without
from pages.kit.current import MODEL, PROMPT, Current
from pages.shell import class_lesson
from pages.shell.seat import Seat

if TYPE_CHECKING:  # torch takes seconds to import; a page without a model does not wait for it
    from core.engine.backend import Backend

#: In the session: the text of the game and the place of the token that is asked for.
_GAME = "room_game"


def what_comes_next(mine: Seat, *, twice: bool) -> None:
    """Ask the class what comes after the prompt of now, and keep what the model holds for it."""
    engine = _engine(st.session_state[MODEL])
    made = _read(engine, st.session_state[PROMPT])
    words, _probs = _best(engine, tuple(made.ids.tolist())[-engine.shape.n_ctx :])
    asked = Question(
        "token", _("What comes next?"), prompt=ending(st.session_state[PROMPT]), twice=twice,
        model=words,
    )  # fmt: skip
    ROOMS.ask(mine.code, mine.secret, asked)


def ask_lesson(mine: Seat, *, twice: bool) -> None:
    """Ask the class what the open step of a lesson asks."""
    engine, text = _engine(st.session_state[MODEL]), st.session_state[PROMPT]
    made = _read(engine, text)
    now = Current(engine, text, made.tokens(0, engine.shape.n_ctx), len(made), "")
    asked = class_lesson.open_question(now)
    if asked.ask.type == "game" and asked.ask.text is not None:
        begin_game(mine, asked.ask.text)
    else:
        ROOMS.ask(mine.code, mine.secret, class_lesson.for_class(now, asked, twice=twice))


def begin_game(mine: Seat, text: str) -> None:
    """Guess a text against the model, word by word.

    Raises
    ------
    RoomError
        If the text has no word that could be guessed.
    """
    st.session_state[_GAME] = (text, -1)
    next_of_game(mine)


def next_of_game(mine: Seat) -> None:
    """Ask for the next word of the game's text; the text so far grows by what was right."""
    text, last = st.session_state.get(_GAME, ("", -1))
    engine = _engine(st.session_state[MODEL])
    made = _read(engine, text)
    tokens = made.tokens(0, min(len(made), engine.shape.n_ctx))
    pieces = [text[token.start : token.end] for token in tokens]
    place = next((at for at in guessable(pieces) if at > last), None)
    if place is None:
        raise RoomError(
            _("There is no word left to guess in this text."),
            _("Begin again with another text on the page of the room."),
        )
    words, probs = _best(engine, tuple(token.id for token in tokens[:place]))
    st.session_state[_GAME] = (text, place)
    asked = Question(
        "token", _("Which word comes next?"), prompt=ending(text[: tokens[place].start]),
        right=pieces[place], model=words, p_right=max(float(probs[tokens[place].id]), 1e-12),
        counts=True,
    )  # fmt: skip
    ROOMS.ask(mine.code, mine.secret, asked)


def begin_hunt(mine: Seat) -> None:
    """Share out the heads of the model of now, on the prompt of now."""
    engine = _engine(st.session_state[MODEL])
    _read(engine, st.session_state[PROMPT])
    shape = engine.shape
    heads = [(layer, head) for layer in range(shape.n_layer) for head in range(shape.n_head)]
    text = st.session_state[PROMPT]
    if len(text) > LONGEST_TEXT:
        raise RoomError(_("This text is too long for the hunt."), _("Take a shorter one."))
    ROOMS.begin_hunt(mine.code, mine.secret, text, st.session_state[MODEL], heads)


def try_head(mine: Seat) -> None:
    """Switch off the head that a learner was given, and tell the room what it changes, in bits."""
    head = ROOMS.head_of(mine.code, mine.secret)
    hunt = ROOMS.state(mine.code, mine.secret)["hunt"]
    if head is None or hunt is None:
        return
    engine = _engine(hunt["model"])
    found = engine.view(change_without, engine.trace(hunt["prompt"]), frozenset({head}))
    ROOMS.report(mine.code, mine.secret, head, found.divergence)


def _engine(key: str) -> Backend:
    found = cache.engine_or_job(key)
    if isinstance(found, LoadJob):
        raise RoomError(_("The model is not loaded yet."), _("Try again in a moment."))
    return found


def _read(engine: Backend, text: str) -> Encoding:
    if not text.strip():
        raise RoomError(_("There is no text to ask about."), _("Type one into the prompt."))
    return encoding(engine.tokenizer, text, cache.settings().max_characters)


def _best(engine: Backend, ids: tuple[int, ...]):
    return best_words(engine.trace(ids).logits, vocabulary(engine.tokenizer).data, KNOWN)
