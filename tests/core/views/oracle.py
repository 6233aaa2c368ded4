"""What tests of the embeddings' views are held against."""

from __future__ import annotations

import numpy as np
import torch

TEXT = "They sat on the bank of the river. He took the money to the bank"


def tolerance(loaded) -> float:
    return 2e-2 if loaded.model.dtype == torch.bfloat16 else 1e-4


def brute(wte: np.ndarray, vector: np.ndarray, by: str) -> np.ndarray:
    products = wte @ vector
    if by == "dot":
        return products
    return products / (np.linalg.norm(wte, axis=1) * np.linalg.norm(vector))
