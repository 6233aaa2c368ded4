"""A component as it lies in its folder: `view.html`, `view.css` and `view.js`.

Streamlit serves files of installed packages only and takes texts from all
others. So that scripts and styles can still import others (an editor, a linter
and the tests read them as they are), what they import is put in front of them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import streamlit as st

_IMPORT = re.compile(r"^(?:import \{[^}]*\} from|@import) '(\.[^']*)';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)
#: A comment that has its lines for itself.
_COMMENT = re.compile(r"^[ \t]*(?://.*|/\*(?:[^*]|\*(?!/))*\*/[ \t]*)\n", re.MULTILINE)


def component(folder: Path, *, isolate_styles: bool = True) -> Any:
    """The component that lies in a folder and is called as the folder is.

    `isolate_styles`: False lets its styles and names reach the page, and the page's reach it.
    """
    html, css, js = (thin(bundle(folder / f"view.{kind}")) for kind in ("html", "css", "js"))
    return st.components.v2.component(
        folder.name, html=html, css=css, js=js, isolate_styles=isolate_styles
    )


def bundle(file: Path) -> str:
    """A script or a style sheet behind all that it imports, each file once.

    All scripts share one scope: no two of them may give different things the same name.
    """
    order: dict[Path, str] = {}
    _add(file.resolve(), order)
    return "".join(order.values())


def thin(text: str) -> str:
    """Without comments, empty lines and indents.

    A component's script goes to the browser whenever its data have changed, and is packed each
    time: what only those read who work on it was a quarter of that.
    """
    kept: list[str] = []
    inside = False  # of a text in backticks, whose lines stay as they are
    for line in _COMMENT.sub("", text).splitlines():
        if inside or line.strip():
            kept.append(line if inside else line.strip())
        inside ^= line.count("`") % 2 == 1
    return "\n".join(kept)


def _add(file: Path, order: dict[Path, str]) -> None:
    if file in order:
        return
    text = file.read_text(encoding="utf-8")
    for name in _IMPORT.findall(text):
        _add((file.parent / name).resolve(), order)
    order[file] = _EXPORT.sub("", _IMPORT.sub("", text))
