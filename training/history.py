"""How losses and heads went along the way, of all runs in one row: ``history.json``.

The file is for the app and for the card's picture: a point for each measurement,
with what was measured then, tokens counted from the first run's first step.
"""

from __future__ import annotations

import json
from pathlib import Path

from core.model.history import HEADS, LOSSES, NAME
from training.card import chain

#: What a point may hold: validation losses in nats (on the first 16,384 tokens of each source, in
#: short rows), scores of the clearest heads (0 to 1), nats that a repetition saves.
MEASURED = (*LOSSES, *HEADS, "saved")


def points(record: dict) -> list[dict]:
    """The measurements of a ``training.json`` and of the runs before it.

    Returns
    -------
    list of dict
        ``run`` (0 is the first), ``tokens`` (from the very beginning), and those of `MEASURED`
        that were measured at that point.
    """
    found, before = [], 0
    for run, part in enumerate(chain(record)):
        for entry in part.get("progress", {}).get("history", ()):
            measured = {name: entry[name] for name in MEASURED if name in entry}
            if measured:
                found.append({"run": run, "tokens": before + entry["tokens"]} | measured)
        before += part.get("progress", {}).get("tokens", 0)
    return found


def write_history(folder: Path) -> list[dict]:
    """Write the history of the checkpoint in `folder` beside it."""
    record = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    made = points(record)
    lines = ",\n".join(json.dumps(point) for point in made)
    (folder / NAME).write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    return made
