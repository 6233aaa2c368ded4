"""Pieces of sentences: typed text that Streamlit reads as Markdown, and counts with their nouns."""

from __future__ import annotations

from core.language import _, ngettext
from core.numbers import bits, count, parameters

#: Invisible, and no line breaks there.
JOINER = "\u2060"
#: Parameters of the smallest GPT-2 that was published.
_GPT2 = 124_439_808


def plain(text: str) -> str:
    """Text that Markdown leaves as it is: no emphasis, link, HTML, formula, icon or arrow.

    Every ASCII sign becomes a character reference, which Markdown never takes for its own; the
    joiner behind it keeps Streamlit from turning `--` or `:x:` into a dash or a picture.
    """
    return "".join(
        c if c.isalnum() or ord(c) > 127 or c == " " else f"&#{ord(c)};{JOINER}" for c in text
    )


def ending(text: str, most: int) -> str:
    """The end of a text in at most `most` characters: whole words after an ellipsis, or all."""
    if len(text) <= most:
        return text
    end = text[1 - most :]
    space = end.find(" ")
    return "…" + (end[space:] if 0 < space <= most // 3 else end)


def tokens(n: int) -> str:
    return ngettext("{n} token", "{n} tokens", n).format(n=count(n))


def characters(n: int) -> str:
    return ngettext("{n} character", "{n} characters", n).format(n=count(n))


def n_bytes(n: int) -> str:
    return ngettext("{n} byte", "{n} bytes", n).format(n=count(n))


def n_words(n: int) -> str:
    return ngettext("{n} word", "{n} words", n).format(n=count(n))


def layers(n: int) -> str:
    return ngettext("{n} layer", "{n} layers", n).format(n=count(n))


def heads(n: int) -> str:
    return ngettext("{n} head", "{n} heads", n).format(n=count(n))


def head(layer: int, number: int) -> str:
    """A head as a sentence speaks of it, with the name that figures and links use."""
    return _("head {head} of layer {layer} (L{layer}.H{head})").format(layer=layer, head=number)


def unsure(entropy: float) -> str:
    """What an entropy in bits means: ``"as unsure as among 52 equal words (5.70 bits)"``."""
    n = round(2**entropy)
    if n <= 1:
        return _("almost certain ({bits})").format(bits=bits(entropy))
    return _("as unsure as among {n} equal words ({bits})").format(n=count(n), bits=bits(entropy))


#: Fewer parameters than that, and much of what a model says makes no sense.
_SMALL = 60_000_000


def small(n_params: int) -> str:
    """What to say beside words that may make no sense; nothing for a model that is not small."""
    if n_params >= _SMALL:
        return ""
    return _(
        "This model is small ({n} parameters; GPT-2 begins at {gpt2}): some of these words make"
        " no sense."
    ).format(n=parameters(n_params), gpt2=parameters(_GPT2))


def tokens_from(first: int, last: int) -> str:
    """A stretch of tokens by their positions, both included."""
    if first == last:
        return _("token {n}").format(n=count(first))
    return _("tokens {first} to {last}").format(first=count(first), last=count(last))
