"""Where the words of a map are written, so that none covers another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: Widths of the map in pixels for which its labels are placed: each serves up to the next.
PLOTS = (280.0, 440.0, 640.0)
#: Its height in pixels, axes left out.
PLOT_HEIGHT = 400.0
#: Half of a letter's width and of a line's height, in pixels.
LETTER, LINE = 4.4, 8.0

Box = tuple[float, float, float, float]
Shift = tuple[int, int]


def label_rows(
    points: np.ndarray, labels: Sequence[str], reach: np.ndarray, first: np.ndarray
) -> list[tuple[int, float, float, float, float]]:
    """The labels that have room, for each of the widths in `PLOTS`.

    Parameters
    ----------
    points, labels, reach, first : as for `place_labels`

    Returns
    -------
    For each: its index, where it stands in the points' own units, and the widths in pixels
    from and below which it does.
    """
    placed = []
    # How wide the map is, only the browser knows: it shows the labels that have room there.
    for width, below in zip(PLOTS, (*PLOTS[1:], 1e9), strict=True):
        unit = np.array([(reach[1] - reach[0]) / width, (reach[2] - reach[3]) / PLOT_HEIGHT])
        start = 0.0 if width == PLOTS[0] else width
        for n, shift in enumerate(place_labels(points, labels, reach, first, width)):
            if shift is not None:
                x, y = (points[n] + shift * unit).tolist()
                placed.append((n, x, y, start, below))
    return placed


def place_labels(
    points: np.ndarray,
    labels: Sequence[str],
    reach: np.ndarray,
    first: np.ndarray,
    width: float = PLOTS[-1],
) -> list[Shift | None]:
    """Where labels go so that none covers another; those without room are left out.

    Parameters
    ----------
    points : shape (n, 2)
    labels : length n
    reach : shape (4,): the corners of the picture in the points' units
    first : indices in the order in which they may choose their place
    width : of the picture, in pixels

    Returns
    -------
    For each label its shift in pixels, right and down; None if there is no room.
    """
    x = (points[:, 0] - reach[0]) / max(reach[1] - reach[0], 1e-9) * width
    y = (reach[3] - points[:, 1]) / max(reach[3] - reach[2], 1e-9) * PLOT_HEIGHT
    taken: list[Box] = []
    found: list[Shift | None] = [None] * len(labels)
    for n in map(int, first):
        half = LETTER * len(labels[n])
        for right, down in ((0, -13), (0, 15), (int(half) + 9, 1), (-int(half) - 9, 1)):
            box = _box(x[n] + right, y[n] + down, half)
            if _is_free(box, taken, width):
                taken.append(box)
                found[n] = (right, down)
                break
    return found


def _box(x: float, y: float, half: float) -> Box:
    return x - half, y - LINE, x + half, y + LINE


def _is_free(box: Box, taken: Sequence[Box], width: float) -> bool:
    # Beyond the edges lie the axes' own labels.
    return box[0] >= 0 and box[2] <= width and not any(_overlap(box, other) for other in taken)


def _overlap(one: Box, other: Box) -> bool:
    return (
        one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    )  # fmt: skip
