"""Principal axes: the directions in which a cloud of points differs most.

X - mean = U S Vᵀ        the rows of Vᵀ are the axes, S² / ΣS² their shares of the variance
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA

from core.errors import LearnerError
from core.language import _
from core.views.arrays import read_only


class TooFewPoints(LearnerError):
    """A map of fewer than three different points says nothing."""

    def __init__(self, n: int) -> None:
        super().__init__(
            _("A map needs three different points; here there are {n}.").format(n=n),
            _("Choose a set of words, or write a longer prompt."),
        )
        self.n = n

    def __reduce__(self):
        return type(self), (self.n,)


#: Clouds with at most this many points or dimensions are decomposed whole.
SMALL = 100


@dataclass(frozen=True, eq=False)
class Axes:
    """Principal axes of a cloud of points.

    Attributes
    ----------
    centre : shape (n_embd,)
    axes : shape (n, n_embd); rows of length 1
    explained : shape (n,); each axis' share of the variance
    """

    centre: np.ndarray
    axes: np.ndarray
    explained: np.ndarray

    def place(self, points: np.ndarray) -> np.ndarray:
        """Coordinates of points: (..., n_embd) to (..., n)."""
        return read_only((points - self.centre) @ self.axes.T)


def principal_axes(points: np.ndarray, n: int = 2) -> Axes:
    """PCA with signs that do not flip: the largest entry of each axis is positive.

    Parameters
    ----------
    points : shape (n_points, n_embd)
    n : how many axes; axes that the points do not span are zero

    Raises
    ------
    TooFewPoints
        If fewer than three of the points differ.

    References
    ----------
    Pearson (1901), On Lines and Planes of Closest Fit to Systems of Points in Space.
    """
    different = len({row.tobytes() for row in points})
    if different < 3:
        raise TooFewPoints(different)
    points = np.asarray(points, dtype=np.float32)
    decompose = all_axes if min(points.shape) <= SMALL else first_axes
    found, shares = decompose(points, min(n, *points.shape))
    axes = np.zeros((n, points.shape[1]), dtype=np.float32)
    explained = np.zeros(n, dtype=np.float32)
    axes[: len(found)], explained[: len(found)] = found, shares
    largest = axes[np.arange(n), np.abs(axes).argmax(axis=1)]
    axes *= np.where(largest < 0, -1.0, 1.0)[:, None].astype(np.float32)
    return Axes(read_only(points.mean(axis=0)), read_only(axes), read_only(explained))


def all_axes(points: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The first n axes and their shares of the variance, by the definition.

    Returns
    -------
    shape (n, n_embd) and (n,); the axes' signs are as they fall
    """
    _left, singular, axes = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    variance = singular**2
    return axes[:n], variance[:n] / variance.sum()


def first_axes(points: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The same by Lanczos, which finds the first axes of a large cloud far sooner than all."""
    fitted = PCA(n, svd_solver="arpack", random_state=0).fit(points)
    return fitted.components_, fitted.explained_variance_ratio_
