"""All heads of all layers as small pictures; pointing previews one, a click pins it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from core.charts.theme import ACCENT
from core.language import _
from pages.components.shared.declare import component
from pages.components.shared.wire import pack

_component = component(Path(__file__).parent)


def head_grid(
    pictures: np.ndarray,
    names: Sequence[str],
    *,
    key: str,
    chosen: tuple[int, int],
    scores: np.ndarray | None,
    order: Sequence[tuple[int, int]] | None,
    on_pick: Callable[[], None],
) -> None:
    """All heads as small patterns; a click calls `on_pick`, which asks `picked` for layer and head.

    Parameters
    ----------
    pictures : shape (n_layer, n_head, s, s), uint8, 255 for a weight of one
    names : one per head in the order of the layers; what the preview says
    chosen : (layer, head) that is pinned
    scores : shape (n_layer, n_head) in [0, 1] or NaN; a bar under each picture
    order : (layer, head) in the order to show, or None for layers x heads
    """
    n_layer, n_head, size, _size = pictures.shape
    head = {
        "layers": n_layer,
        "heads": n_head,
        "size": size,
        "picked": chosen[0] * n_head + chosen[1],
        "names": list(names),
        "scores": None if scores is None else _bars(scores),
        "order": None if order is None else [layer * n_head + head for layer, head in order],
        "accent": ACCENT,
        "words": {"score": _("Score"), "grid": _("Attention of every head. Showing")},
    }
    _component(key=key, data=pack(head, pictures), on_pick_change=on_pick)


def _bars(scores: np.ndarray) -> list[float | None]:
    return [None if np.isnan(v) else round(float(v), 4) for v in scores.ravel()]
