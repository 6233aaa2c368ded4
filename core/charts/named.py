"""Names in place of numbers on an axis, as an expression of Vega's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def named(names: Sequence[str] | Mapping[int, str], of: str = "label") -> str:
    """A ``labelExpr``: the name of each number.

    Parameters
    ----------
    of : "label", a place as it is written, or "value", a number of any size
    """
    numbered = names.items() if isinstance(names, Mapping) else enumerate(names)
    texts = ", ".join(f"'{number}': {quoted(name)}" for number, name in numbered)
    return f"({{{texts}}})[datum.{of}]"


def quoted(text: str) -> str:
    """A JavaScript string literal for a Vega expression; typed text stays text."""
    return "'" + "".join(map(_literal, text)) + "'"


def _literal(character: str) -> str:
    if character.isalnum() and ord(character) < 128:
        return character
    units = memoryview(character.encode("utf-16-le", "surrogatepass")).cast("H")
    return "".join(f"\\u{unit:04x}" for unit in units)
