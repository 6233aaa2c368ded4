"""Where two records of a state differ, in lines that a person reads."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from tests.golden.digest import TOLERANCE, same_text, skeleton
from tests.golden.rows import ROUNDED

#: A component's data may be packed otherwise: only parts of the same name are compared.
_ALIKE = ("wire",)
#: Numbers in many texts: rounded, and perhaps to other digits than before.
_ROUNDING = 5e-3
#: A logit, or the difference of two that are nearly equal: each is about ten, in float32, and its
#: last digits hang on how many threads there were (ten roundings of 1e-6).
_LAST_DIGIT = 1e-5
#: The mean of a vector whose numbers, of about ten, cancel to a thousandth: what is left of a
#: float32 after that.
_CANCELLED = 1e-6


def differences(old: Any, new: Any, place: str = "") -> Iterator[str]:
    """One line for each difference; none if a learner gets the same."""
    if isinstance(old, dict) and isinstance(new, dict):
        if "shape" in old and "shape" in new:
            yield from _numbers(old, new, place)
        elif place.endswith(" rows") and "figures" in old:
            yield from _rows(old, new, place)
        else:
            yield from _dicts(old, new, place)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(old, new, place)
    elif not _same(old, new):
        yield f"{place}: {_short(old)} → {_short(new)}"


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, str) and isinstance(new, str):
        return same_text(old, new)
    if isinstance(old, bool) or isinstance(new, bool):
        return old == new
    if isinstance(old, int | float) and isinstance(new, int | float):
        return _close(old, new, max(abs(old), abs(new)))
    return old == new


def _close(
    old: float, new: float, largest: float, tolerance: float = 2 * TOLERANCE, floor: float = 1e-9
) -> bool:
    return abs(old - new) <= tolerance * largest + floor


def _short(part: Any) -> str:
    text = repr(part)
    return text if len(text) <= 300 else text[:300] + "…"


def _dicts(old: dict, new: dict, place: str) -> Iterator[str]:
    names = [k for k in old if k in new]
    if not place.endswith(_ALIKE):
        yield from (f"{place} {k} is gone: {_short(old[k])}" for k in old if k not in new)
        yield from (f"{place} {k} is new: {_short(new[k])}" for k in new if k not in old)
    for name in names:
        yield from differences(old[name], new[name], f"{place} {name}")


def _lists(old: list, new: list, place: str) -> Iterator[str]:
    if old and all(isinstance(v, int | float) for v in [*old, *new]):
        largest = max(abs(v) for v in [*old, *new])
        if len(old) != len(new) or not all(map(_close, old, new, [largest] * len(old))):
            yield f"{place}: {_short(old)} → {_short(new)}"
        return
    names = [[_name(part) for part in listed] for listed in (old, new)]
    for what, a, b, c, d in SequenceMatcher(None, *names, autojunk=False).get_opcodes():
        if what == "equal" or b - a == d - c:
            for one, other, name in zip(old[a:b], new[c:d], names[0][a:b], strict=True):
                yield from differences(one, other, f"{place} [{name[:40]}]")
        else:
            yield from (f"{place} is gone: {_short(part)}" for part in old[a:b])
            yield from (f"{place} is new: {_short(part)}" for part in new[c:d])


def _name(part: Any) -> str:
    """What makes an entry of a list the same entry in another record."""
    if isinstance(part, dict):
        return str(part.get("key") or part.get("alt") or part.get("label") or part.get("type"))
    words = " ".join(map(str, part)) if isinstance(part, list) else str(part)
    return skeleton(words)[0]


def _numbers(old: dict, new: dict, place: str) -> Iterator[str]:
    if "means" not in old or "means" not in new:
        yield from _dicts(old, new, place)
        return
    for name in ("shape", "odd"):
        if old.get(name) != new.get(name):
            yield f"{place} {name}: {old.get(name)} → {new.get(name)}"
    pairs = list(_pairs([old["most"], *old["means"]], [new["most"], *new["means"]]))
    tolerance = TOLERANCE
    if place.endswith("rounded"):  # and sorted, perhaps otherwise
        pairs, tolerance = pairs[:3], _ROUNDING
    floors = {"logit": _LAST_DIGIT, "mean": _CANCELLED}
    floor = floors.get(place.rsplit(" ", 1)[-1], 1e-9)
    if not all(_close(a, b, old["most"], tolerance, floor) for a, b in pairs):
        yield f"{place}: largest, mean, length, order, first, last {old} → {new}"


def _rows(old: dict, new: dict, place: str) -> Iterator[str]:
    for name in ("n", "texts"):
        if old.get(name) != new.get(name):
            yield f"{place} {name}: {old.get(name)} → {new.get(name)}"
    for name in sorted(old["figures"].keys() | new["figures"].keys()):
        a, b = old["figures"].get(name), new["figures"].get(name)
        tolerance = _ROUNDING if name.endswith(ROUNDED) else 2 * TOLERANCE
        if a is None or b is None or not all(_close(*ab, a[0], tolerance) for ab in _pairs(a, b)):
            yield f"{place} {name}, largest and mean: {a} → {b}"
    if not all(_close(a, b, 1.5) for a, b in _pairs(old.get("mixed"), new.get("mixed"))):
        yield f"{place} what stands with what: {old.get('mixed')} → {new.get('mixed')}"


def _pairs(old: list[float] | None, new: list[float] | None) -> Iterator[tuple[float, float]]:
    """Numbers side by side; where there are more or fewer, something else says so."""
    return zip(old or (), new or (), strict=False)
