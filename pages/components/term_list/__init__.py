"""All terms in columns, with a field that keeps those that fit while one types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.language import _
from pages.components.shared.declare import component
from pages.components.shared.pick import unwatched

_component = component(Path(__file__).parent)


def term_list(
    terms: Mapping[str, Mapping[str, Any]],
    *,
    key: str,
    kept: Sequence[str],
    chosen: str | None = None,
) -> str | None:
    """Draw the terms; returns ``page/panel`` if a term's link was clicked.

    Parameters
    ----------
    terms : by key, in their order: name, others, meaning, page, panel, where
    key : unique on the page
    kept : names that the address of every page holds
    chosen : the term that is brought into sight; None or one that is not there for none
    """
    words = {
        "find": _("Find a term"),
        "shown": _("{n} of {all} terms"),
        "none": _("No term fits. Try a shorter word."),
    }
    data = {"terms": dict(terms), "chosen": chosen, "kept": list(kept), "words": words}
    asked = _component(key=key, data=data, on_go_change=unwatched).go
    return None if asked is None else str(asked)
