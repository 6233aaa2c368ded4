"""A prompt in the reader's own language: what becomes of it is said kindly, and once."""

from __future__ import annotations

import re

import streamlit as st

from core.language import SOURCE_LANGUAGE, _, current_language
from pages.kit.current import Current
from pages.kit.words import n_words, tokens

#: In the session: the first text that was one.
_TOLD = "foreign_prompt_told"
#: So many words of a text are small words of a language, at least, where it is written in it.
_LEAST, _SHARE = 2, 0.15


def tell(now: Current) -> None:
    """Say why a text in another language takes many tokens; not again for the next one."""
    if current_language.get() == SOURCE_LANGUAGE or not is_in(now.text, _small_words()):
        return
    if st.session_state.setdefault(_TOLD, now.text) == now.text:
        text = _(
            "You write in your own language: {words} became {tokens}. The model has read English"
            " almost alone, so it knows few of these words whole, and goes on with them badly. Try"
            " an English sentence; what the pages show of yours is true all the same."
        ).format(words=n_words(len(now.text.split())), tokens=tokens(now.n_tokens))
        st.info(text, icon=":material/translate:")


def _small_words() -> str:
    # Translators: not to be translated: the thirty most frequent small words of your language.
    return _("the of and to a in that is was he for it with as his on be at by I")


def words_of(text: str) -> list[str]:
    """A text's words, in small letters."""
    return re.findall(r"[^\W\d_]+", text.casefold())


def is_in(text: str, small_words: str) -> bool:
    """Whether a text is written in the language whose small words are given."""
    small, words = set(small_words.casefold().split()), words_of(text)
    found = [word for word in words if word in small]
    return len(set(found)) >= _LEAST and len(found) >= _SHARE * len(words)
