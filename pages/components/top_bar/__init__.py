"""A bar that stays in sight: the prompt's tokens, the page's panels, the way to the next page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from core.charts.theme import CATEGORIES
from core.language import _
from core.numbers import notation
from core.tokens.encoding import Token
from pages.components.shared.declare import component
from pages.components.shared.pick import does
from pages.components.token_strip import describe

_component = component(Path(__file__).parent)

#: What can be done in the bar, in the order of view.js.
Deed = Literal["follow", "open", "all", "next"]
DEEDS: dict[Deed, int] = {"follow": 1, "open": 1, "all": 1, "next": 0}


class Listed(NamedTuple):
    """A panel of the page: its word, its question, whether it is open."""

    word: str
    title: str
    open: bool


def top_bar(
    tokens: Sequence[Token],
    panels: Sequence[Listed],
    *,
    key: str,
    chosen: int,
    go_to: str = "",
    following: tuple[str, str] | None = None,
    on: Mapping[Deed, Callable[..., None]],
) -> None:
    """Draw the bar.

    Parameters
    ----------
    tokens : of the prompt; none where the page itself shows them
    panels : of the page, in their order
    key : unique on the page
    chosen : index of the token that is followed
    go_to : the word of a panel that the page's link names: it is scrolled to, once
    following : the title and the address of the next page, if there is one
    on : what is called before the page runs: "follow" with an index, "open" with a panel's
        index, "all" with 1 or 0 (open everything, or what a page begins with), "next"
    """

    data = {
        "tokens": [[token.label, describe(token, i)] for i, token in enumerate(tokens)],
        "chosen": chosen,
        "colours": list(CATEGORIES),
        "panels": [list(one) for one in panels],
        "goTo": go_to,
        "next": following,
        "words": _words(),
        "notation": notation(),
    }
    _component(key=key, data=data, on_pick_change=does(key, DEEDS, on))


def _words() -> dict[str, str]:
    return {
        "tokens": _("The tokens of the prompt; the pages follow the one that you choose"),
        "edit": _("Change the prompt"),
        "before": _("{n} before"),
        "after": _("{n} after"),
        "panels": _("What this page shows"),
        "list": _("All panels of this page"),
        "place": _("{i} of {n} · {title}"),
        "previous": _("Previous panel (←)"),
        "following": _("Next panel (→)"),
        "closed": _("closed; opens it"),
        "open_all": _("Open everything"),
        "close_all": _("Close the deeper ones"),
        "next": _("Next: {page}"),
    }
