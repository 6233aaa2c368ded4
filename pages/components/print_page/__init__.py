"""A button that prints the page: a server cannot ask a browser to do it."""

from __future__ import annotations

from pathlib import Path

from pages.components.shared.declare import component

_component = component(Path(__file__).parent)


def print_page(label: str, *, key: str) -> None:
    """Draw the button."""
    _component(key=key, data={"label": label}, width="content")
