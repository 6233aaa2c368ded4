"""One word names a panel everywhere, and a new panel costs one file and its page's list."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import pages.panels
from pages.kit.panel import PANELS
from pages.kit.prose import prose
from pages.shell.journey import stops

ROOT = Path(__file__).parent.parent.parent
for _found in pkgutil.walk_packages(pages.panels.__path__, "pages.panels."):
    importlib.import_module(_found.name)
REAL = dict(PANELS)


def listed(page: str) -> list[str]:
    """The panels that a page's file names, in its order."""
    tree = ast.parse((ROOT / "pages" / f"{page}.py").read_text(encoding="utf-8"))
    names = {
        alias.asname or alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and "panels" in node.module
        for alias in node.names
    }
    call = next(n for n in ast.walk(tree) if isinstance(n, ast.Call))
    inside = [n.id for arg in call.args for n in ast.walk(arg) if isinstance(n, ast.Name)]
    return [str(names[name]).rsplit(".", 1)[1] for name in inside]


@pytest.mark.parametrize("page", [stop.name for stop in stops()])
def test_a_page_lists_all_its_panels_once(page: str) -> None:
    words = [one.word for one in REAL.values() if one.page == page]
    assert sorted(listed(page)) == sorted(words)


@pytest.mark.parametrize("name", sorted(REAL))
def test_one_word_names_a_panel_everywhere(name: str) -> None:
    one = REAL[name]
    assert one.body.__module__ == f"pages.panels.{one.page}.{one.word}"
    assert one.key == f"panel_{one.word}"
    assert one.text is not None or prose(one.page, one.word)


@pytest.mark.parametrize("kind", ["charts", "recipes"])
@pytest.mark.parametrize("page", [stop.name for stop in stops()])
def test_figures_and_programs_are_named_after_their_panel(kind: str, page: str) -> None:
    words = {one.word for one in REAL.values() if one.page == page}
    files = (ROOT / "core" / kind / page).glob("*.py")
    stray = [
        path.name
        for path in files
        if path.stem != "__init__" and path.stem.split("_")[0] not in words
    ]
    assert not stray, f"named after no panel of {page}: {stray}"


def new_panel() -> None:
    """All that a new panel needs, beside its page's list, its prose, a chart and a recipe."""
    from types import SimpleNamespace

    import pages.kit.panel as kit
    from pages.kit.controls import Number
    from pages.kit.figure import text
    from pages.kit.params import Values

    times = Number("times", 1, 9, step=1, default=3, title=lambda: "Times")

    @kit.panel(
        "overview/again", title=lambda at: "How often?", controls=(times,), text=lambda at: "parts"
    )
    def again(now, at):
        return kit.Shown(text("ha " * at[times]), f"{at[times]} times")

    now = SimpleNamespace(text="ha", ids=(0,))
    again.draw(now, Values(now))  # type: ignore[arg-type]


def test_a_new_panel_is_a_function() -> None:
    before = dict(PANELS)
    try:
        app = AppTest.from_function(new_panel, default_timeout=60).run()
        assert not app.exception
        assert app.subheader[0].value == "How often?"
        assert app.text[0].value == "ha ha ha"
        app.number_input(key="times").set_value(5).run()
        assert app.caption[0].value == "5 times"
    finally:
        PANELS.clear()
        PANELS.update(before)
