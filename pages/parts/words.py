"""Typed text inside sentences that Streamlit reads as Markdown."""

from __future__ import annotations

#: Invisible, and no line breaks there.
_JOINER = "\u2060"


def plain(text: str) -> str:
    """Text that Markdown leaves as it is: no emphasis, link, HTML, formula, icon or arrow.

    Every ASCII sign becomes a character reference, which Markdown never takes for its own; the
    joiner behind it keeps Streamlit from turning `--` or `:x:` into a dash or a picture.
    """
    return "".join(
        c if c.isalnum() or ord(c) > 127 or c == " " else f"&#{ord(c)};{_JOINER}" for c in text
    )
