"""What no option of the theme can say: the style sheets of every page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_NAMES = ("legible", "room", "widths", "print")


def _sheets() -> str:
    here = Path(__file__).parent
    sheets = [(here / f"{name}.css").read_text(encoding="utf-8") for name in _NAMES]
    # On one line: Streamlit looks through the lines of what it is given for their indent.
    return " ".join(line.strip() for sheet in sheets for line in sheet.splitlines())


#: All of them as one: what a browser has of them already is then only named when a page runs again
#: (Streamlit keeps what has 10 kB or more).
STYLE = f"<style>{_sheets()}</style>"


def draw() -> None:
    """Give them to the browser."""
    st.html(STYLE)
