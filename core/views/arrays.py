"""Between tensors and arrays. Views hand out read-only arrays, because all sessions share them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel


def tensor(loaded: LoadedModel, array: np.ndarray) -> torch.Tensor:
    """An array as the model's modules take it: on its device, in its precision."""
    # A copy: torch warns of read-only arrays because it could write into them.
    return torch.from_numpy(np.array(array)).to(loaded.device, loaded.model.dtype)


def integers(tensor: torch.Tensor) -> np.ndarray:
    """A read-only int32 NumPy copy of a tensor, on the processor."""
    return read_only(tensor.cpu().numpy().copy(), np.int32)


def read_only(array: np.ndarray, dtype: type = np.float32) -> np.ndarray:
    """An array that nothing can write into; a copy only where it was part of another one."""
    array = np.ascontiguousarray(array, dtype=dtype)
    if not array.flags.owndata:
        array = array.copy()
    array.flags.writeable = False
    return array


def handed_over(tensor: torch.Tensor) -> np.ndarray:
    """A tensor that nobody else holds, as a read-only array; on the processor without a copy."""
    array = tensor.detach().to("cpu", torch.float32).contiguous().numpy()
    array.flags.writeable = False
    return array
