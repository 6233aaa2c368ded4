"""Read a folder of text, turn it into token ids, and cut training rows from them.

A corpus is any folder of ``.txt`` or ``.txt.xz`` files. A name such as
``stories.train.txt.xz`` says source and split; a file without a split is
divided here, its last hundredth held out. Documents are divided by two empty
lines; each is preceded by ``<|endoftext|>``.
"""

from __future__ import annotations

import hashlib
import lzma
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from transformers import PreTrainedTokenizerFast

END_OF_TEXT = 50256
HELD_OUT = 0.01
SPLITS = ("train", "valid")


class CorpusError(Exception):
    """The corpus cannot be read; the message names the file and the cure."""


@dataclass(frozen=True, eq=False)
class Source:
    """Token ids of one source.

    Attributes
    ----------
    train, valid : shape (n_tokens,), uint16
        50,257 ids fit into 16 bits.
    train_bytes, valid_bytes : int
        Length of the text in UTF-8, for bits per byte.
    """

    name: str
    train: np.ndarray
    valid: np.ndarray
    train_bytes: int
    valid_bytes: int


def text_files(folder: Path) -> list[Path]:
    """The corpus files of a folder, sorted.

    Raises
    ------
    CorpusError
        If the folder is missing or holds no ``.txt`` or ``.txt.xz`` file.
    """
    if not folder.is_dir():
        raise CorpusError(f"{folder} is not a folder. Name a folder of .txt or .txt.xz files.")
    files = sorted(p for p in folder.iterdir() if p.name.endswith((".txt", ".txt.xz")))
    if not files:
        raise CorpusError(f"{folder} holds no .txt or .txt.xz file. Put the training text there.")
    return files


def read_text(path: Path) -> str:
    """One corpus file as text.

    Raises
    ------
    CorpusError
        If the archive is damaged or the text is not UTF-8.
    """
    try:
        raw = path.read_bytes()
        if path.suffix == ".xz":
            raw = lzma.decompress(raw)
    except (lzma.LZMAError, EOFError) as error:
        raise CorpusError(
            f"{path.name} is not a whole xz archive ({error}). Fetch or compress it again."
        ) from error
    except OSError as error:
        raise CorpusError(f"{path.name} cannot be read: {error}.") from error
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{path.name} is not UTF-8 (byte {error.start}). Convert it, for example with"
            f" iconv -t UTF-8."
        ) from error


def tokenize(text: str, tokenizer: PreTrainedTokenizerFast) -> np.ndarray:
    """Token ids of documents, each preceded by ``<|endoftext|>``; shape (n_tokens,), uint16."""
    ids: list[np.ndarray] = []
    documents = [d.strip() for d in text.split("\n\n\n") if d.strip()]
    batch = 64
    for start in range(0, len(documents), batch):
        encoded = tokenizer(documents[start : start + batch], split_special_tokens=True)
        for row in encoded["input_ids"]:
            ids.append(np.asarray([END_OF_TEXT, *row], dtype=np.uint16))
    return np.concatenate(ids) if ids else np.zeros(0, dtype=np.uint16)


def _parse_name(path: Path) -> tuple[str, str | None]:
    stem = path.name.removesuffix(".xz").removesuffix(".txt")
    name, _, split = stem.rpartition(".")
    return (name, split) if split in SPLITS and name else (stem, None)


def load_corpus(
    folder: Path, tokenizer: PreTrainedTokenizerFast, cache: Path | None = None
) -> list[Source]:
    """Every source of a corpus folder as token ids.

    Parameters
    ----------
    folder : the corpus
    tokenizer : GPT-2's
    cache : folder for the token ids, so that a second start is quick

    Raises
    ------
    CorpusError
        As `text_files` and `read_text` do, and if there is too little text.
    """
    parts: dict[str, dict[str, tuple[np.ndarray, int]]] = {}
    for path in text_files(folder):
        name, split = _parse_name(path)
        ids, size = _cached_tokens(path, tokenizer, cache)
        if split is None:
            cut = int(len(ids) * (1 - HELD_OUT))
            share = int(size * (1 - HELD_OUT))
            parts[name] = {"train": (ids[:cut], share), "valid": (ids[cut:], size - share)}
        else:
            parts.setdefault(name, {})[split] = (ids, size)
    empty = (np.zeros(0, dtype=np.uint16), 0)
    sources = []
    for name, splits in parts.items():
        train, valid = splits.get("train", empty), splits.get("valid", empty)
        sources.append(Source(name, train[0], valid[0], train[1], valid[1]))
    if sum(len(s.train) for s in sources) < 2_000:
        raise CorpusError(f"{folder} holds fewer than 2,000 tokens of training text. Add more.")
    return sources


def _cached_tokens(
    path: Path, tokenizer: PreTrainedTokenizerFast, cache: Path | None
) -> tuple[np.ndarray, int]:
    stat = path.stat()
    key = hashlib.sha256(f"{path.resolve()}{stat.st_size}{stat.st_mtime_ns}".encode()).hexdigest()
    target = cache / f"{path.name}.{key[:12]}.npz" if cache else None
    if target and target.exists():
        with np.load(target) as stored:
            return stored["ids"], int(stored["size"])
    text = read_text(path)
    ids, size = tokenize(text, tokenizer), len(text.encode("utf-8"))
    if target:
        target.parent.mkdir(parents=True, exist_ok=True)
        np.savez(target, ids=ids, size=size)
    return ids, size


class RowSampler:
    """Draws training rows: text from the sources, and copying drills.

    Text is drawn without replacement: each source is cut into rows from a
    random phase, the rows are shuffled, and a new epoch starts with a new
    phase. A drill is a random sequence repeated; the loss counts in the
    repetition only, so it teaches looking up what followed before (Olsson et
    al., 2022) and nothing about language. A share of the drills are many short
    sequences one after another, each twice, as a person would type them. A
    returning passage is ordinary text in which some sentences come a second time
    further on, all of it counted.
    """

    def __init__(
        self,
        sources: list[Source],
        weights: dict[str, float],
        drill_ids: np.ndarray,
        seed: int,
        short: float = 0.0,
    ) -> None:
        self._short = short
        self._sources = [s for s in sources if len(s.train) > 64]
        share = np.array([weights.get(s.name, 1.0) for s in self._sources], dtype=float)
        self._share = share / share.sum()
        self._drill_ids = drill_ids
        self._rng = np.random.default_rng(seed)
        self._queues: dict[tuple[int, int], list[int]] = {}

    def rows(
        self, count: int, length: int, drills: int, returns: int = 0
    ) -> tuple[np.ndarray, np.ndarray]:
        """`count` rows: first `drills` copying drills, then `returns` with a returning passage.

        Returns
        -------
        ids : shape (count, length + 1), int64
            Inputs are ``ids[:, :-1]``, targets ``ids[:, 1:]``.
        counts : shape (count, length), bool
            Which targets the loss counts.
        """
        ids = np.empty((count, length + 1), dtype=np.int64)
        counts = np.ones((count, length), dtype=bool)
        for row in range(count):
            if row < drills:
                short = self._short and self._rng.random() < self._short
                drill = self._short_drills if short else self._drill
                ids[row], counts[row] = drill(length)
            else:
                ids[row] = self._text(length)
                if row < drills + returns:
                    self._return_passage(ids[row])
        return ids, counts

    def _return_passage(self, row: np.ndarray) -> None:
        """Let a passage of the row come again later in it, in place."""
        size = int(self._rng.integers(12, max(13, min(100, len(row) // 3))))
        start = int(self._rng.integers(0, len(row) - 2 * size))
        again = int(self._rng.integers(start + size, len(row) - size + 1))
        row[again : again + size] = row[start : start + size]

    def _text(self, length: int) -> np.ndarray:
        which = int(self._rng.choice(len(self._sources), p=self._share))
        train = self._sources[which].train
        queue = self._queues.setdefault((which, length), [])
        if not queue:
            phase = int(self._rng.integers(0, max(1, min(length, len(train) - length - 1))))
            starts = np.arange(phase, max(phase + 1, len(train) - length - 1), length)
            self._rng.shuffle(starts)
            queue.extend(int(s) for s in starts)
        start = queue.pop()
        row = train[start : start + length + 1].astype(np.int64)
        if len(row) < length + 1:  # a source shorter than one row
            row = np.resize(row, length + 1)
        return row

    def _short_drills(self, length: int) -> tuple[np.ndarray, np.ndarray]:
        """Sequences of 3 to 24 tokens, each twice; counted are the second times but for the first
        token of each, which nothing foretells."""
        ids = np.empty(length + 1, dtype=np.int64)
        counted = np.zeros(length + 1, dtype=bool)
        start = 0
        while start <= length:
            period = int(np.exp(self._rng.uniform(np.log(3), np.log(25))))
            twice = np.tile(self._rng.choice(self._drill_ids, size=period), 2)
            ids[start : start + 2 * period] = twice[: length + 1 - start]
            counted[start + period + 1 : start + 2 * period] = True
            start += 2 * period
        return ids, counted[1:]

    def _drill(self, length: int) -> tuple[np.ndarray, np.ndarray]:
        # As many short periods as long ones: a short one is easier to find, and found first.
        longest = min(length // 2, 200)
        period = int(np.exp(self._rng.uniform(np.log(min(8, longest - 1)), np.log(longest))))
        pattern = self._rng.choice(self._drill_ids, size=period)
        ids = np.resize(pattern, length + 1)
        counts = np.arange(1, length + 1) >= period + 1
        return ids, counts
