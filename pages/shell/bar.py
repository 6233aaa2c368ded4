"""What stays in sight on top of a page: the prompt's tokens, the page's panels, the way on."""

from __future__ import annotations

from pages.components.top_bar import Listed
from pages.components.top_bar import top_bar as drawn
from pages.kit import address
from pages.kit.chosen import TOKEN
from pages.kit.current import Current
from pages.kit.memory import Memory
from pages.kit.opened import Opened
from pages.kit.params import Values
from pages.shell.journey import stops

_LEAVING = Memory[str]("bar_leaving", "")


def top_bar(name: str, now: Current, at: Values, opened: Opened) -> None:
    """Draw the bar; a click follows a token, opens a panel or goes on."""
    if _LEAVING.get():  # a callback cannot change the page itself
        page = _LEAVING.get()
        _LEAVING.set("")
        address.go(page)
    panels = list(opened.panels.values())
    listed = [Listed(one.word, one.title(at), opened.is_open(one, at)) for one in panels]
    order = stops()
    place = next(i for i, stop in enumerate(order) if stop.name == name)
    after = order[place + 1] if place + 1 < len(order) else None
    drawn(
        now.tokens if name != "overview" else (),
        listed,
        key="top_bar",
        chosen=at[TOKEN],
        go_to=opened.named if opened.named in opened.panels else "",
        following=None if after is None else (after.title, address.way_to(after.name)),
        on={
            "follow": TOKEN.set,
            "open": lambda i: _toggle(opened, at, i),
            "all": lambda everything: opened.toggle_all(bool(everything)),
            "next": lambda: _LEAVING.set("" if after is None else after.name),
        },
    )


def _toggle(opened: Opened, at: Values, place: int) -> None:
    words = list(opened.panels)
    if 0 <= place < len(words):
        opened.toggle(words[place], at[opened])
