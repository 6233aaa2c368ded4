"""A pattern's numbers to take away."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pandas as pd


def csv_table(pattern: np.ndarray, labels: Sequence[str]) -> str:
    """A pattern as CSV: one row per query, one column per key, positions in front of the tokens."""
    names = [f"{i} {text}" for i, text in enumerate(labels)]
    return pd.DataFrame(pattern, index=names, columns=names).to_csv(
        float_format="%.8g", index_label="query \\ key"
    )


def npz_file(**arrays: np.ndarray | tuple[int, ...]) -> bytes:
    """Arrays as a NumPy archive."""
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()
