"""Ready prompts, each with the point that it makes. Chosen so that the embedded model does well.

Those to copy from are the ones that it copies from most surely; see `core.model.shining`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.language import _
from core.model.shining import shining

DEFAULT_PROMPT = "Once upon a time there was a king who had a beautiful daughter. The king"


@dataclass(frozen=True)
class Example:
    title: str
    prompt: str
    point: str


#: A prompt, or where to find it.
_Prompt = str | Callable[[], str]


def _name() -> str:
    """A name that comes back, as the embedded model copies it most surely."""
    return shining().copies.get("name", "Doctor Fell met Captain Green. “Good day,” said Captain")


def _words() -> str:
    """Words that come back in the same order."""
    return shining().copies.get("words", "apple river lamp apple river lamp apple river")


#: Title, prompt, point.
_EXAMPLES: tuple[tuple[Callable[[], str], _Prompt, Callable[[], str]], ...] = (
    (
        lambda: _("A fairy tale"),
        DEFAULT_PROMPT,
        lambda: _("The text that the embedded model knows best."),
    ),
    (
        lambda: _("A name comes back"),
        _name,
        lambda: _("Heads that copy: the second time a name appears, its ending is no surprise."),
    ),
    (
        lambda: _("The same words twice"),
        _words,
        lambda: _("Induction heads look up what followed the last time."),
    ),
    (
        lambda: _("Two kinds of bank"),
        "They sat on the bank of the river. He took the money to the bank",
        lambda: _("One spelling, two meanings: follow the vector through the layers."),
    ),
    (
        lambda: _("Emoji and accents"),
        "Café naïve 🙂 日本語 مرحبا",
        lambda: _("One character can be several tokens."),
    ),
    (
        lambda: _("Numbers and code"),
        "for i in range(1000):\n    print(i, 3.14159)",
        lambda: _("Digits and spaces are cut in ways you would not expect."),
    ),
)


def examples() -> list[Example]:
    """The examples of the sidebar, titles in the session's language."""
    return [Example(title(), _text(prompt), point()) for title, prompt, point in _EXAMPLES]


def _text(prompt: _Prompt) -> str:
    return prompt if isinstance(prompt, str) else prompt()


#: What a prompt shows, as a button says it, and the prompt; held to the engine by a test.
_TRIES: tuple[tuple[Callable[[], str], _Prompt], ...] = (
    (lambda: _("a name it can copy"), _name),
    (lambda: _("the same words twice"), _words),
    (lambda: _("a fact it never read"), "The capital of France is"),
)


def tries() -> list[tuple[str, str]]:
    """What each of three prompts shows, in the session's language, and the prompt."""
    return [(title(), _text(prompt)) for title, prompt in _TRIES]
