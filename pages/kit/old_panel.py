"""A panel: one question, at most two sentences, controls, a figure, its numbers, its Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import altair as alt
import streamlit as st
from altair.utils.schemapi import disable_debug_mode

from core.charts.theme import INK_DARK, INK_LIGHT
from core.language import _

# Checking a chart against Vega-Lite's schema takes longer than drawing it; the tests do that.
disable_debug_mode()


class _Unchecked:
    """What Streamlit needs of a chart: its Vega-Lite, not held against the schema once more."""

    def __init__(self, figure: alt.TopLevelMixin) -> None:
        self._figure = figure

    def to_dict(self) -> dict[str, Any]:
        return self._figure.to_dict(validate=False)


@contextmanager
def panel(title: str, text: str, *, key: str) -> Iterator[None]:
    """A bordered container with a heading and at most two sentences.

    Parameters
    ----------
    title : the panel's one question
    text : what you see and why it matters; our own Markdown, never typed text
    key : unique on the page; also the panel's CSS class for tests (``st-key-...``)
    """
    with st.container(border=True, key=key):
        st.subheader(title, anchor=False)
        st.markdown(text)
        yield


def chart(figure: alt.TopLevelMixin | dict[str, Any], *, key: str, alt: str, **options: Any) -> Any:
    """Show a chart with the app's theme.

    Parameters
    ----------
    figure : as a function of `core.charts` returns it
    key : unique on the page
    alt : the figure in words, for screen readers
    options : of `st.altair_chart`, such as ``on_select``
    """
    # Streamlit leaves the text inside a chart black, and on a light page writes its axes in a grey
    # of 3.7 to 1 in contrast, which a projector swallows.
    ink = INK_DARK if st.context.theme.type == "dark" else INK_LIGHT
    around = {"labelColor": ink, "titleColor": ink}
    options = {"width": "stretch", "theme": "streamlit", **options, "key": key, "alt": alt}
    if isinstance(figure, dict):
        config = {"text": {"color": ink}, "axis": around, "legend": around}
        return st.vega_lite_chart({**figure, "config": config}, **options)
    figure = figure.configure_text(color=ink).configure_axis(**around).configure_legend(**around)  # type: ignore[attr-defined]
    return st.altair_chart(_Unchecked(figure), **options)  # type: ignore[arg-type]


#: What a browser calls the files that a learner can take away, by their ending.
_MIME = {
    "csv": "text/csv",
    "json": "application/json",
    "npz": "application/octet-stream",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain",
}


def export_menu(key: str, files: dict[str, tuple[str, Any]]) -> None:
    """A figure or its numbers to take away; looks the same under every figure.

    Parameters
    ----------
    key : unique on the page; a button's key is this and the file's ending
    files : by file name, what the button says and the data, or a function that makes them
        when they are asked for
    """
    with st.popover(_("Export"), icon=":material/download:"):
        for name, (title, data) in files.items():
            ending = name.rsplit(".", 1)[-1]
            st.download_button(
                title,
                data=data,
                file_name=name,
                mime=_MIME[ending],
                on_click="ignore",
                key=f"{key}_{ending}",
                width="stretch",
            )
