"""How did we get here: six steps, in the prose's sections ``history_<year>``."""

from __future__ import annotations

import streamlit as st

from core.language import _
from core.model.family import GPT3, family
from core.numbers import parameters
from pages.kit.current import Current
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.kit.prose import prose

YEARS = (1997, 2014, 2017, 2019, 2020, 2022)


@panel("overview/history", title=lambda at: _("How did we get here?"), depth="deeper")
def history(now: Current, at: Values) -> Shown:
    return Shown(_cards, _so_what(now.engine.shape.n_params))


def _so_what(n_params: int) -> str:
    first, last = family()[0], next(one for one in family() if one.n_params == GPT3)
    return _(
        "From {then} to {now} the idea stayed and the size grew: {first} of {year} has {small}"
        " parameters, {last} {large}. The model on this page has {mine}, and is built in the"
        " same way."
    ).format(
        then=YEARS[2], now=YEARS[-1], first=first.name, year=first.year, last=last.name,
        small=parameters(first.n_params or 0), large=parameters(GPT3), mine=parameters(n_params),
    )  # fmt: skip


def _cards() -> None:
    for start in range(0, len(YEARS), 3):
        for column, year in zip(st.columns(3), YEARS[start : start + 3], strict=True):
            name, text = prose("overview", f"history_{year}").split("\n", 1)
            with column.container(border=True, height="stretch", key=f"year_{year}"):
                st.markdown(f"**{year} · {name}**")
                st.markdown(text)
