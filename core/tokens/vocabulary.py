"""GPT-2's vocabulary: what each id stands for, which merge made it, and how to search it.

Ids are the currency here: a merge rule joins two ids into a third.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.compute
from tokenizers import Tokenizer

from core.errors import BadSearch, OutOfRange
from core.language import _

END_OF_TEXT = "<|endoftext|>"
#: Arrow makes these functions when it is imported; type checkers cannot see them.
compute: Any = pyarrow.compute
#: A longer pattern is a mistake, or an attack on the matcher's memory.
LONGEST_QUERY = 200
MOST_IDS = 10_000


@lru_cache(maxsize=1)
def byte_decoder() -> dict[str, int]:
    """GPT-2's table from the vocabulary's characters to bytes.

    Printable Latin-1 bytes stand for themselves; the other 68 are moved to the
    characters from U+0100 on, so that every token is visible text.
    """
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    table = {chr(b): b for b in visible}
    hidden = [b for b in range(256) if b not in set(visible)]
    table.update({chr(0x100 + i): b for i, b in enumerate(hidden)})
    return table


@lru_cache(maxsize=1)
def byte_encoder() -> tuple[str, ...]:
    """The other way: the character that stands for each of the 256 bytes."""
    table = {b: c for c, b in byte_decoder().items()}
    return tuple(table[b] for b in range(256))


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


_made: WeakKeyDictionary[Any, Vocabulary] = WeakKeyDictionary()
_making = threading.Lock()


def vocabulary(tokenizer: Any) -> Vocabulary:
    """The vocabulary of a tokenizer; made once for each tokenizer in memory.

    Parameters
    ----------
    tokenizer : a transformers GPT-2 tokenizer (byte-level, pairs merged by rank)
    """
    with _making:
        found = _made.get(tokenizer)
        if found is None:
            found = _made[tokenizer] = _read(tokenizer.backend_tokenizer.to_str())
    return found


def _read(specification: str) -> Vocabulary:
    backend = Tokenizer.from_str(specification)
    backend.encode_special_tokens = True
    backend.no_truncation()
    backend.no_padding()
    model = json.loads(specification)["model"]
    ids: dict[str, int] = model["vocab"]
    n_vocab = backend.get_vocab_size(with_added_tokens=True)
    table = byte_decoder()
    data = [b""] * n_vocab
    added = backend.get_added_tokens_decoder()
    for name, number in ids.items():
        if number not in added:
            data[number] = bytes(table[c] for c in name)
    for number, token in added.items():  # <|endoftext|>: its name is not spelled in the table
        data[number] = token.content.encode()
    rank, left, right = (np.full(n_vocab, -1, dtype=np.int32) for _column in range(3))
    merges: dict[tuple[int, int], tuple[int, int]] = {}
    for place, (a, b) in enumerate(model["merges"]):
        pair, product = (ids[a], ids[b]), ids[a + b]
        merges[pair] = (place, product)
        if rank[product] < 0:
            rank[product], left[product], right[product] = place, *pair
    for array in (rank, left, right):
        array.flags.writeable = False
    texts = [text_of(d) for d in data]
    return Vocabulary(
        tuple(data),
        pa.array(data, type=pa.binary()),
        pa.array(texts, type=pa.string()),
        pa.array([None if t is None else t.lower() for t in texts], type=pa.string()),
        rank,
        left,
        right,
        tuple(ids[c] for c in byte_encoder()),
        merges,
        backend,
    )


def text_of(data: bytes) -> str | None:
    """Bytes as text, or None where they are no valid UTF-8 alone."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def clean(text: str) -> str:
    """Text that UTF-8 can hold: lone surrogates become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


# --- searching ---------------------------------------------------------------------------


def search(words: Vocabulary, query: str, by: str, *, match_case: bool = True) -> np.ndarray:
    """Ids of the tokens that fit, shortest first (for ``"ids"``: in the order typed).

    Parameters
    ----------
    query : text, bytes in hex (``F0 9F``), ids (``464, 3290``) or a regular expression
    by : ``"text"``, ``"bytes"``, ``"ids"`` or ``"regex"``
    match_case : for text and regular expressions

    Returns
    -------
    shape (n_found,), int64

    Raises
    ------
    BadSearch
        If the query cannot be read.
    OutOfRange
        If an id is not in the vocabulary.
    """
    if by == "ids":
        return np.array(parse_ids(query, len(words)), dtype=np.int64)
    if len(query) > LONGEST_QUERY:
        raise BadSearch(
            _("A search has at most {limit} characters; this one has {n:,}.").format(
                limit=LONGEST_QUERY, n=len(query)
            ),
            _("Shorten it."),
        )
    if not query:
        return np.arange(len(words))
    query = clean(query)
    if by == "bytes":
        found = _hits(compute.match_substring(words.raw, parse_bytes(query)))
    elif by == "text":
        texts, wanted = (words.texts, query) if match_case else (words.lower, query.lower())
        found = _hits(compute.match_substring(texts, wanted))
    elif by == "regex":
        try:
            # RE2: time grows with the text only, so no pattern can hang the server.
            found = _hits(
                compute.match_substring_regex(words.texts, query, ignore_case=not match_case)
            )
        except pa.ArrowInvalid as error:
            reason = str(error).removeprefix("Invalid regular expression: ")
            raise BadSearch(
                _("This is not a regular expression: {reason}.").format(reason=reason),
                _("Correct it, or search by text; look-around and back-references do not exist."),
            ) from error
    else:
        raise ValueError(f"by must be text, bytes, ids or regex, not {by!r}")
    length = np.array([len(words.data[i]) for i in found], dtype=np.int64)
    return found[np.lexsort((found, length))]


def _hits(mask: Any) -> np.ndarray:
    return np.flatnonzero(compute.fill_null(mask, False).to_numpy(zero_copy_only=False))


def rows(words: Vocabulary, ids: np.ndarray, show: Callable[[str], str]) -> dict[str, list]:
    """Tokens as the columns of a table.

    Parameters
    ----------
    ids : shape (n,)
    show : makes white space visible, such as `core.tokens.tokenizer.label`

    Returns
    -------
    columns id, token, bytes (hex), n_bytes, n_characters (None where the bytes
    are no text alone), rank (None for single bytes) and parts
    """
    texts = [words.texts[int(i)].as_py() for i in ids]
    return {
        "id": [int(i) for i in ids],
        "token": [show(spell(words.data[i])) for i in ids],
        "bytes": [words.data[i].hex(" ").upper() for i in ids],
        "n_bytes": [len(words.data[i]) for i in ids],
        "n_characters": [None if text is None else len(text) for text in texts],
        "rank": ranks(words, [int(i) for i in ids]),
        "parts": [
            ""
            if words.left[i] < 0
            else " + ".join(show(spell(words.data[p])) for p in (words.left[i], words.right[i]))
            for i in ids
        ],
    }


def parse_bytes(query: str) -> bytes:
    """Bytes typed in hex: ``F0 9F``, ``f09f`` or ``0xF0, 0x9F``.

    Raises
    ------
    BadSearch
        If there is anything but hex digits in pairs.
    """
    plain = re.sub(r"0[xX]|[\s,]", "", query)
    try:
        return bytes.fromhex(plain)
    except ValueError as error:
        raise BadSearch(
            _("Bytes are written as pairs of the digits 0 to 9 and A to F."),
            _("Type for example: F0 9F 99 82"),
        ) from error


def parse_ids(query: str, n_vocab: int) -> tuple[int, ...]:
    """Token ids typed by hand, separated by spaces, commas or brackets.

    Raises
    ------
    BadSearch
        If something is not a whole number, or there are too many.
    OutOfRange
        If an id is not in [0, n_vocab).
    """
    parts = re.sub(r"[\[\](),;]", " ", query).split()
    if len(parts) > MOST_IDS:
        raise BadSearch(
            _("{n:,} ids are too many; at most {limit:,} are read.").format(
                n=len(parts), limit=MOST_IDS
            ),
            _("Leave some out."),
        )
    ids = []
    for part in parts:
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", part):
            shown = part if len(part) <= 20 else part[:20] + "…"
            raise BadSearch(
                _("“{part}” is not a whole number.").format(part=shown),
                _("Type ids such as: 464, 3290, 5679"),
            )
        number = int(part)
        if not 0 <= number < n_vocab:
            raise OutOfRange(
                _("There is no token {id:,}.").format(id=number),
                _("Ids run from 0 to {last:,}.").format(last=n_vocab - 1),
            )
        ids.append(number)
    return tuple(ids)


def ranks(words: Vocabulary, ids: Sequence[int]) -> list[int | None]:
    """The number of the merge that made each token; None for single bytes."""
    found = words.rank[list(ids)].tolist()
    return [None if rank < 0 else rank for rank in found]


def decode(words: Vocabulary, ids: tuple[int, ...] | np.ndarray) -> str:
    """The text of ids; see `spell` for bytes that are no text."""
    return spell(b"".join(words.data[i] for i in ids))


def spell(data: bytes) -> str:
    """Bytes as text; those that are no UTF-8 in hex, such as ``<F0 9F>``, never U+FFFD."""
    out: list[str] = []
    wrong = b""
    while data:
        try:
            good, bad, data = data.decode("utf-8"), b"", b""
        except UnicodeDecodeError as error:
            good = data[: error.start].decode("utf-8")
            bad, data = data[error.start : error.end], data[error.end :]
        if good and wrong:
            out.append("<" + wrong.hex(" ").upper() + ">")
            wrong = b""
        out.append(good)
        wrong += bad
    if wrong:
        out.append("<" + wrong.hex(" ").upper() + ">")
    return "".join(out)
