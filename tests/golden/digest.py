"""Numbers and texts in short, so that two records can be compared as closely as we promise.

What is measured may differ by 1e-4 of its largest value from one engine or machine to the next;
so numbers are kept as means that such a difference moves by no more than that, and texts are
equal if their words are and their numbers differ by the last digit.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable
from typing import Any

import numpy as np

#: Largest difference of two measured numbers, relative to the largest beside them.
TOLERANCE = 1e-4
#: More texts than this are kept as a sum.
MOST_TEXTS = 120
LONGEST_TEXT = 2_000

#: How fast this machine was.
_SPEED = re.compile(r"[\d.,]+(?= tokens per second)")
_NUMBER = re.compile(r"(?:< (?=[\d.]+%))?(?:[-+−](?=\d))?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?%?")


def short(value: float) -> float:
    """Seven digits are more than anybody compares."""
    return float(f"{value:.7g}")


def sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def numbers(values: Any) -> dict[str, Any]:
    """An array by its shape and some means; whole numbers exactly."""
    array = np.asarray(values)
    found: dict[str, Any] = {"shape": list(array.shape)}
    flat = array.ravel()
    if array.dtype.kind in "iub":
        return {**found, "whole": sha(repr(flat.tolist())), "first": flat[:6].tolist()}
    flat = flat.astype(float)
    odd = ~np.isfinite(flat)
    if odd.any():
        found["odd"] = sha(repr(np.flatnonzero(odd).tolist()))
        flat = np.where(odd, 0.0, flat)
    if not len(flat):
        return found
    wave = np.cos(0.7 * np.arange(len(flat)) + 0.3)  # whose place is changed changes this
    means = (flat.mean(), math.sqrt(float((flat**2).mean())), (flat * wave).mean())
    found["most"] = short(float(np.abs(flat).max()))
    found["means"] = [short(float(v)) for v in (*means, *flat[:4], flat[-1])]
    return found


def value(shown: Any) -> Any:
    """What a box shows, in short: text, numbers, or sequences of them."""
    if hasattr(shown, "detach"):
        shown = shown.detach().cpu().numpy()
    if shown is None or isinstance(shown, bool | str):
        return text(shown) if isinstance(shown, str) else shown
    if isinstance(shown, dict):
        return {str(k): value(v) for k, v in shown.items()}
    if isinstance(shown, list | tuple) and any(_is_mixed(v) for v in shown):
        if len(shown) <= 4:
            return [value(v) for v in shown]
        texts: list[str] = []
        figures: list[float] = []
        _flatten(shown, texts, figures)
        return {"n": len(shown), "texts": many(texts), "figures": numbers(figures)}
    return numbers(shown)


def _is_mixed(entry: Any) -> bool:
    return entry is None or isinstance(entry, str | dict | list | tuple | np.ndarray)


def _flatten(entry: Any, texts: list[str], figures: list[float]) -> None:
    if entry is None or isinstance(entry, str):
        texts.append(entry or "")
    elif isinstance(entry, dict):
        texts.extend(map(str, entry))
        _flatten(list(entry.values()), texts, figures)
    elif isinstance(entry, list | tuple):
        for inner in entry:
            _flatten(inner, texts, figures)
    else:
        figures.extend(np.asarray(entry, dtype=float).ravel().tolist())


def text(words: str) -> str:
    """A text; a very long one by its beginning and a sum."""
    words = _SPEED.sub("some", words)
    if len(words) <= LONGEST_TEXT:
        return words
    return f"{words[:80]}… {len(words)} characters {sha(skeleton(words)[0])}"


def many(texts: Iterable[str]) -> Any:
    """A list of texts; a long one by its number and a sum, measured numbers apart."""
    listed = list(texts)
    if len(listed) <= MOST_TEXTS:
        return [text(words) for words in listed]
    pairs = [skeleton(words) for words in listed]
    return {
        "n": len(listed),
        "sum": sha("\n".join(words for words, _numbers in pairs)),
        "rounded": numbers([v for _words, found in pairs for v in found]),
        "first": [text(words) for words in listed[:3]],
    }


def skeleton(words: str) -> tuple[str, list[float]]:
    """A text without its measured numbers (fractions, per cent), and these."""
    found: list[float] = []

    def measured(match: re.Match[str]) -> str:
        if not set(match[0]) & set(".%e"):
            return match[0]
        found.append(read(match[0]))
        return "#"

    return _NUMBER.sub(measured, words), found


def read(number: str) -> float:
    """A number as people write it."""
    return float(number.removeprefix("< ").replace(",", "").replace("−", "-").rstrip("%"))


def same_text(one: str, other: str) -> bool:
    """Whether two texts have the same words, and numbers that differ by rounding at most."""
    if one == other:
        return True
    if _NUMBER.sub("#", one) != _NUMBER.sub("#", other):
        return False
    pairs = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    return all(_same_number(a, b) for a, b in pairs)


def _same_number(one: str, other: str) -> bool:
    """Whether two numbers may be one that was rounded: more digits or fewer are not a loss."""
    if one == other:
        return True
    a, b = read(one), read(other)
    largest = max(abs(a), abs(b))
    digits = min(_digits(one), _digits(other))
    if not digits and "%" not in one:
        return abs(a - b) <= 2 * TOLERANCE * largest  # counts; huge ones are measured
    return abs(a - b) <= max(1.01 * 10.0**-digits, 2 * TOLERANCE * largest)


def _digits(number: str) -> int:
    """Digits behind the point."""
    return len(number.partition("e")[0].rstrip("%").partition(".")[2])
