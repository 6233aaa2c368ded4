"""GPT-2's vocabulary: what each id stands for, and which merge made it.

Ids are the currency here: a merge rule joins two ids into a third.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
from tokenizers import Tokenizer

from core.tokens.byte_table import byte_decoder, byte_encoder
from core.tokens.label import bytes_label, spell, text_of

if TYPE_CHECKING:  # importing transformers takes seconds; the first page does not wait for it
    from transformers import GPT2TokenizerFast


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Everything that is known about the tokens before any text is read.

    Attributes
    ----------
    data : the bytes of each token, indexed by id
    raw : the same as an Arrow array, for searching
    texts : the same as text; null where the bytes are not valid UTF-8 alone
    lower : `texts` in lower case
    rank : shape (n_vocab,); number of the merge that made each token, counted
        from 0; -1 for single bytes and for ``<|endoftext|>``
    left, right : shape (n_vocab,); the two ids that this merge joined, else -1
    byte_ids : the id of each of the 256 bytes
    merges : (left id, right id) -> (rank, id of the product)
    backend : a private copy of the tokenizer in which ``<|endoftext|>`` typed as
        text stays text; nothing ever changes it, so threads may share it
    """

    data: tuple[bytes, ...]
    raw: pa.Array
    texts: pa.Array
    lower: pa.Array
    rank: np.ndarray
    left: np.ndarray
    right: np.ndarray
    byte_ids: tuple[int, ...]
    merges: dict[tuple[int, int], tuple[int, int]]
    backend: Tokenizer

    def __len__(self) -> int:
        return len(self.data)


_known: WeakKeyDictionary[Any, Vocabulary] = WeakKeyDictionary()
_lock = threading.Lock()


def vocabulary(tokenizer: GPT2TokenizerFast) -> Vocabulary:
    """The vocabulary of a tokenizer; made once for each tokenizer in memory.

    Parameters
    ----------
    tokenizer : a transformers GPT-2 tokenizer (byte-level, pairs merged by rank)
    """
    with _lock:
        known = _known.get(tokenizer)
        if known is None:
            known = _known[tokenizer] = _read(tokenizer.backend_tokenizer.to_str())
    return known


def _read(specification: str) -> Vocabulary:
    backend = Tokenizer.from_str(specification)
    backend.encode_special_tokens = True
    backend.no_truncation()
    backend.no_padding()
    model = json.loads(specification)["model"]
    ids: dict[str, int] = model["vocab"]
    data = _token_data(backend, ids)
    texts = [text_of(d) for d in data]
    merges = {(ids[a], ids[b]): (rank, ids[a + b]) for rank, (a, b) in enumerate(model["merges"])}
    return Vocabulary(
        tuple(data),
        pa.array(data, type=pa.binary()),
        pa.array(texts, type=pa.string()),
        pa.array([None if t is None else t.lower() for t in texts], type=pa.string()),
        *_origins(merges, len(data)),
        tuple(ids[c] for c in byte_encoder()),
        merges,
        backend,
    )


def _token_data(backend: Tokenizer, ids: dict[str, int]) -> list[bytes]:
    data = [b""] * backend.get_vocab_size(with_added_tokens=True)
    added = backend.get_added_tokens_decoder()
    table = byte_decoder()
    for name, token_id in ids.items():
        if token_id not in added:
            data[token_id] = bytes(table[c] for c in name)
    for token_id, token in added.items():  # <|endoftext|>: its name is not spelled in the table
        data[token_id] = token.content.encode()
    return data


def _origins(
    merges: dict[tuple[int, int], tuple[int, int]], n_vocab: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rank, left and right of the first merge that makes each token."""
    rank, left, right = (np.full(n_vocab, -1, dtype=np.int32) for _column in range(3))
    for (a, b), (place, product) in merges.items():
        if rank[product] < 0:
            rank[product], left[product], right[product] = place, a, b
    for array in (rank, left, right):
        array.flags.writeable = False
    return rank, left, right


def token_bytes(tokenizer: GPT2TokenizerFast, token_id: int) -> bytes:
    """The bytes that a token stands for.

    Raises
    ------
    ValueError
        If there is no such token.
    """
    data = vocabulary(tokenizer).data
    number = int(token_id)
    if not 0 <= number < len(data):
        raise ValueError(f"there is no token {token_id}")
    return data[number]


def token_label(tokenizer: GPT2TokenizerFast, token_id: int) -> str:
    """A token as the screen shows it: its text, white space marked, or its bytes in hex.

    Raises
    ------
    ValueError
        If there is no such token.
    """
    return bytes_label(token_bytes(tokenizer, token_id))


def ranks(vocab: Vocabulary, ids: Sequence[int]) -> list[int | None]:
    """The number of the merge that made each token; None for single bytes."""
    found = vocab.rank[list(ids)].tolist()
    return [None if rank < 0 else rank for rank in found]


def decode(vocab: Vocabulary, ids: Sequence[int] | np.ndarray) -> str:
    """The text of ids; see `spell` for bytes that are no text."""
    return spell(b"".join(vocab.data[i] for i in ids))
