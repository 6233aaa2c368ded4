"""GPT-2 Under the Hood: the router. Page config, navigation, shared sidebar, run.

``streamlit run app.py`` finds `app` below without running this file, imports the
file once for the server and then runs it as a script for every session.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core import cache, private
from core.errors import LearnerError
from core.host.guards import guards
from core.room.here import serve
from core.turns import TURNS
from pages.kit import address
from pages.kit.error import show_error
from pages.kit.python_box import reset_boxes
from pages.shell import class_bar, hero, look, present, sidebar, start, status, terms, writing
from pages.shell.journey import beside
from pages.shell.navigation import navigation

# A picture of our own: an icon name would be fetched from the network by every browser.
ICON = str(Path(__file__).parent / ".streamlit" / "icon.png")


def session() -> None:
    """One run of a session's script."""
    private.prepare()  # where there is no st.App, nobody has done it yet
    st.set_page_config(page_icon=ICON, layout="wide")
    look.draw()
    sidebar.start_session()
    present.arrive()
    page = navigation(start.cold if cache.is_cold() else None)
    # Whoever has several tabs open, or goes back in the history, tells the pages apart.
    st.set_page_config(page_title=f"{page.title} · {hero.NAME}")
    name = page.url_path or "overview"
    writing.follow(here=name == "overview")
    reset_boxes()
    sidebar.draw(name)
    status.draw()
    terms.explain()
    sidebar.problem()
    class_bar.draw()
    if name in {stop.name for stop in beside()}:
        present.draw_beside(name)
    try:
        page.run()
    except LearnerError as error:  # a full queue, an unloaded model: a sentence, no traceback
        show_error(error)
    address.write()


if __name__ == "__main__":
    with TURNS.taken():
        session()
else:
    limits = cache.at_start()
    doors = [cache.readiness(), *(serve() if limits.rooms else [])]
    base = st.get_option("server.baseUrlPath")
    tight = lambda: cache.pressure().waits  # noqa: E731
    stack = guards(limits, private.asked_for, base, tight, cache.refused(), cache.streams())
    app = st.App(__file__, lifespan=cache.awake, routes=doors, middleware=stack)
