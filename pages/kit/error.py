"""An error on a page: a sentence and its cure."""

from __future__ import annotations

import streamlit as st

from core.errors import LearnerError


def show_error(error: LearnerError, *, key: str = "learner_error") -> None:
    """An error as a sentence and its cure; never typed text as Markdown. `key`: once on a page."""
    with st.container(border=True, key=key):
        left, right = st.columns([1, 14], vertical_alignment="center")
        left.markdown(":material/error:")
        with right:
            st.text(error.problem)
            st.text(error.cure)
