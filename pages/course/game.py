"""Beat the model: a text is guessed piece by piece, by the learner and by the model."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from core.language import _
from core.numbers import bits, percent
from core.recipes import Recipe
from core.sampling.guessing_game import TRIES, Standing, standing
from core.sampling.surprise import Scores, score_window
from core.tokens.encoding import Token, encode
from pages.course.answers import Given
from pages.course.judging import first_tokens
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.memory import Memory
from pages.kit.python_box import show_python
from pages.kit.words import plain
from pages.kit.words import tokens as n_tokens

#: Characters of a guess.
LONGEST = 40


@dataclass(frozen=True)
class Round:
    """Where a game is.

    Attributes
    ----------
    text : that is guessed
    tries : for each token that is over: which guess was right, or None
    wrong : guesses of the token of now
    """

    text: str
    tries: tuple[int | None, ...] = ()
    wrong: tuple[str, ...] = ()


_ROUND = Memory[Round]("lesson_game", Round(""))


@dataclass(frozen=True, eq=False)
class Game:
    """A text, its tokens, what the model makes of them, and the session's place in it.

    Attributes
    ----------
    first : the first token that is guessed; those before it are given
    """

    tokens: tuple[Token, ...]
    first: int
    scores: Scores
    round: Round

    @property
    def at(self) -> int:
        """The token that is guessed now."""
        return self.first + len(self.round.tries)

    @property
    def is_over(self) -> bool:
        return self.at >= len(self.tokens)

    def surprisal(self) -> list[float]:
        """Of the tokens that are over, in bits; scores begin with the second token."""
        return self.scores.surprisal[self.first - 1 : self.at - 1].tolist()


def game(now: Current, text: str, given: str) -> Game:
    """The session's game of a text; a new one where it had another.

    Parameters
    ----------
    given : what is shown of it at the start
    """
    if _ROUND.get().text != text:
        _ROUND.set(Round(text))
    tokens = tuple(encode(now.engine.tokenizer, text))[: now.engine.shape.n_ctx]
    scores = now.engine.view(score_window, tuple(t.id for t in tokens))
    first = len(encode(now.engine.tokenizer, given)) if text.startswith(given) else 1
    return Game(tokens, first, scores, _ROUND.get())


def draw(now: Current, text: str, given: str) -> Given | None:
    """Draw the game; returns how it stands, once something was guessed."""
    play = game(now, text, given)
    st.markdown(f"> {plain(_read(play))} **…**")
    if play.round.tries and not play.round.wrong:
        st.markdown(_outcome(now, play))
    if not play.is_over:
        _guess(now, play)
    if not play.round.tries:
        return None
    stands = standing(play.round.tries, play.surprisal(), now.engine.shape.n_vocab)
    st.markdown(f"**{_stands(stands)}**")
    show_python(_box(now, play, text, stands))
    return Given(
        list(play.round.tries), _stands(stands), "played", None, text, _("the text as it is")
    )


def _read(play: Game) -> str:
    return "".join(token.piece for token in play.tokens[: play.at])


def _guess(now: Current, play: Game) -> None:
    left = TRIES - len(play.round.wrong)
    with st.form("lesson_guess", clear_on_submit=True, border=False):
        typed = st.text_input(
            _("The next word or sign; {n} tries left").format(n=left), max_chars=LONGEST, width=320
        )
        with st.container(horizontal=True):
            guessed = st.form_submit_button(_("Guess"), type="primary")
            shown = st.form_submit_button(_("Show it"))
    if play.round.wrong:
        tried = ", ".join(f"“{plain(word)}”" for word in play.round.wrong)
        st.caption(_("Not this: {words}").format(words=tried))
    if shown:
        _end_token(play, None)
    elif guessed and typed.strip():
        _take(now, play, typed.strip())


def _take(now: Current, play: Game, typed: str) -> None:
    wrong = (*play.round.wrong, typed)
    if play.tokens[play.at].id in first_tokens(now, typed):
        _end_token(play, len(wrong))
    elif len(wrong) == TRIES:
        _end_token(play, None)
    _ROUND.set(replace(play.round, wrong=wrong))
    st.rerun()


def _end_token(play: Game, tries: int | None) -> None:
    _ROUND.set(replace(play.round, tries=(*play.round.tries, tries), wrong=()))
    st.rerun()


def _outcome(now: Current, play: Game) -> str:
    """What the token before was, and how likely the model had it."""
    i, last = play.at - 2, play.tokens[play.at - 1]  # scores begin with the second token
    tries = play.round.tries[-1]
    yours = _("You had it.") if tries is not None else _("You did not have it.")
    words = _("It was “{token}”: {bits} for the model, which gave it {p}.").format(
        token=plain(last.label),
        bits=bits(float(play.scores.surprisal[i])),
        p=percent(float(play.scores.probs[i])),
    )
    best = int(play.scores.favourites[i, 0])
    if best == last.id:
        return f"{yours} {words} " + _("It was the model's favourite, too.")
    more = _("Its favourite was “{best}” with {p}.").format(
        best=plain(now.label(best)), p=percent(float(play.scores.favourite_probs[i, 0]))
    )
    return f"{yours} {words} {more}"


def _stands(stands: Standing) -> str:
    return _("After {tokens} you have saved {reader}, the model {model}.").format(
        tokens=n_tokens(stands.n_tokens), reader=bits(stands.reader), model=bits(stands.model)
    )


def _box(now: Current, play: Game, text: str, stands: Standing) -> Recipe:
    shown = [*play.surprisal(), stands.model]
    return box(
        now, "questions/game", "lesson-game", shown=shown, tolerance=1e-3,
        text=text, first=play.first, last=play.at,
    )  # fmt: skip
