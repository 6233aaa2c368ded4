"""What reads differently on purpose since the record: old text -> new text, with the reason."""

from __future__ import annotations

from typing import Any

AGREED = {
    # A number of parameters reads one way everywhere (core.numbers): as on the overview before.
    "GPT-2 XL · 1,558 M · 6.43 GB to fetch": "GPT-2 XL · 1.6 B · 6.43 GB to fetch",
    "other · 0 M": "other · 11,344",
}


def agreed(part: Any) -> Any:
    """A record with the texts of today."""
    if isinstance(part, str):
        return AGREED.get(part, part)
    if isinstance(part, dict):
        return {key: agreed(inner) for key, inner in part.items()}
    return [agreed(inner) for inner in part] if isinstance(part, list) else part
