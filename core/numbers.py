"""How a number reads, once for all pages: pages and charts format none of their own.

What people read has the true minus sign, the separators of their language (Babel knows them) and
as many digits as it deserves. Python boxes and exports keep Python's own way.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from statistics import median

from core.language import SOURCE_LANGUAGE, _, current_language, locale_of, ngettext
from core.language.said import tells_again

_MINUS = "\N{MINUS SIGN}"

#: Digits after the point of a share that is at least so large: one, but two significant ones
#: below 1%, and two close to certainty, where what is missing is what matters.
_DIGITS_OF_SHARES = ((0.9995, 2), (0.00995, 1), (0.000995, 2), (0.0, 3))

#: What follows a number is one step smaller than the next unit when it is rounded to it.
_NEARLY = 0.9995
_UNITS_OF_BYTES: tuple[tuple[float, Callable[[], str]], ...] = (
    (1e9, lambda: _("{n} GB")),
    (1e6, lambda: _("{n} MB")),
    (1e3, lambda: _("{n} kB")),
)
#: Trillions, billions, millions, in short.
_UNITS_OF_PARAMETERS: tuple[tuple[float, Callable[[], str]], ...] = (
    (1e12, lambda: _("{n} T")),
    (1e9, lambda: _("{n} B")),
    (1e6, lambda: _("{n} M")),
)


@lru_cache(maxsize=32)
def marks(code: str) -> tuple[str, str]:
    """What a language writes before the decimals and between the thousands."""
    locale = locale_of(code)
    symbols = locale.number_symbols.get("latn", {}) if locale else {}
    return symbols.get("decimal", "."), symbols.get("group", ",")


@lru_cache(maxsize=32)
def _table(code: str) -> dict[int, str] | None:
    """From English separators to a language's; None where they are the same."""
    decimals, thousands = marks(code)
    return (
        None
        if (decimals, thousands) == (".", ",")
        else str.maketrans({".": decimals, ",": thousands})
    )


@lru_cache(maxsize=32)
def percent_pattern(code: str) -> str:
    """How a language writes per cent: ``"#%"``, with a space in some."""
    locale = locale_of(code)
    pattern = str(locale.percent_formats[None].pattern) if locale else "#,##0%"
    return pattern.split(";")[0].replace("#,##0", "#").replace("#,##,##0", "#")


def notation() -> tuple[str, str, str] | None:
    """Decimal mark, mark of thousands and per cent of the session's language.

    None where they are the English ones, which scripts and charts write by themselves.
    """
    code = current_language.get()
    found = (*marks(code), percent_pattern(code))
    return None if found == (".", ",", "#%") else found


def _localised(text: str) -> str:
    """An English number as the session's language writes it: here its separators are decided."""
    code = current_language.get()
    return text if code == SOURCE_LANGUAGE else _written(code, text)


@lru_cache(maxsize=1 << 14)
def _written(code: str, text: str) -> str:
    table = _table(code)
    return text if table is None else text.translate(table)


def in_latex(formula: str) -> str:
    """A formula whose numbers are written as the session's language writes them."""
    decimals, _thousands = marks(current_language.get())
    # In braces: LaTeX takes a comma for the end of something and puts a space behind it.
    return formula if decimals == "." else re.sub(r"(?<=\d)\.(?=\d)", f"{{{decimals}}}", formula)


def listed(parts: Iterable[str]) -> str:
    """A few things one after the other: ``"a, b, c"``."""
    return _between(current_language.get()).join(parts)


@lru_cache(maxsize=32)
def _between(code: str) -> str:
    """What a language writes between the things of a list."""
    locale = locale_of(code)
    pattern = locale.list_patterns["standard"]["middle"] if locale else "{0}, {1}"
    return pattern.replace("{0}", "").replace("{1}", "")


class Number(float):
    """A number for a sentence that holds its own format, as in ``"{z:.2f}"``.

    Its minus is the true sign and not a hyphen; what rounds to zero has no sign.
    """

    def __format__(self, spec: str) -> str:
        text = format(float(self), spec)
        if not text.strip("+-0.,"):
            return _localised(text.lstrip("+-"))
        return _localised(text.replace("-", _MINUS))


@tells_again
def count(n: int) -> str:
    """A whole number: ``"50,257"``."""
    return _localised(f"{n:,}".replace("-", _MINUS))


def decimal(x: float, digits: int = 2) -> str:
    """A number with `digits` after the point: ``"−1,234.50"``; infinities are ``"∞"``, ``"−∞"``."""
    if math.isinf(x):
        return "∞" if x > 0 else f"{_MINUS}∞"
    return f"{Number(x):,.{digits}f}"


def signed(x: float, digits: int = 2) -> str:
    """A change or a share of a sum, its sign always shown: ``"+0.25"``; zero has none."""
    return f"{Number(x):+,.{digits}f}"


def short(x: float) -> str:
    """A number in about three digits: ``"0.25"``, ``"12.3"``, ``"−1,235"``."""
    size = abs(x)
    return decimal(x, 0 if size >= 99.5 else 1 if size >= 9.95 else 2)


def bare(x: float) -> str:
    """A setting or a tick of an axis, with the digits that it has: ``"0.95"``, ``"1"``."""
    return f"{Number(x):g}"


def percent(share: float, digits: int | None = None) -> str:
    """A share or a probability in per cent.

    Parameters
    ----------
    share : a part of 1
    digits : after the point; None for as many as the share deserves

    Returns
    -------
    str
        ``"16.3%"``, ``"0.72%"``, ``"99.97%"``. Nothing positive reads as zero: what would is
        ``"< 0.001%"``, or less than the last of the digits that were asked for.
    """
    digits = _digits_of(share) if digits is None else digits
    text = decimal(100 * share, digits)
    if any("1" <= digit <= "9" for digit in text):
        return _percent(text)
    return f"< {_percent(decimal(10.0**-digits, digits))}" if share > 0 else _percent("0")


def percents(shares: Sequence[float]) -> list[str]:
    """Shares that stand in one column or sentence: all with the digits that most of them deserve.

    What is cut to nothing has no say: a column of zeros and 25% reads ``"25.0%"``.
    """
    some = [share for share in shares if share > 0]
    digits = _digits_of(median(some)) if some else 0
    return [percent(share, digits) for share in shares]


def _digits_of(share: float) -> int:
    return next(n for least, n in _DIGITS_OF_SHARES if abs(share) >= least)


def _percent(text: str) -> str:
    code = current_language.get()
    return f"{text}%" if code == SOURCE_LANGUAGE else percent_pattern(code).replace("#", text)


def bits(x: float, digits: int = 2) -> str:
    """Surprise, entropy or divergence with its unit: ``"3.25 bits"``."""
    return _("{b} bits").format(b=decimal(x, digits))


@tells_again
def byte_size(n: float) -> str:
    """Bytes in powers of ten and about three digits: ``"3.10 GB"``, ``"548 MB"``, ``"1 byte"``."""
    for unit, name in _UNITS_OF_BYTES:
        if n >= _NEARLY * unit:
            return name().format(n=short(n / unit))
    return ngettext("{n} byte", "{n} bytes", int(n)).format(n=count(int(n)))


def parameters(n: float) -> str:
    """A model's size in parameters: ``"7.9 M"``, ``"124 M"``, ``"1.6 B"``."""
    for unit, name in _UNITS_OF_PARAMETERS:
        if n >= _NEARLY * unit:
            return name().format(n=decimal(n / unit, 0 if n >= 9.95 * unit else 1))
    return decimal(n, 0)
