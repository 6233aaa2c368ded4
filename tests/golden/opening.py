"""Open a state under AppTest and take down what is there."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from streamlit.testing.v1 import AppTest

from core import cache
from tests.app import APP, settle
from tests.checkpoints import write_published
from tests.golden.exports import offered
from tests.golden.seen import seen
from tests.golden.state import OTHER_MODEL, State


def take_down(state: State, folder: Path) -> dict[str, Any]:
    """What a learner gets in a state, in short.

    Parameters
    ----------
    folder : where the other model is put, if the state asks for it
    """
    model = folder / "other"
    if OTHER_MODEL in state.address.values() and not model.exists():
        write_published(model)
    app = AppTest.from_file(APP, default_timeout=240)
    for name, value in {"panel": "all", **state.address}.items():
        app.query_params[name] = str(model) if value == OTHER_MODEL else value
    if state.page != "overview":
        app.switch_page(f"pages/{state.page}.py")
    with _alone(), offered() as files:
        app.run()
        _wait(app)
        for step in state.steps:
            files.clear()
            _take(app, *step)
        found = seen(app, files)
    text = json.dumps(found, ensure_ascii=False, default=float)
    return json.loads(text.replace(str(model), OTHER_MODEL))


@contextmanager
def _alone() -> Iterator[None]:
    """Which other models are in memory hangs on the tests before: here there is none."""
    pool = cache.pool()
    with patch.object(pool, "keys", list), patch.object(pool, "engines", list):
        yield


def _take(app: AppTest, kind: str, key: str, value: Any = None) -> None:
    """Do what a learner does: press a button, or set a widget to a value; wait for work.

    "session" is what a component of ours sets, which no test without a browser can press.
    """
    if kind == "session":
        app.session_state[key] = value
        app.run()
    elif kind == "button":
        app.button(key=key).click().run()
    else:
        getattr(app, kind)(key=key).set_value(value).run()
    _wait(app)
    app.run()
    assert not app.exception, [e.message for e in app.exception]


def _wait(app: AppTest) -> None:
    """Run again until the model is there and nothing is at work, as the browser does."""
    settle(app)
    for _try in range(600):
        if all(b.disabled for b in app.button if (b.key or "").startswith("stop_")):
            return
        time.sleep(0.1)
        app.run()
    raise TimeoutError("the work in the background did not end")
