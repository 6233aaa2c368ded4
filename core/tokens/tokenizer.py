"""Text to token ids and back, and how a token looks on the screen."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from cachetools import LRUCache

from core.errors import TooMuchText
from core.language import _
from core.tokens.vocabulary import Vocabulary, text_of, vocabulary
from core.tokens.vocabulary import byte_decoder as byte_decoder  # also known under this module
from core.tokens.vocabulary import clean as clean

if TYPE_CHECKING:  # importing transformers takes seconds; the first page does not wait for it
    from transformers import GPT2TokenizerFast


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a text.

    Attributes
    ----------
    id : index into the vocabulary
    data : its bytes, which need not be valid UTF-8 alone
    start, end : characters of the text that it covers; tokens that share a
        character (an emoji in three tokens) have overlapping spans
    """

    id: int
    data: bytes
    start: int
    end: int

    @property
    def piece(self) -> str:
        """The token as text; bytes that are no text alone in hex, such as ``<F0 9F>``."""
        return piece(self.data)

    @property
    def is_text(self) -> bool:
        """Whether its bytes are text without their neighbours."""
        return text_of(self.data) is not None


#: Bytes as `piece` writes them; no token of GPT-2 looks like that by itself.
_HEX = re.compile("<[0-9A-F]{2}(?: [0-9A-F]{2})*>")


def piece(data: bytes) -> str:
    """Bytes as text, or as ``<F0 9F>`` where they are not valid UTF-8."""
    text = text_of(data)
    return "<" + data.hex(" ").upper() + ">" if text is None else text


def label(text: str) -> str:
    """A token's text for axes and tables: white space and control characters made visible."""
    if _HEX.fullmatch(text):  # from `piece`: its spaces are none of the token's
        return text
    marks = {" ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍", "\u00a0": "⍽"}
    shown = []
    for character in text:
        if character in marks:
            shown.append(marks[character])
        elif ord(character) < 32:
            shown.append(chr(0x2400 + ord(character)))
        elif ord(character) == 127:
            shown.append("␡")
        elif not character.isprintable():
            shown.append(f"<{ord(character):X}>")
        else:
            shown.append(character)
    return "".join(shown)


def unlabel(text: str) -> str:
    """Marks for white space, typed or copied from the screen, as the white space they mark."""
    return text.translate(str.maketrans({"␣": " ", "⏎": "\n", "⇥": "\t", "␍": "\r", "⍽": "\u00a0"}))


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


# --- a whole text ------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Encoding:
    """A tokenized text, kept as columns: 100,000 characters are cheap this way.

    Attributes
    ----------
    text : what was tokenized, lone surrogates replaced
    ids : shape (n_tokens,), int32, read-only
    spans : shape (n_tokens, 2), int32, read-only; first character and one past the last
    words : the vocabulary that the ids belong to
    """

    text: str
    ids: np.ndarray
    spans: np.ndarray
    words: Vocabulary

    def __len__(self) -> int:
        return len(self.ids)

    def tokens(self, first: int = 0, last: int | None = None) -> tuple[Token, ...]:
        """The tokens from `first` up to, without, `last`."""
        ids = self.ids[first:last].tolist()
        spans = self.spans[first:last].tolist()
        data = self.words.data
        return tuple(Token(i, data[i], a, b) for i, (a, b) in zip(ids, spans, strict=True))


#: Texts of the last minutes, shared by all sessions: two million characters at most.
_remembered: LRUCache = LRUCache(2_000_000, getsizeof=lambda made: len(made.text) + 100)
_lock = threading.Lock()


def encoding(
    tokenizer: GPT2TokenizerFast, text: str, max_characters: int | None = None
) -> Encoding:
    """A text as columns of ids and spans. ``<|endoftext|>`` typed as text stays text.

    Raises
    ------
    TooMuchText
        If the text is longer than `max_characters`.
    """
    if max_characters is not None and len(text) > max_characters:
        raise TooMuchText(
            _("The text has {n:,} characters; this server reads at most {limit:,}.").format(
                n=len(text), limit=max_characters
            ),
            _("Shorten it; nothing that you typed is lost."),
        )
    words = vocabulary(tokenizer)
    key = (id(words), text)
    with _lock:
        found = _remembered.get(key)
    # An address can come back after its owner is gone; the table itself tells them apart.
    if found is not None and found.words is words:
        return found
    cleaned = clean(text)
    made = words.backend.encode(cleaned, add_special_tokens=False)
    ids = np.array(made.ids, dtype=np.int32)
    spans = np.array(made.offsets, dtype=np.int32).reshape(-1, 2)
    ids.flags.writeable = spans.flags.writeable = False
    result = Encoding(cleaned, ids, spans, words)
    with _lock:
        try:
            _remembered[key] = result
        except ValueError:  # longer than the whole memory: given out, not kept
            pass
    return result


def encode(
    tokenizer: GPT2TokenizerFast, text: str, max_characters: int | None = None
) -> tuple[Token, ...]:
    """A text as tokens. ``<|endoftext|>`` typed as text stays text.

    Raises
    ------
    TooMuchText
        If the text is longer than `max_characters`.
    """
    return encoding(tokenizer, text, max_characters).tokens()


def groups(tokens: tuple[Token, ...]) -> tuple[tuple[int, int], ...]:
    """Runs of tokens that share characters: an emoji in three tokens is one group.

    Returns
    -------
    (first, one past the last) index of every group, in order; together they
    cover all tokens, and most hold a single one
    """
    found: list[tuple[int, int]] = []
    first, reach = 0, -1
    for index, token in enumerate(tokens):
        if index > first and token.start >= reach:
            found.append((first, index))
            first = index
        reach = max(reach, token.end) if index > first else token.end
    if tokens:
        found.append((first, len(tokens)))
    return tuple(found)


# --- cutting before merging --------------------------------------------------------------

CONTRACTION, LETTERS, NUMBERS, OTHER, SPACE = "contraction", "letters", "numbers", "other", "space"
KINDS = (LETTERS, NUMBERS, OTHER, SPACE, CONTRACTION)
#: The pattern of GPT-2's published encoder.py; \p{L} are letters, \p{N} numbers of any script.
PATTERN = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
_CONTRACTIONS = frozenset({"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"})


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch that GPT-2's pattern cuts out before any merge; merges never cross its ends.

    Attributes
    ----------
    text : the characters
    start, end : their place in the whole text
    kind : which alternative of the pattern matched, one of `KINDS`
    """

    text: str
    start: int
    end: int
    kind: str


def pretokens(words: Vocabulary, text: str) -> tuple[Span, ...]:
    """The spans that GPT-2's pattern cuts, in order.

    References
    ----------
    Radford et al. (2019), Language Models are Unsupervised Multitask Learners, section 2.2.
    """
    cleaned = clean(text)
    cutter: Any = words.backend.pre_tokenizer
    return tuple(
        Span(cleaned[a:b], a, b, kind_of(cleaned[a:b]))
        for _name, (a, b) in cutter.pre_tokenize_str(cleaned)
    )


def span_at(made: Encoding, index: int) -> Span:
    """The span that holds the token at `index`."""
    start = int(made.spans[index, 0])
    cutter: Any = made.words.backend.pre_tokenizer
    cut = cutter.pre_tokenize_str(made.text)
    a, b = next((a, b) for _name, (a, b) in cut if a <= start < b)
    return Span(made.text[a:b], a, b, kind_of(made.text[a:b]))


def opening(words: Vocabulary, text: str, limit: int = 1_500) -> str:
    """The first `limit` characters or fewer, cut where their tokens are those of the whole text."""
    if len(text) <= limit:
        return text
    cut = clean(text)[: limit + 200]
    # Spans are cut without regard to what follows, but for white space: end after something else.
    ends = [s.end for s in pretokens(words, cut) if s.end <= limit and s.kind != SPACE]
    return cut[: ends[-1]] if ends else ""


def kind_of(span: str) -> str:
    """Which alternative of GPT-2's pattern a span of it belongs to."""
    if span in _CONTRACTIONS:
        return CONTRACTION
    bare = span[1:] if span[:1] == " " and len(span) > 1 else span
    if bare.isspace():
        return SPACE
    category = unicodedata.category(bare[0])
    return {"L": LETTERS, "N": NUMBERS}.get(category[0], OTHER)


def variants(word: str) -> tuple[str, ...]:
    """One word as it may stand in a text: with a space or capitals; each is cut on its own."""
    bare = word.strip() or word
    forms = (bare, bare.lower(), bare.capitalize(), bare.upper())
    return tuple(dict.fromkeys(s for form in forms[1:] for s in (" " + form, form)))


def distinct(texts: Iterable[tuple[Token, ...]]) -> int:
    """How many different token ids several texts have together."""
    return len({token.id for tokens in texts for token in tokens})


def first_bytes(text: str, limit: int) -> str:
    """As many whole characters as `limit` bytes hold."""
    return text.encode()[:limit].decode("utf-8", "ignore")


def most_telling(spans: tuple[Span, ...]) -> str:
    """The span with the most bytes, words before other things: the one to watch being merged."""
    best = max(spans, key=lambda s: (s.kind == LETTERS, len(s.text.encode()) <= 50, len(s.text)))
    return best.text


# --- what it costs -----------------------------------------------------------------------


@dataclass(frozen=True)
class Cost:
    """The size of a text in every unit.

    Attributes
    ----------
    tokens, characters, bytes, words : how many; words are what white space separates
    split_characters : characters spread over several tokens
    """

    tokens: int
    characters: int
    bytes: int
    words: int
    split_characters: int

    @property
    def tokens_per_word(self) -> float:
        return self.tokens / self.words if self.words else 0.0

    @property
    def characters_per_token(self) -> float:
        return self.characters / self.tokens if self.tokens else 0.0

    @property
    def bytes_per_token(self) -> float:
        return self.bytes / self.tokens if self.tokens else 0.0

    @property
    def bytes_per_character(self) -> float:
        return self.bytes / self.characters if self.characters else 0.0

    def share(self, n_ctx: int) -> float:
        """Share of a context of `n_ctx` tokens; above 1 if the text does not fit."""
        return self.tokens / n_ctx


def cost(made: Encoding) -> Cost:
    """Count a text."""
    return Cost(
        tokens=len(made),
        characters=len(made.text),
        bytes=len(made.text.encode()),
        words=len(made.text.split()),
        split_characters=split_characters(made),
    )


def by_kind(made: Encoding) -> dict[str, int]:
    """Tokens by the kind of span that they come from, in the order of `KINDS`."""
    spans = pretokens(made.words, made.text)
    if not spans:
        return dict.fromkeys(KINDS, 0)
    # Merges never cross the end of a span: a token belongs to the last one that starts before it.
    owner = np.searchsorted([s.start for s in spans], made.spans[:, 0], side="right") - 1
    kinds = np.array([KINDS.index(s.kind) for s in spans])
    counts = np.bincount(kinds[owner], minlength=len(KINDS))
    return dict(zip(KINDS, counts.tolist(), strict=True))


@dataclass(frozen=True)
class Difference:
    """What sets two texts apart.

    Attributes
    ----------
    more : tokens of the second minus tokens of the first
    ratio : tokens of the longer over tokens of the shorter
    kind : the kind of span with the largest part in `more`; None if there is no difference
    of_kind : its part
    """

    more: int
    ratio: float
    kind: str | None
    of_kind: int


def difference(first: Encoding, second: Encoding) -> Difference:
    """Compare the costs of two texts and name where most of the difference lies."""
    more = len(second) - len(first)
    small, large = sorted((len(first), len(second)))
    ratio = large / small if small else 0.0
    a, b = by_kind(first), by_kind(second)
    gaps = {kind: b[kind] - a[kind] for kind in KINDS}
    sign = 1 if more > 0 else -1
    kind = max(KINDS, key=lambda k: sign * gaps[k]) if more else None
    return Difference(more, ratio, kind, gaps[kind] if kind else 0)


def stacked(texts: dict[str, Encoding], names: dict[str, str]) -> list[dict[str, Any]]:
    """The tokens of texts by kind, as rows for a stacked bar.

    Returns
    -------
    rows of text, kind (in words), tokens, from and to
    """
    rows: list[dict[str, Any]] = []
    for text, made in texts.items():
        at = 0
        for kind, count in by_kind(made).items():
            if count:
                row = {"text": text, "kind": names[kind], "tokens": count}
                rows.append({**row, "from": at, "to": at + count})
            at += count
    return rows


def split_characters(made: Encoding) -> int:
    """How many characters are spread over several tokens."""
    if len(made) < 2:
        return 0
    shared = made.spans[1:, 0] < made.spans[:-1, 1]
    return len(np.unique(made.spans[1:, 0][shared]))


# --- taking it home ----------------------------------------------------------------------


def _row(index: int, token: Token) -> dict[str, Any]:
    return {
        "position": index,
        "id": token.id,
        "token": token.piece,
        "bytes": token.data.hex(" ").upper(),
        "start": token.start,
        "end": token.end,
    }


def as_csv(made: Encoding) -> str:
    """All tokens as CSV: position, id, token, bytes in hex, first character, one past the last."""
    out = io.StringIO()
    fields = ["position", "id", "token", "bytes", "start", "end"]
    writer = csv.DictWriter(out, fields, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_row(i, t) for i, t in enumerate(made.tokens()))
    return out.getvalue()


def as_json(made: Encoding) -> str:
    """The text and all its tokens as JSON."""
    rows = [_row(i, t) for i, t in enumerate(made.tokens())]
    return json.dumps({"text": made.text, "tokens": rows}, ensure_ascii=False, indent=1)
