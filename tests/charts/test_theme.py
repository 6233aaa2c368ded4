"""Colours: one place, legible, and told apart by everybody."""

from __future__ import annotations

import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from core.charts import theme

CONFIG = tomllib.loads(
    (Path(__file__).parent.parent.parent / ".streamlit" / "config.toml").read_text()
)["theme"]


def test_config_and_theme_hold_the_same_colours() -> None:
    assert tuple(CONFIG["chartCategoricalColors"]) == theme.CATEGORIES
    assert tuple(CONFIG["light"]["chartSequentialColors"]) == theme.SEQUENTIAL_LIGHT
    assert tuple(CONFIG["dark"]["chartSequentialColors"]) == theme.SEQUENTIAL_DARK
    assert tuple(CONFIG["light"]["chartDivergingColors"]) == theme.DIVERGING_LIGHT
    assert tuple(CONFIG["dark"]["chartDivergingColors"]) == theme.DIVERGING_DARK


def _rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def _linear(colour: str) -> np.ndarray:
    rgb = _rgb(colour)
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _luminance(colour: str) -> float:
    return float(_linear(colour) @ [0.2126, 0.7152, 0.0722])


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_and_links_reach_the_contrast_of_wcag_aa(mode: str) -> None:
    for surface in ("backgroundColor", "secondaryBackgroundColor"):
        assert _contrast(CONFIG[mode]["textColor"], CONFIG[mode][surface]) >= 7
        assert _contrast(CONFIG[mode]["linkColor"], CONFIG[mode][surface]) >= 4.5
        assert _contrast(CONFIG[mode]["primaryColor"], CONFIG[mode][surface]) >= 4.5


@pytest.mark.parametrize("ramp", [theme.SEQUENTIAL_LIGHT, theme.SEQUENTIAL_DARK])
def test_the_sequential_ramp_never_turns_back(ramp: tuple[str, ...]) -> None:
    steps = np.diff([_luminance(c) for c in ramp])
    assert np.all(steps < 0) or np.all(steps > 0)


#: Viénot, Brettel & Mollon (1999): what is left of linear RGB for protanopes and deuteranopes.
DICHROMATS = {
    "protan": np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]),
    "deutan": np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]),
}


@pytest.mark.parametrize("kind", list(DICHROMATS))
def test_categories_and_signs_differ_for_colour_blind_people(kind: str) -> None:
    def seen(colour: str) -> np.ndarray:
        return DICHROMATS[kind] @ _linear(colour)

    for one, other in combinations(theme.CATEGORIES, 2):
        assert np.linalg.norm(seen(one) - seen(other)) > 0.04, (one, other)
    for ramp in (theme.DIVERGING_LIGHT, theme.DIVERGING_DARK):
        assert np.linalg.norm(seen(ramp[0]) - seen(ramp[-1])) > 0.25


def test_images_take_the_ramps_ends() -> None:
    ends = theme.ramp(np.array([0.0, 1.0]), dark=False)
    assert ends.tolist() == [
        np.rint(255 * _rgb(theme.SEQUENTIAL_LIGHT[0])).astype(int).tolist(),
        np.rint(255 * _rgb(theme.SEQUENTIAL_LIGHT[-1])).astype(int).tolist(),
    ]
    low, high = theme.ramp(np.array([-1.0, 1.0]), dark=True, signed=True).tolist()
    assert low == np.rint(255 * _rgb(theme.DIVERGING_DARK[0])).astype(int).tolist()
    assert high == np.rint(255 * _rgb(theme.DIVERGING_DARK[-1])).astype(int).tolist()


def test_first_and_last_labels_stand_at_their_ticks() -> None:
    assert theme.axis("x").to_dict()["labelFlush"] is False
    assert theme.token_axis().to_dict()["labelFlush"] is False


def test_the_page_knows_the_inks_of_words_in_charts() -> None:
    css = Path(__file__).parent.parent.parent / "pages" / "shell" / "legible.css"
    for ink in (theme.INK_LIGHT, theme.INK_DARK):
        assert f'svg text[fill="{ink}"]' in css.read_text()
