"""``python -m tests.e2e.slowly run app.py …``: Streamlit, whose model comes some seconds later.

On a quick machine the model is there before the page has its fonts; what stands until it comes
could not be seen.
"""

from __future__ import annotations

import time

from streamlit.web.cli import main

from core import cache

SECONDS = 4.0

_wake_up = cache._wake_up


def _later() -> None:
    time.sleep(SECONDS)
    _wake_up()


if __name__ == "__main__":
    cache._wake_up = _later
    main()
