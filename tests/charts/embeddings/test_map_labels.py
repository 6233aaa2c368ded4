"""Labels of the map keep out of each other's way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.charts.embeddings.map_labels import (
    LETTER,
    LINE,
    PLOT_HEIGHT,
    PLOTS,
    label_rows,
    place_labels,
)

POINTS = np.random.default_rng(0).normal(size=(60, 2))


@given(
    st.lists(st.text("abcdefgh", min_size=1, max_size=12), min_size=1, max_size=60),
    st.sampled_from(PLOTS),
)
@settings(max_examples=60, deadline=None)
def test_labels_never_cover_each_other(labels: list[str], width: float) -> None:
    reach = np.array([-3.0, 3, -3, 3])
    points = POINTS[: len(labels)]
    found = place_labels(points, labels, reach, np.arange(len(labels)), width)
    assert found[0] is not None  # the first to choose always has room
    boxes = []
    for (x, y), text, shift in zip(points, labels, found, strict=True):
        if shift is not None:
            centre = (x + 3) / 6 * width + shift[0], (3 - y) / 6 * PLOT_HEIGHT + shift[1]
            boxes.append((*centre, 4.4 * len(text)))
            # The axes' own labels lie beyond the edges.
            assert 4.4 * len(text) <= centre[0] + 1e-6
            assert centre[0] + 4.4 * len(text) <= width + 1e-6
    for n, one in enumerate(boxes):
        for other in boxes[:n]:
            apart = abs(one[0] - other[0]) >= one[2] + other[2] - 1e-6
            assert apart or abs(one[1] - other[1]) >= 16 - 1e-6


def test_a_crowd_is_named_at_the_ends_of_lines() -> None:
    reach = np.array([-3.0, 3, -3, 3])
    crowd = np.random.default_rng(1).normal(scale=0.2, size=(24, 2))
    placed = label_rows(crowd, ["mouse"] * 24, reach, np.arange(24))
    wide = [row for row in placed if row.from_width == PLOTS[-1]]
    assert len(wide) == 24
    far = [row for row in wide if (row.line_x, row.line_y) != tuple(crowd[row.index])]
    assert far
    for row in far:  # its line ends at the label's edge, not in its letters
        right = (row.line_x - row.x) / 6 * PLOTS[-1]
        down = (row.line_y - row.y) / 6 * PLOT_HEIGHT
        edge = max(abs(right) / (5 * LETTER), abs(down) / LINE)
        assert edge == pytest.approx(1, abs=1e-6)


def test_a_label_covers_no_dot_where_it_has_a_choice() -> None:
    reach = np.array([-3.0, 3, -3, 3])
    points = np.array([[0.0, 0], [0, 0.2], [0.5, 0]])  # a dot above the first, one at its right
    placed = place_labels(points, ["mouse"] * 3, reach, np.arange(3), 600)
    assert placed[0] == (0, 15)
