"""Colours, sizes and shared pieces of every chart.

The ramps are also in ``.streamlit/config.toml``, from where Vega takes them
(`alt.Scale(domainMid=0)` picks the diverging ramp, a plain quantitative colour
scale the sequential one); a test keeps the two equal. Python needs them only to
paint images (long attention patterns) and components.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from core.numbers import notation

FONT_SIZE = 14
#: Pixels of a figure's own width under which a legend's entries stand below each other.
NARROW = 420
MONOSPACE = "Source Code Pro, monospace"

#: Okabe & Ito (2008), Color Universal Design: eight colours that colour-blind people tell apart.
#: Yellow and black are left out: neither is legible on both themes.
CATEGORIES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
BLUE, ORANGE = "#0072B2", "#E69F00"
#: What the eye should find first: the chosen token, the query, the drawn token.
ACCENT = "#D55E00"
#: Grey that is seen on both themes: what is neither joined nor chosen.
QUIET = "#8A8799"

#: Probabilities and weights: one hue, zero has the colour of the page.
SEQUENTIAL_LIGHT = (
    "#F4F1FA",
    "#E3DCF2",
    "#D0C5E9",
    "#BBABDF",
    "#A591D3",
    "#8F77C6",
    "#785DB5",
    "#61459F",
    "#4A2F84",
    "#331A66",
)
SEQUENTIAL_DARK = (
    "#1B1A27",
    "#2A2540",
    "#3A3159",
    "#4C3E73",
    "#5F4D8D",
    "#755FA7",
    "#8C75BE",
    "#A68FD3",
    "#C3AFE6",
    "#E2D6F7",
)
#: Signed values: blue below zero, orange above.
DIVERGING_LIGHT = (
    "#08519C",
    "#2F7ABF",
    "#6BA3D6",
    "#A6CBE9",
    "#DCE9F5",
    "#FBE8D3",
    "#F8C88F",
    "#EF9F4A",
    "#D9751A",
    "#A84E00",
)
DIVERGING_DARK = (
    "#7CC4FF",
    "#4FA3E6",
    "#337FBD",
    "#255C8A",
    "#1C3A56",
    "#4F3517",
    "#80501A",
    "#B56F1C",
    "#E39331",
    "#FFBE66",
)

#: Text inside a chart; the same as the themes' text colours.
INK_LIGHT, INK_DARK = "#1F1B2D", "#F1EEF8"


def ramp(values: np.ndarray, dark: bool, *, signed: bool = False) -> np.ndarray:
    """Colours for an image.

    Parameters
    ----------
    values : any shape; in [0, 1], or in [-1, 1] if `signed`
    dark : whether the page is dark

    Returns
    -------
    shape (*values.shape, 3), uint8
    """
    if signed:
        stops = DIVERGING_DARK if dark else DIVERGING_LIGHT
        values = (np.asarray(values) + 1) / 2
    else:
        stops = SEQUENTIAL_DARK if dark else SEQUENTIAL_LIGHT
    table = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in stops], dtype=float)
    at = np.clip(values, 0, 1) * (len(stops) - 1)
    low = np.clip(np.floor(at).astype(int), 0, len(stops) - 2)
    part = (at - low)[..., None]
    return np.rint(table[low] * (1 - part) + table[low + 1] * part).astype(np.uint8)


def axis(title: str | list[str] | None = None, **options: Any) -> alt.Axis:
    """An axis that can be read from the last row; a title may have two lines, for a phone."""
    sizes = {"labelFontSize": FONT_SIZE, "titleFontSize": FONT_SIZE, "labelLimit": 200}
    # Streamlit's theme pushes the first and the last label inwards, off the values they name.
    # Where numbers leave out those without room, they leave some between them too.
    return alt.Axis(title=title, **{**sizes, "labelFlush": False, "labelSeparation": 6, **options})


def token_axis(title: str | None = None, **options: Any) -> alt.Axis:
    """An axis whose labels are tokens: monospaced, none left out."""
    return axis(title, **{"labelFont": MONOSPACE, "labelOverlap": False, **options})


def legend(title: str | None = None, **options: Any) -> alt.Legend:
    """A legend that can be read from the last row."""
    sizes: dict[str, Any] = {"labelFontSize": FONT_SIZE, "titleFontSize": FONT_SIZE}
    sizes |= {"titleLimit": 260, "labelLimit": 300}
    if "orient" in options:  # above or below the figure
        sizes["columns"] = folding()
    return alt.Legend(title=title, **{**sizes, **options})


def folding(columns: int = 0) -> alt.ExprRef:
    """Columns of a legend: so many (0: all in one row), and one alone where a figure is narrow."""
    return alt.ExprRef(f"width < {NARROW} ? 1 : {columns}")


def upright(*, always: bool) -> dict[str, Any]:
    """Options of an axis whose labels stand on end, always or where a figure is narrow."""
    if always:
        return {"labelAngle": -90}
    narrow = f"width < {NARROW}"
    return {
        "labelAngle": alt.ExprRef(f"{narrow} ? -90 : 0"),
        "labelAlign": alt.ExprRef(f"{narrow} ? 'right' : 'center'"),
        "labelBaseline": alt.ExprRef(f"{narrow} ? 'middle' : 'top'"),
    }


def weight_domain(largest: float = 1.0) -> list[float]:
    """From zero to the largest weight, and never from zero to zero."""
    return [0.0, max(float(largest), 1e-12)]


def weight_scale(largest: float | str = 1.0) -> alt.Scale:
    """Weights and probabilities: the sequential ramp, starting at zero.

    Parameters
    ----------
    largest : gets the strongest colour; or a slot for `weight_domain`
    """
    domain = largest if isinstance(largest, str) else weight_domain(largest)
    return alt.Scale(domain=domain, clamp=True)


def signed_domain(largest: float) -> list[float]:
    """As far below zero as above it, and never from zero to zero."""
    bound = max(float(largest), 1e-12)
    return [-bound, bound]


def signed_scale(largest: float | str) -> alt.Scale:
    """Signed values: the diverging ramp, zero in the middle.

    Parameters
    ----------
    largest : absolute value of the strongest colours; or a slot for `signed_domain`
    """
    domain = largest if isinstance(largest, str) else signed_domain(largest)
    # Vega's own way from blue to orange, by hue, leads through green or through purple.
    return alt.Scale(domain=domain, domainMid=0, clamp=True, interpolate="rgb")


def number_locale() -> dict[str, Any]:
    """How Vega writes numbers in the session's language; nothing where that is its own way."""
    found = notation()
    return {} if found is None else _locale(*found)


# Altair holds what it makes against Vega-Lite's schema, which takes a millisecond.
@lru_cache(maxsize=32)
def _locale(decimals: str, thousands: str, percent: str) -> dict[str, Any]:
    number = alt.NumberLocale(
        decimal=decimals, thousands=thousands, grouping=[3], currency=["", ""],
        percent=percent.replace("#", ""),
    )  # fmt: skip
    return {"locale": {"number": number.to_dict()}}


def text_in_expressions(name: str) -> str:
    """A text that a list to sort by, or a label's expression, may hold.

    Vega takes the text "if" there for its function of that name and logs an unknown signal; an
    invisible joiner behind it keeps it a text.
    """
    return f"{name}\u2060" if name == "if" else name
