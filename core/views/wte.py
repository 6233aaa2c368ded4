"""The embedding matrix `wte`, a row for every token: look-ups, and products with all rows.

The matrix stays where the model keeps it, also when that is a GPU or a file on
disk; a view takes out the rows or the numbers that it shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import torch
from accelerate.utils import align_module_device

from core.errors import OutOfRange
from core.language import _
from core.model.loaded import LoadedModel
from core.numbers import count
from core.tokens.label import piece
from core.tokens.vocabulary import vocabulary
from core.views.arrays import read_only
from core.views.trace import frozen

#: Rows of `wte` that are taken at a time: they stay in the processor's cache while they are turned
#: into float32 and multiplied with several vectors.
CHUNK = 2048


@contextmanager
def weight_of(module: torch.nn.Module) -> Iterator[torch.Tensor]:
    """A module's weight where it can be computed with; offloaded weights come in for a moment."""
    with align_module_device(module):
        yield module.weight  # type: ignore[misc]


def products_with(weight: torch.Tensor, vectors: torch.Tensor) -> torch.Tensor:
    """``vectors @ weight.T`` in float32, without a float32 copy of the whole matrix.

    Parameters
    ----------
    weight : shape (n_rows, n_embd), any floating type
    vectors : shape (n, n_embd), float32

    Returns
    -------
    shape (n, n_rows), float32, on the weight's device
    """
    vectors = vectors.to(weight.device)
    if weight.device.type == "cpu" and weight.dtype == torch.float32 and len(vectors) == 1:
        # PyTorch takes one thread for a single vector, NumPy takes them all.
        return torch.from_numpy(weight.detach().numpy() @ vectors[0].numpy())[None]
    return torch.cat([vectors @ part.float().T for part in weight.split(CHUNK)], dim=1)


def rows_of(loaded: LoadedModel, ids: tuple[int, ...]) -> torch.Tensor:
    """Rows of `wte`: (len(ids), n_embd), float32, on the model's device."""
    wte = loaded.model.transformer.wte
    return wte(torch.tensor(ids, device=loaded.device)).float()


def mean_row(loaded: LoadedModel, ids: tuple[int, ...]) -> torch.Tensor:
    """The row of a token, or the mean of several: (n_embd,), float32.

    Raises
    ------
    OutOfRange
        If there is no such token.
    """
    check_ids(loaded, ids)
    return rows_of(loaded, ids).mean(dim=0)


def check_ids(loaded: LoadedModel, ids: tuple[int, ...]) -> None:
    """Refuse tokens that the vocabulary does not have, and none at all.

    Raises
    ------
    OutOfRange
    """
    if not ids or min(ids) < 0 or max(ids) >= loaded.shape.n_vocab:
        raise OutOfRange(
            _("There is no such token: ids run from 0 to {last}.").format(
                last=count(loaded.shape.n_vocab - 1)
            ),
            _("Choose a token of the prompt, or type a word."),
        )


@dataclass(frozen=True, eq=False)
class SearchIndex:
    """What every search needs to know of all tokens.

    Attributes
    ----------
    pieces : length n_vocab; invalid UTF-8 as bytes in hex
    family : shape (n_vocab,), int32
        Tokens that differ only in case or in the spaces around them have the same number.
    norms : shape (n_vocab,); lengths of the rows of `wte`
    """

    pieces: tuple[str, ...]
    family: np.ndarray
    norms: np.ndarray


#: One for each loaded model, made on first use and forgotten with the model.
_indexes: WeakKeyDictionary[LoadedModel, SearchIndex] = WeakKeyDictionary()


def search_index(loaded: LoadedModel) -> SearchIndex:
    """Pieces, families and lengths of all tokens; computed once for each model."""
    known = _indexes.get(loaded)
    if known is None:
        pieces = tuple(piece(data) for data in vocabulary(loaded.tokenizer).data)
        # White space alone is no word: a tab is not a variant of a line break.
        roots = [text.strip(" ").casefold() or text for text in pieces]
        numbers = {root: number for number, root in enumerate(dict.fromkeys(roots))}
        family = read_only(np.array([numbers[root] for root in roots]), np.int32)
        known = _indexes[loaded] = SearchIndex(pieces, family, norms(loaded))
    return known


def norms(loaded: LoadedModel) -> np.ndarray:
    """Length of every row of `wte`: (n_vocab,)."""
    with weight_of(loaded.model.transformer.wte) as weight:
        parts = [part.float().norm(dim=1) for part in weight.split(CHUNK)]
        return frozen(torch.cat(parts))
