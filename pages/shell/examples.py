"""Ready prompts, each with the point that it makes. Chosen so that the embedded model does well."""

from __future__ import annotations

from dataclasses import dataclass

from core.language import _

DEFAULT_PROMPT = "Once upon a time there was a king who had a beautiful daughter. The king"


@dataclass(frozen=True)
class Example:
    title: str
    prompt: str
    point: str


def examples() -> list[Example]:
    """The examples of the sidebar, titles in the session's language."""
    return [
        Example(
            _("A fairy tale"), DEFAULT_PROMPT, _("The text that the embedded model knows best.")
        ),
        Example(
            _("A name comes back"),
            "Mr. Wimbleton met Mrs. Hargrave. Mr. Wimbleton spoke to Mrs.",
            _("Heads that copy: the second time a name appears, its ending is no surprise."),
        ),
        Example(
            _("The same words twice"),
            "red seven lamp river stone red seven lamp river",
            _("Induction heads look up what followed the last time."),
        ),
        Example(
            _("Two kinds of bank"),
            "They sat on the bank of the river. He took the money to the bank",
            _("One spelling, two meanings: follow the vector through the layers."),
        ),
        Example(
            _("Emoji and accents"),
            "Café naïve 🙂 日本語 مرحبا",
            _("One character can be several tokens."),
        ),
        Example(
            _("Numbers and code"),
            "for i in range(1000):\n    print(i, 3.14159)",
            _("Digits and spaces are cut in ways you would not expect."),
        ),
    ]
