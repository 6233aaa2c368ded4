"""Pages under Streamlit's AppTest."""

from __future__ import annotations

from pathlib import Path

from streamlit.elements.lib.mutable_popover_container import PopoverContainer
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from core.recipes import Recipe
from pages.kit.current import PROMPT
from pages.kit.python_box import BOXES

APP = str(Path(__file__).parent.parent / "app.py")

_begin = PagesManager.__init__


def _begin_with_the_router(self: PagesManager, *args, **kwargs) -> None:
    # A server runs app.py for every page. AppTest forgets that before each run and, seeing a
    # pages/ folder, would run the page's file alone: no router, no sidebar, no shared state.
    PagesManager.uses_pages_directory = False
    _begin(self, *args, **kwargs)


PagesManager.__init__ = _begin_with_the_router

#: As a browser has it; AppTest cannot open a menu, so pages under it have all of them open.
AS_IT_IS = PopoverContainer.open
PopoverContainer.open = property(lambda _menu: True, AS_IT_IS.fset)  # type: ignore[assignment, method-assign]


def open_page(
    name: str, *, prompt: str | None = None, model: str | None = None, **query: str | None
) -> AppTest:
    """The app at a page's address, all panels open, run until the model is there.

    Raises
    ------
    AssertionError
        If the page shows an exception.
    """
    app = AppTest.from_file(APP, default_timeout=120)
    if prompt is not None:
        app.query_params["prompt"] = prompt
    if model is not None:
        app.query_params["model"] = model
    for key, value in {"panel": "all", **query}.items():
        if value is not None:
            app.query_params[key] = value
    if name != "overview":
        app.switch_page(f"pages/{name}.py")
    app.run()
    settle(app)
    return app


def settle(app: AppTest, tries: int = 200) -> None:
    """Run again while the model loads; then no exception may be on the page."""
    import time

    for _try in range(tries):
        loading = any("Loading the model" in str(p.proto) for p in app.get("progress"))
        # A run that ended in st.rerun leaves a tree without the sidebar.
        if not loading and len(app.selectbox) and len(app.title):
            break
        time.sleep(0.2)
        app.run()
    assert not app.exception, [e.message for e in app.exception]


def prompt_of(app: AppTest) -> str:
    """The prompt as the session has it."""
    return app.session_state[PROMPT]


def set_prompt(app: AppTest, text: str) -> AppTest:
    """Type a prompt and apply it; AppTest knows no components, so that the session is told."""
    app.session_state[PROMPT] = text
    return app


def boxes(app: AppTest) -> dict[str, Recipe]:
    """The page's "Show the Python" boxes by name."""
    return app.session_state[BOXES]
