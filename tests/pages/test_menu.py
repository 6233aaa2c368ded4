"""What stands in a menu is drawn when somebody opens it."""

from __future__ import annotations

import pytest
from streamlit.elements.lib.mutable_popover_container import PopoverContainer
from streamlit.testing.v1 import AppTest

from tests.app import AS_IT_IS, open_page


def keys(app: AppTest) -> set[str]:
    return {str(button.key) for kind in ("button", "download_button") for button in app.get(kind)}


def test_closed_it_is_one_button_and_open_it_holds_what_it_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(PopoverContainer, "open", AS_IT_IS)
    app = open_page("attention", panel=None)
    assert not {key for key in keys(app) if key.startswith(("example_", "export_"))}
    app.session_state["menu_examples"] = True
    app.run()
    found = keys(app)
    assert {f"example_{n}" for n in range(6)} <= found
    assert not {key for key in found if key.startswith("export_")}
    app.button(key="example_1").click().run()
    assert not app.exception
