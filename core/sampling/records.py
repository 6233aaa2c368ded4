"""Choices to take away: as records, as CSV, as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict

from core.sampling.choice import Choice


def records(choices: Sequence[Choice]) -> list[dict]:
    """The choices as flat records, in the order of the text."""
    return [
        {
            "step": step,
            "token_id": choice.token_id,
            "text": choice.data.decode("utf-8", "replace"),
            "bytes": choice.data.hex(),
            "how": choice.how,
            "u": choice.u,
            "probability": choice.probability,
            "model_probability": choice.model_probability,
            "rank": choice.rank,
            **asdict(choice.settings),
        }
        for step, choice in enumerate(choices)
    ]


def as_csv(choices: Sequence[Choice]) -> str:
    """The choices as CSV, one line each, with a heading."""
    lines = records(choices)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(lines[0]) if lines else ["step"], lineterminator="\n")
    writer.writeheader()
    for line in lines:
        writer.writerow({name: _guarded(value) for name, value in line.items()})
    return out.getvalue()


def _guarded(value: object) -> object:
    """A spreadsheet would run a cell that begins like a formula."""
    return "'" + value if isinstance(value, str) and value[:1] in "=+-@\t\r" else value


def as_json(choices: Sequence[Choice], **about: object) -> str:
    """The choices as JSON, with what they came from: model, prompt, seed."""
    return json.dumps({**about, "steps": records(choices)}, ensure_ascii=False, indent=1)
