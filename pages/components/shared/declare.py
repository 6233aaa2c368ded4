"""A component as it lies in its folder: `view.html`, `view.css` and `view.js`.

Streamlit serves files of installed packages only and takes texts from all
others. So that scripts can still be modules that import each other (an editor,
a linter and the tests read them as they are), what a script imports is put in
front of it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import streamlit as st

_IMPORT = re.compile(r"^import \{[^}]*\} from '(\.[^']*)';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def component(folder: Path) -> Any:
    """The component that lies in a folder and is called as the folder is."""
    html, css = ((folder / f"view.{kind}").read_text(encoding="utf-8") for kind in ("html", "css"))
    return st.components.v2.component(
        folder.name, html=html, css=css, js=bundle(folder / "view.js")
    )


def bundle(script: Path) -> str:
    """A script behind all that it imports, each file once.

    All share one scope: no two of them may give different things the same name.
    """
    order: dict[Path, str] = {}
    _add(script.resolve(), order)
    return "".join(order.values())


def _add(script: Path, order: dict[Path, str]) -> None:
    if script in order:
        return
    text = script.read_text(encoding="utf-8")
    for name in _IMPORT.findall(text):
        _add((script.parent / name).resolve(), order)
    order[script] = _EXPORT.sub("", _IMPORT.sub("", text))
