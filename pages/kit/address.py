"""The page's address: changes of one run are written at once, so that Back takes them back at once.

Streamlit makes an entry of the browser's history for every single name that is written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NoReturn
from urllib.parse import urlencode

import streamlit as st

from core import private

#: In the session: what is to be written; whether a whole run goes on; the text that the address of
#: now cannot hold; such texts of addresses before.
_CHANGES, _WHOLE = "address_changes", "address_whole_run"
_ARRIVING, _FOLLOWING = "address_arriving", "address_following"
_BESIDE, _TEXTS = "address_beside", "address_texts"
#: What the address of every page holds.
EVERYWHERE = ("model", "prompt", "lang", "token", "present")
#: So many addresses keep their text.
_MOST = 30


def begin(*, anew: bool) -> None:
    """A whole run begins: its panels' changes wait for its end.

    Parameters
    ----------
    anew : whether a page has just been opened: changes that another one did not get to write are
        none of its own
    """
    changes = _changes()
    if anew:
        changes.clear()
    elif st.session_state.get(_WHOLE):  # the run before was cut off; callbacks only take away
        for name in [name for name, values in changes.items() if values]:
            del changes[name]
    st.session_state[_WHOLE] = True


def asked(name: str) -> list[str]:
    """What stands in the address under a name, or will when it is written."""
    changes = _changes()
    return list(changes[name]) if name in changes else st.query_params.get_all(name)


def names() -> list[str]:
    """All names that stand in the address."""
    return list(_standing())


def put(name: str, values: Sequence[str]) -> None:
    """Let the address hold these values under a name; nothing takes the name out of it."""
    _changes()[name] = list(values)


def put_beside(text: str | None) -> None:
    """A text that is too long for the address: the session knows it by the rest of the address."""
    st.session_state[_BESIDE] = text


def put_aside() -> str | None:
    """The text of now, if it is too long for the address."""
    return st.session_state.get(_BESIDE)


def beside() -> str | None:
    """The text that belonged to the address as it is now, when it was written."""
    return st.session_state.get(_TEXTS, {}).get(_mark(_standing()))


def write() -> None:
    """Write what has changed, as one entry of the browser's history; a whole run ends with it."""
    st.session_state[_WHOLE] = st.session_state[_FOLLOWING] = False
    changes, old = _changes(), _standing()
    if st.session_state.pop(_ARRIVING, False):
        changes.clear()  # the next run says it again
        return
    new = {name: values for name, values in (old | changes).items() if values}
    changes.clear()
    if new != old:
        st.query_params.from_dict({name: _one(values) for name, values in new.items()})
    text = put_aside()
    if text is not None:
        _keep(new, text)


def _keep(address: Mapping[str, list[str]], text: str) -> None:
    """Let the session know the text that belongs to an address."""
    texts: dict[int, str] = st.session_state.setdefault(_TEXTS, {})
    texts[_mark(address)] = text
    while len(texts) > _MOST:
        del texts[next(iter(texts))]


def write_alone() -> None:
    """Write what a fragment has changed that ran without the page around it."""
    if not st.session_state.get(_WHOLE):
        write()


def way_to(page: str, **values: object) -> str:
    """Where another page is, for a component that lets the browser go there before it tells.

    Streamlit makes entries of its own in the browser's history while a page changes, one of them
    with the new address under the old page's name. It makes none where the browser is there
    already (`shared/leave.js`), and Back leads back at once.

    Parameters
    ----------
    page : its name
    values : of its parameters, by their names in the address; ``"{layer}"`` is for the component
    """
    asked = "".join(f"&{name}={value}" for name, value in values.items())
    return f"{page}?{urlencode(_kept(values), doseq=True)}{asked}"


def go(page: str, **values: object) -> NoReturn:
    """Go to another page, at the address that `way_to` says; its first run writes none."""
    asked = {name: str(value) for name, value in values.items()}
    st.session_state[_ARRIVING] = True
    st.switch_page(f"pages/{page}.py", query_params=_kept(values) | asked)
    raise AssertionError("a page that was left goes on")


def follow(
    page: str, values: Mapping[str, str | list[str]], *, text: str | None = None
) -> NoReturn:
    """Go to an address of the app as a link would: it holds, not what the session had before.

    Parameters
    ----------
    values : of all its names; model and language stay where it says none
    text : that belongs to it and is too long for it
    """
    standing = _standing()
    kept = {name: standing[name] for name in ("model", "lang") if name in standing}
    wanted = kept | {name: v if isinstance(v, list) else [v] for name, v in values.items()}
    if text is not None:
        _keep(wanted, text)
    _changes().clear()
    st.session_state[_ARRIVING] = st.session_state[_FOLLOWING] = True
    asked = {name: _one(values) for name, values in wanted.items()}
    st.switch_page(f"pages/{page}.py", query_params=asked)
    raise AssertionError("a page that was left goes on")


def is_followed() -> bool:
    """Whether the session came to this address by `follow`, and has not been shown it yet."""
    return bool(st.session_state.get(_FOLLOWING))


def standing() -> dict[str, list[str]]:
    """The address as it is now, by names."""
    return _standing()


def _kept(values: Collection[str]) -> dict[str, str | list[str]]:
    """What every page's address holds, but for `values`, which are said anew."""
    standing = _standing()
    kept = {*EVERYWHERE} - {*values}
    return {name: _one(standing[name]) for name in standing if name in kept}


def _standing() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _mark(address: Mapping[str, list[str]]) -> int:
    return hash(tuple(sorted((name, *values) for name, values in address.items())))


def _one(values: list[str]) -> str | list[str]:
    return values if len(values) > 1 else values[0]


def _changes() -> dict[str, list[str]]:
    """The session's, which a run asks for some fifty times and finds once."""
    run = private.of_run()
    if _CHANGES not in run:
        run[_CHANGES] = st.session_state.setdefault(_CHANGES, {})
    return run[_CHANGES]
