"""Examples of the tokenizer page: prompts that each make one point, and pairs to compare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.language import _
from pages.shell.examples import Example

#: Title, prompt, the point that it makes.
_POINTS: tuple[tuple[Callable[[], str], str, Callable[[], str]], ...] = (
    (
        lambda: _("Spaces and capitals"),
        "The dog saw a dog. Dog? DOG!",
        lambda: _("The space before a word belongs to its token, and every capital makes another."),
    ),
    (
        lambda: _("Long words fall apart"),
        "An antidisestablishmentarian met a Donaudampfschifffahrtskapitän.",
        lambda: _("Frequent words are one token; rare ones are put together from pieces."),
    ),
    (
        lambda: _("One character, many tokens"),
        "A family 👩‍👩‍👧, a smile 🙂, 日本語, ñ and ǆ.",
        lambda: _("The vocabulary is made of bytes: a character may be cut in the middle."),
    ),
    (
        lambda: _("Numbers"),
        "7 77 777 7777 77777 777777 1,000,000 3.14159 2019 2091",
        lambda: _("Digits are cut by habit, not by value: 2019 is one token, 2091 may be two."),
    ),
    (
        lambda: _("Code and its indentation"),
        "def half(x):\n    if x:\n        return x / 2\n\treturn None",
        lambda: _("Before a word a run of spaces costs nearly one token a space; a tab costs one."),
    ),
    (
        lambda: _("A control token typed as text"),
        "The end.<|endoftext|>Once more",
        lambda: _("Typed, it is ordinary text; only a program can insert the real token 50,256."),
    ),
    (
        lambda: _("Tokens from nowhere"),
        "Say SolidGoldMagikarp, then davidjl and StreamerBot.",
        lambda: _(
            "User names met often in one place became whole tokens that most texts never use."
        ),
    ),
    (
        lambda: _("Other scripts"),
        "Good morning. Buongiorno. Guten Morgen. Доброе утро. صباح الخير. おはようございます。",
        lambda: _("The rules were learned from English pages; other scripts need more tokens."),
    ),
)


def points() -> list[Example]:
    """Prompts that each make one point."""
    return [Example(title(), prompt, point()) for title, prompt, point in _POINTS]


@dataclass(frozen=True)
class Pair:
    """Two texts that say the same, and why they do not cost the same."""

    title: str
    first: str
    second: str
    why: str


#: By the name in the address: title, first text, second text, why they do not cost the same.
_PAIRS: dict[str, tuple[Callable[[], str], str, str, Callable[[], str]]] = {
    "languages": (
        lambda: _("English and Italian"),
        "The king gave his daughter a golden ring and a white horse.",
        "Il re diede a sua figlia un anello d'oro e un cavallo bianco.",
        lambda: _(
            "The 50,000 merges were learned from English pages. A common English word is one"
            " token; an Italian one is built from two or three that were learned elsewhere."
        ),
    ),
    "scripts": (
        lambda: _("English and Japanese"),
        "Once upon a time there was an old man in a village.",
        "昔々、ある村におじいさんがいました。",
        lambda: _(
            "Each Japanese character is three bytes, and few of them were joined by a merge:"
            " fewer characters, but more tokens."
        ),
    ),
    "numbers": (
        lambda: _("A number written in two ways"),
        "1234567890",
        "1,234,567,890",
        lambda: _(
            "A run of digits is one span, merged wherever a rule fits. Commas cut it into"
            " groups of three, which are tokens of their own: longer, but regular."
        ),
    ),
    "words": (
        lambda: _("Digits and words"),
        "It cost 4096 coins.",
        "It cost four thousand and ninety-six coins.",
        lambda: _(
            "Words cost more tokens than digits, but each is a token that the model has met"
            " thousands of times."
        ),
    ),
    "indent": (
        lambda: _("Code with spaces or tabs"),
        "def f(x):\n    if x:\n        return 1\n    return 0\n",
        "def f(x):\n\tif x:\n\t\treturn 1\n\treturn 0\n",
        lambda: _(
            "GPT-2 leaves the last space to the word that follows and needs a token for nearly"
            " each of the others; a tab is one token."
        ),
    ),
    "capitals": (
        lambda: _("Small letters and capitals"),
        "the old house by the river was empty again",
        "THE OLD HOUSE BY THE RIVER WAS EMPTY AGAIN",
        lambda: _("Few words in capitals were frequent enough for a token of their own."),
    ),
}


def pairs() -> dict[str, Pair]:
    """Pairs of texts by their name in the address, the difference explained."""
    return {
        key: Pair(title(), first, second, why())
        for key, (title, first, second, why) in _PAIRS.items()
    }
