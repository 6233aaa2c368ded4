"""A page: its question, what its link asks for, its panels, the way on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import streamlit as st

from core import private
from core.errors import LearnerError, OutOfRange
from core.language import _
from pages.course.band import band
from pages.course.doing import just_done
from pages.course.moving import open_link
from pages.course.place import Place, here
from pages.kit import address, jobs
from pages.kit.chosen import TOKEN
from pages.kit.current import MODEL, PROMPT, Current
from pages.kit.error import show_error
from pages.kit.fragment import fragment
from pages.kit.opened import Opened
from pages.kit.panel import Panel
from pages.kit.params import Param, Values
from pages.shell import foreign, present
from pages.shell.bar import top_bar
from pages.shell.journey import footer, stops
from pages.shell.learned import learned
from pages.shell.session import current, header
from pages.shell.writing import begin_if_asked

#: What links asked for and cannot be shown, by page; and the shared values of the last whole run.
_PROBLEMS, _SHARED = "address_problems", "shared_values"
#: Panels that are drawn together: a control of one of them runs all of them, and nothing else.
Group = tuple[Panel, ...]


def show(name: str, *panels: Panel | Group) -> None:
    """Run a page.

    Parameters
    ----------
    name : of the page
    panels : in their order; those that follow the same choices are grouped in a tuple
    """
    place = here()
    presented = present.is_on() and not isinstance(place, Place)
    now = _begin(name, place)
    groups = [part if isinstance(part, tuple) else (part,) for part in panels]
    opened = Opened(name, list(chain(*groups)))
    if isinstance(place, Place):
        groups = _of_step(now, name, place, groups)
    at = Values(now)
    _follow_the_browser([TOKEN, opened, *_reads(chain(*groups))])
    parts = [(group, _open_of(group, place, opened, at)) for group in groups]
    if presented:
        at, parts = present.only(opened, at)
    params = [TOKEN, opened, *_reads(chain(*(open for _all, open in parts)))]
    tell_problems(name, params, at)
    shared = _shared([open for _all, open in parts], (TOKEN, opened))
    for param in params:
        if param in shared or not param.late:
            param.remember(at)
    _on_top(name, now, at, opened, place)
    st.session_state[_SHARED] = _state(shared, at)
    for group, open in parts:
        _run(name, group, Drawing(shared, opened, open, isinstance(place, Place)), at)
    if not (presented or isinstance(place, Place)):
        _end(name, now)


def _on_top(name: str, now: Current, at: Values, opened: Opened, place: Place | str | None) -> None:
    """The bar, or the step of a lesson in its place."""
    if isinstance(place, Place):
        present.draw_beside(name)
        band(now, place)
    elif present.is_on():
        present.draw(name, opened, at)
    else:
        top_bar(name, now, at, opened)


def _end(name: str, now: Current) -> None:
    """The way on; at the last page first what was seen."""
    if name == stops()[-1].name:
        learned(now)
    footer(name, now)


def _of_step(now: Current, name: str, place: Place, groups: Sequence[Group]) -> list[Group]:
    """The step's panel and nothing else."""
    open_link(now, place, name)
    wanted = place.read.lesson.opened(place.step).panel
    found = [(one,) for group in groups for one in group if one.word == wanted]
    if wanted is not None and not found:
        text = _("The lesson names a panel that this page does not have: {panel}.")
        st.info(text.format(panel=wanted), icon=":material/link_off:")
    return found


def _open_of(
    group: Group, place: Place | str | None, opened: Opened, at: Values
) -> Sequence[Panel]:
    """The panels of a group that are drawn whole."""
    return [one for one in group if isinstance(place, Place) or opened.is_open(one, at)]


def _begin(name: str, place: Place | str | None) -> Current:
    """What stands above all else, and what all panels start from."""
    if not isinstance(place, Place):  # a lesson has a title of its own
        header(name)
    if isinstance(place, str):
        st.info(place, icon=":material/link_off:")
    now = current(name, invites=name == stops()[0].name)
    foreign.tell(now)
    begin_if_asked(now)
    return now


def _follow_the_browser(params: Sequence[Param]) -> None:
    """Where the Back button led to this address, it holds, not what the session had since."""
    if private.came_by_history() or address.is_followed():
        for param in params:
            param.read_again()


@dataclass(frozen=True)
class Drawing:
    """What a group of panels is drawn with; `alone`: a lesson shows nothing else."""

    shared: Sequence[Param]
    opened: Opened
    open: Sequence[Panel]
    alone: bool = False


def _reads(panels: Iterable[Panel]) -> list[Param]:
    return list(dict.fromkeys(param for one in panels for param in one.reads))


def _shared(groups: Sequence[Sequence[Panel]], always: Sequence[Param]) -> list[Param]:
    """What more than one group reads: a change of it runs the whole page."""
    seen: list[Param] = list(always)
    for group in groups:
        seen += _reads(group)
    return [param for param in dict.fromkeys(seen) if seen.count(param) > 1 or param in always]


def _run(name: str, group: Group, what: Drawing, at: Values) -> None:
    """Draw a group as a fragment: a control in it runs this group and nothing else.

    Where all of it is closed there is none: what opens it runs the page, and would run it first.
    """
    if not what.open:
        # One place for the group, as with a fragment: what comes after it stays where it is.
        with st.container() if len(group) > 1 else nullcontext():
            return _draw_all(group, at.now, at, what)
    job = next((one.job for one in what.open if one.job is not None), None)
    looks = [None if job is None else jobs.pace(job, None)]  # seconds until the browser looks again
    resolved = [at]  # for the whole run; when the group runs alone, its values are asked for anew

    def draw(now: Current) -> None:
        whole = bool(resolved)
        at = resolved.pop() if whole else _of_fragment(now, what.shared)
        if job is not None and (seconds := jobs.pace(job, looks[0])) != looks[0]:
            if looks[0] is None:
                jobs.wait_for_first(job)
            looks[0] = seconds
            private.look_again(seconds)
        _draw_all(group, now, at, what)
        for param in _reads(what.open):
            if param.late or not whole:  # the others are in the address already
                param.remember(at)
        if just_done(now):
            st.rerun()

    # Streamlit knows a fragment by these: two panels must not become one.
    draw.__module__ = f"pages.panels.{name}"
    draw.__qualname__ = "+".join(one.word for one in group)
    return fragment(draw, run_every=looks[0])(at.now)


def _draw_all(group: Group, now: Current, at: Values, what: Drawing) -> None:
    for one in group:
        _draw(one, now, at, what)


def _draw(panel: Panel, now: Current, at: Values, what: Drawing) -> None:
    """A panel that is open, or the offer to open it."""
    toggle = partial(what.opened.toggle, panel.word, at[what.opened])
    if panel not in what.open:
        panel.offer(at, toggle)
    else:
        closes = panel.depth == "deeper" and not what.alone
        panel.draw(now, at, close=toggle if closes else None)


def _of_fragment(now: Current, shared: Sequence[Param]) -> Values:
    """The values of a fragment that runs alone; what concerns others runs the whole page."""
    at = Values(now)
    if st.session_state[_SHARED] != _state(shared, at):
        st.rerun()
    return at


def _state(shared: Sequence[Param], at: Values) -> dict[str, Any]:
    """What a whole run of the page depends on: prompt, model, and the shared values."""
    asked = {name: st.session_state.get(name) for name in (PROMPT, MODEL)}
    return asked | {param.key: at[param] for param in shared}


def tell_problems(page: str, params: Sequence[Param], at: Values) -> None:
    """Say at the top of a page what of its address is not possible here, and what is.

    The address is read once a session, before any value is resolved; the sentences stay until
    they are closed or another page is opened.
    """
    kept = st.session_state.setdefault(_PROBLEMS, {})
    if page not in kept:
        asked = [(param, raw) for param in params if not param.late
                 for raw in param.wrong_in_address(at)]  # fmt: skip
        kept[page] = [param.problem(raw, at) for param, raw in asked]
    for other in kept:
        if other != page:
            kept[other] = []
    sentences = [problem for problem in kept[page] if isinstance(problem, str)]
    if sentences:
        _say(sentences, close=lambda: kept.__setitem__(page, []))
    errors = [problem for problem in kept[page] if isinstance(problem, LearnerError)]
    if errors:
        words = list(dict.fromkeys(error.problem for error in errors))
        show_error(OutOfRange(" ".join(words), _("Choose below; the rest stays as it was.")))


def _say(sentences: Sequence[str], *, close: Callable[[], None]) -> None:
    parts = [
        _("This link asks for something that the page cannot show:"),
        *sentences,
        _("The rest is as the link says; choose below."),
    ]
    with st.container(horizontal=True, vertical_alignment="center", key="address_problems_box"):
        st.info(" ".join(parts), icon=":material/link_off:")
        st.button(_("Close"), key="close_address_problems", on_click=close)
