"""A figure or its numbers to take away; the menu looks the same under every figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import pandas as pd
import streamlit as st

from core import cache
from core.errors import LearnerError
from core.language import _, bound
from core.numbers import byte_size, notation
from pages.kit.menu import menu

#: What a browser calls the files that a learner can take away, by their ending.
_MIME = {
    "csv": "text/csv",
    "json": "application/json",
    "npz": "application/octet-stream",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain",
}
#: MiB that a file may have before it is worth a word that there is a bound.
_WORTH_A_WORD = 64
Data = str | bytes
Rows = Callable[[], list[dict]]


class Picture(Protocol):
    """What can be taken away as a picture."""

    def svg(self) -> str: ...
    def png(self) -> bytes: ...


@dataclass(frozen=True)
class Files:
    """Files of one figure.

    Attributes
    ----------
    key : unique on the page; a button's key is this and the file's ending
    files : by file name, what the button says and the data, or a function that makes them when
        they are asked for
    """

    key: str
    files: Mapping[str, tuple[str, Data | Callable[[], Data]]]

    def draw(self) -> None:
        """The menu."""
        with menu(_("Export"), key=self.key, icon=":material/download:") as is_open:
            if is_open:
                self._draw_buttons()

    def _draw_buttons(self) -> None:
        if notation() is not None:  # programs read files, and few of them read a comma
            st.caption(_("Numbers in files and programs keep the point: 0.5"))
        if (most := cache.settings().max_export_mb) <= _WORTH_A_WORD:
            st.caption(_most(most))
        for name, (title, data) in self.files.items():
            ending = name.rsplit(".", 1)[-1]
            st.download_button(
                title,
                data=bound(partial(bounded, data, most)) if callable(data) else data,
                file_name=name,
                mime=_MIME[ending],
                on_click="ignore",
                key=f"{self.key}_{ending}",
                width="stretch",
            )


def bounded(make: Callable[[], Data], most: int) -> Data:
    """A file that is asked for.

    Raises
    ------
    LearnerError
        If it has more than `most` MiB; the button says so.
    """
    data = make()
    if len(data) > most * 2**20:
        raise LearnerError(_most(most), _("Choose a shorter prompt."))
    return data


def _most(most: int) -> str:
    size = byte_size(most * 2**20)
    return _("This server makes files of up to {size}; a larger one fails.").format(size=size)


def numbers(name: str, rows: Rows, picture: Callable[[], Picture] | None = None) -> Files:
    """A figure's numbers as CSV and JSON and, if there is a `picture`, that as SVG and PNG."""
    files: dict[str, tuple[str, Callable[[], Data]]] = {
        "csv": (_("Numbers as CSV"), lambda: _table(rows).to_csv(index=False)),
        "json": (_("Numbers as JSON"), lambda: str(_table(rows).to_json(orient="records"))),
    }
    if picture is not None:
        files["svg"] = (_("Picture as SVG"), partial(_svg, picture))
        files["png"] = (_("Picture as PNG"), partial(_png, picture))
    return Files(
        f"export_{name}", {f"gpt2-{name}.{ending}": file for ending, file in files.items()}
    )


def _table(rows: Rows) -> pd.DataFrame:
    return pd.DataFrame(rows())


def _svg(picture: Callable[[], Picture]) -> str:
    return picture().svg()


def _png(picture: Callable[[], Picture]) -> bytes:
    return picture().png()
