"""Finding tokens of the vocabulary: by text, bytes, ids or a regular expression."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from core.errors import BadSearch, OutOfRange
from core.language import _
from core.numbers import count
from core.tokens.label import clean, hexed, label, spell
from core.tokens.vocabulary import Vocabulary, ranks

#: Arrow makes these functions when it is imported; type checkers cannot see them.
compute: Any = pyarrow.compute
#: A longer pattern is a mistake, or an attack on the matcher's memory.
LONGEST_QUERY = 200
MOST_IDS = 10_000


# A page asks for its last search at every run.
@lru_cache(maxsize=16)
def search(vocab: Vocabulary, query: str, by: str, *, match_case: bool = True) -> np.ndarray:
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
        return np.array(parse_ids(query, len(vocab)), dtype=np.int64)
    if len(query) > LONGEST_QUERY:
        raise BadSearch(
            _("A search has at most {limit} characters; this one has {n}.").format(
                limit=LONGEST_QUERY, n=count(len(query))
            ),
            _("Shorten it."),
        )
    if not query:
        return np.arange(len(vocab))
    fits = _fits(vocab, clean(query), by, match_case)
    found = np.flatnonzero(compute.fill_null(fits, False).to_numpy(zero_copy_only=False))
    length = np.array([len(vocab.data[i]) for i in found], dtype=np.int64)
    found = found[np.lexsort((found, length))]
    found.flags.writeable = False
    return found


def _fits(vocab: Vocabulary, query: str, by: str, match_case: bool) -> Any:
    """For each token whether it fits; null where it is no text alone."""
    if by == "bytes":
        return compute.match_substring(vocab.raw, parse_bytes(query))
    if by == "text":
        texts, wanted = (vocab.texts, query) if match_case else (vocab.lower, query.lower())
        return compute.match_substring(texts, wanted)
    if by != "regex":
        raise ValueError(f"by must be text, bytes, ids or regex, not {by!r}")
    try:
        # RE2: time grows with the text only, so no pattern can hang the server.
        return compute.match_substring_regex(vocab.texts, query, ignore_case=not match_case)
    except pa.ArrowInvalid as error:
        reason = str(error).removeprefix("Invalid regular expression: ")
        raise BadSearch(
            _("This is not a regular expression: {reason}.").format(reason=reason),
            _("Correct it, or search by text; look-around and back-references do not exist."),
        ) from error


def rows(vocab: Vocabulary, ids: np.ndarray) -> dict[str, list]:
    """Tokens as the columns of a table.

    Parameters
    ----------
    ids : shape (n,)

    Returns
    -------
    columns id, token, bytes (hex), n_bytes, n_characters (None where the bytes
    are no text alone), rank (None for single bytes) and parts
    """
    numbers = [int(i) for i in ids]
    texts = [vocab.texts[i].as_py() for i in numbers]
    return {
        "id": numbers,
        "token": [label(spell(vocab.data[i])) for i in numbers],
        "bytes": [hexed(vocab.data[i]) for i in numbers],
        "n_bytes": [len(vocab.data[i]) for i in numbers],
        "n_characters": [None if text is None else len(text) for text in texts],
        "rank": ranks(vocab, numbers),
        "parts": [_parts(vocab, i) for i in numbers],
    }


def _parts(vocab: Vocabulary, token_id: int) -> str:
    if vocab.left[token_id] < 0:
        return ""
    parts = vocab.left[token_id], vocab.right[token_id]
    return " + ".join(label(spell(vocab.data[part])) for part in parts)


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
            _("{n} ids are too many; at most {limit} are read.").format(
                n=count(len(parts)), limit=count(MOST_IDS)
            ),
            _("Leave some out."),
        )
    return tuple(_parse_id(part, n_vocab) for part in parts)


def _parse_id(part: str, n_vocab: int) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", part):
        shown = part if len(part) <= 20 else part[:20] + "…"
        raise BadSearch(
            _("“{part}” is not a whole number.").format(part=shown),
            _("Type ids such as: 464, 3290, 5679"),
        )
    number = int(part)
    if not 0 <= number < n_vocab:
        raise OutOfRange(
            _("There is no token {id}.").format(id=count(number)),
            _("Ids run from 0 to {last}.").format(last=count(n_vocab - 1)),
        )
    return number
