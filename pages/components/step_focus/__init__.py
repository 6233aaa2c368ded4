"""Brings a new step of a lesson into sight and the keyboard to it; draws nothing."""

from __future__ import annotations

from pathlib import Path

from pages.components.shared.declare import component

_component = component(Path(__file__).parent)


def step_focus(step: str, *, key: str) -> None:
    """Whenever the step is another one, the page goes to its top and the keyboard into it.

    Parameters
    ----------
    step : its name
    key : unique on the page; the container around it gets the focus
    """
    _component(key=key, data={"step": step})
