"""What the embedded model answers today, written down: ``python -m tests.core.questions.worked``.

Each check's own test holds it against plain transformers, whatever the weights are. Here stands
what it says with the weights that we ship, so that a change of the code that changes a number is
seen; another edition of the weights writes it down anew.
"""

from __future__ import annotations

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # as in tests/conftest.py; set before any import
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import json
from pathlib import Path
from typing import Any

from core.engine.engine import Engine
from core.model.load import load_model
from core.questions import ask
from tests.core.questions.common import KING, LOOKED
from tests.golden.digest import same_text

RECORD = Path(__file__).parent / "worked.json"
#: From so many on, tokens that are counted lie close to each other.
MANY = 50
_CASTLE = "There was once a {} who lived in a castle. Every morning"
_CHASED = "The {} chased the {}, and the"

#: check -> its prompt, and what else it is given.
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "analogy_hit": (
        LOOKED, {"a": "king", "minus": "man", "plus": "woman", "expected": "queen"},
    ),
    "costliest_layer": (KING, {}),
    "count_above": (LOOKED, {}),
    "deciding_layer": (KING, {}),
    "difference_arrives": (_CASTLE.format("princess"), {"other": _CASTLE.format("prince")}),
    "difference_carrier": (_CASTLE.format("princess"), {"other": _CASTLE.format("prince")}),
    "kept_by_top_p": (KING, {}),
    "nearest_token": (LOOKED, {"token": "Monday"}),
    "order_kept": (KING, {}),
    "rank_of": ("The capital of France is", {"token": "Paris"}),
    "same_text": (KING, {"temperature": 0}),
    "settled": (KING, {}),
    "surprise_of": (KING, {}),
    "top_token": (LOOKED, {}),
    "two_orders": (_CHASED.format("dog", "cat"), {"other": _CHASED.format("cat", "dog")}),
    "weights_unchanged": (KING, {}),
    "with_without": (
        "What is my name? Your name is", {"context": "My name is Anna.", "token": "Anna"},
    ),
}  # fmt: skip


def said(engine: Engine, name: str) -> dict[str, Any]:
    """What a check says: its answer, its numbers as they are written, the places that it names."""
    prompt, given = CASES[name]
    found = ask(engine, name, prompt, **given)
    return {
        "right": str(found.right),
        "numbers": {key: str(number) for key, number in found.numbers.items()},
        "places": {key: str(place) for key, place in found.places.items()},
        "traps": {str(answer): trap for answer, trap in found.traps.items()},
    }


def recorded() -> dict[str, dict[str, Any]]:
    return json.loads(RECORD.read_text(encoding="utf-8"))


def same(now: dict[str, Any], then: dict[str, Any]) -> bool:
    """Whether both say the same, but for the last digit."""
    if now.keys() != then.keys():
        return False
    return all(
        same(one, then[key]) if isinstance(one, dict) else _alike(one, then[key])
        for key, one in now.items()
    )


def _alike(one: str, other: str) -> bool:
    """Whether two answers may be one: where many tokens lie close, a processor counts some more."""
    counts = [text.replace(",", "") for text in (one, other)]
    if all(count.isdecimal() and int(count) >= MANY for count in counts):
        return abs(int(counts[0]) - int(counts[1])) <= 2
    return same_text(one, other)


def main() -> None:
    """Write down what the embedded model answers."""
    engine = Engine(load_model("storyteller"))
    try:
        answers = {name: said(engine, name) for name in CASES}
    finally:
        engine.close()
    RECORD.write_text(json.dumps(answers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(answers)} answers, {RECORD.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
