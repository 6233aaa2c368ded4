"""Where the words of a map are written, so that none covers another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

#: Widths of the map in pixels for which its labels are placed: each serves up to the next.
PLOTS = (250.0, 440.0, 640.0, 1000.0)
#: Its height in pixels, axes left out.
PLOT_HEIGHT = 360.0
#: Half of a letter's width and of a line's height, in pixels.
LETTER, LINE = 4.4, 8.0
#: Half of what a dot covers, in pixels.
_DOT = 5.0

#: Where there is no room beside a dot, its word stands farther off, at the end of a line.
_RADII = (26.0, 40.0, 56.0, 76.0, 100.0)
_ANGLES = np.deg2rad(np.arange(-90, 270, 30))
_AROUND = np.array(
    [(np.cos(angle), np.sin(angle), radius) for radius in _RADII for angle in _ANGLES]
)

Shift = tuple[int, int]


class Placed(NamedTuple):
    """A label that has room.

    Attributes
    ----------
    index : of its point
    x, y : where it stands, in the points' own units
    from_width, below : the widths of the map in pixels from and below which it stands there
    line_x, line_y : where the line from its dot ends; the dot itself if the label is beside it
    """

    index: int
    x: float
    y: float
    from_width: float
    below: float
    line_x: float
    line_y: float


def label_rows(
    points: np.ndarray, labels: Sequence[str], reach: np.ndarray, first: np.ndarray
) -> list[Placed]:
    """The labels that have room, for each of the widths in `PLOTS`.

    Parameters
    ----------
    points, labels, reach, first : as for `place_labels`
    """
    placed = []
    # How wide the map is, only the browser knows: it shows the labels that have room there.
    for width, below in zip(PLOTS, (*PLOTS[1:], 1e9), strict=True):
        unit = np.array([(reach[1] - reach[0]) / width, (reach[2] - reach[3]) / PLOT_HEIGHT])
        start = 0.0 if width == PLOTS[0] else width
        for n, shift in enumerate(place_labels(points, labels, reach, first, width)):
            if shift is not None:
                at = (points[n] + shift * unit).tolist()
                end = (points[n] + _line(shift, LETTER * len(labels[n])) * unit).tolist()
                placed.append(Placed(n, *at, start, below, *end))
    return placed


def _line(shift: Shift, half: float) -> np.ndarray:
    """Where the line to a label ends: at the edge that is nearest to the dot, which is at 0, 0."""
    right, down = shift
    nearest = np.clip((0, 0), (right - half, down - LINE), (right + half, down + LINE))
    return nearest if np.hypot(*nearest) > 2 * LINE else np.zeros(2)


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
    x = (points[first, 0] - reach[0]) / max(reach[1] - reach[0], 1e-9) * width
    y = (reach[3] - points[first, 1]) / max(reach[3] - reach[2], 1e-9) * PLOT_HEIGHT
    dots = np.column_stack([x, y])
    half = LETTER * np.array([len(labels[n]) for n in first], dtype=float)
    shifts = _shifts(half)
    boxes = _boxes(dots, half, shifts)
    cost = np.where(_inside(boxes, width), _covered(boxes, dots), np.inf)
    taken = np.empty((0, 4))
    found: list[Shift | None] = [None] * len(labels)
    for n, own, shift, dear in zip(first.tolist(), boxes, shifts, cost, strict=True):
        best = int(np.where(_hit(own, taken), np.inf, dear).argmin())
        if dear[best] < np.inf and not _hit(own[best, None], taken)[0]:
            taken = np.vstack([taken, own[best]])
            found[n] = (int(shift[best, 0]), int(shift[best, 1]))
    return found


def _shifts(half: np.ndarray) -> np.ndarray:
    """Places for labels of these half widths, (label, place, 2): beside the dot, then farther."""
    half = half[:, None]
    none = np.zeros_like(half)
    right = np.hstack([none, none, half + 9, -half - 9, _AROUND[:, 0] * (_AROUND[:, 2] + half)])
    down = np.hstack([np.array([-13.0, 15, 1, 1]), _AROUND[:, 1] * _AROUND[:, 2]])
    return np.stack([right, np.broadcast_to(down, right.shape)], axis=-1).astype(int).astype(float)


def _boxes(dots: np.ndarray, half: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """What each label would cover at each of its places: (label, place, 4)."""
    size = np.stack([half, np.full_like(half, LINE)], axis=-1)[:, None]
    centre = dots[:, None] + shifts
    return np.concatenate([centre - size, centre + size], axis=-1)


def _inside(boxes: np.ndarray, width: float) -> np.ndarray:
    # Beyond the edges lie the axes' own labels.
    across = (boxes[..., 0] >= 0) & (boxes[..., 2] <= width)
    return across & (boxes[..., 1] >= -LINE) & (boxes[..., 3] <= PLOT_HEIGHT + LINE)


def _covered(boxes: np.ndarray, dots: np.ndarray) -> np.ndarray:
    """How many dots each box lies on: of two places that are free the one with fewer is taken."""
    x, y = dots.T
    across = (boxes[..., 0, None] < x + _DOT) & (x - _DOT < boxes[..., 2, None])
    upright = (boxes[..., 1, None] < y + _DOT) & (y - _DOT < boxes[..., 3, None])
    return (across & upright).sum(axis=-1).astype(float)


def _hit(boxes: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Whether each box lies on one of those that are taken."""
    one, other = boxes[:, None], taken[None]
    across = (one[..., 0] < other[..., 2]) & (other[..., 0] < one[..., 2])
    upright = (one[..., 1] < other[..., 3]) & (other[..., 1] < one[..., 3])
    return (across & upright).any(axis=1)
