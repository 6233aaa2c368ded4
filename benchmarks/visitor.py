"""A learner without a browser: speaks Streamlit's own protocol with a running server.

What a browser would get it gets, byte for byte; it draws nothing. So thirty of
them fit on the machine that also runs the server.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serve(
    *, log: int | IO[str] = subprocess.DEVNULL, **settings: str
) -> Iterator[tuple[str, subprocess.Popen]]:
    """The app as ``streamlit run app.py`` serves it, on a free port; address and process."""
    port = free_port()
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", **settings}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    server = subprocess.Popen(
        [*command, "--server.address", "127.0.0.1"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=log,
    )
    try:
        for _try in range(1200):
            if server.poll() is not None:
                raise RuntimeError(f"the server ended with {server.returncode}")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5)
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        yield f"127.0.0.1:{port}", server
    finally:
        server.terminate()
        server.wait()


class Kept:
    """Large messages that a browser keeps, so that the server names them the next time."""

    #: Runs after which what was not used is forgotten, as in Streamlit's front end.
    OLDEST = 2

    def __init__(self) -> None:
        self._messages: dict[str, tuple[ForwardMsg, int]] = {}
        self._runs = 0

    def names(self) -> list[str]:
        return list(self._messages)

    def whole(self, message: ForwardMsg) -> ForwardMsg:
        """The message itself, or the one that it stands for."""
        if message.WhichOneof("type") == "ref_hash":
            kept, _run = self._messages[message.ref_hash]
            self._messages[message.ref_hash] = (kept, self._runs)
            kept.metadata.CopyFrom(message.metadata)
            return kept
        if message.metadata.cacheable and message.hash:
            self._messages[message.hash] = (message, self._runs)
        return message

    def grow_older(self) -> None:
        """A run has ended."""
        self._runs += 1
        self._messages = {
            name: (message, run)
            for name, (message, run) in self._messages.items()
            if self._runs - run <= self.OLDEST
        }


class Visitor:
    """One session.

    Attributes
    ----------
    n_bytes : received in the last run
    texts : everything shown in the last run that is text, by place
    """

    def __init__(self, address: str, source: str = "") -> None:
        # Another of the loopback addresses stands for another computer.
        own = {"source_address": (source, 0)} if source else {}
        self._socket = connect(
            f"ws://{address}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            origin=f"http://{address}",  # type: ignore[arg-type]
            max_size=None,
            ping_interval=None,  # a server at work answers late; that is what is measured
            **own,
        )
        self.n_bytes = 0
        self.shown: dict[tuple[int, ...], str] = {}
        self._widgets: dict[str, str] = {}  # user key -> widget id
        self._parts: dict[str, str] = {}  # widget id -> the fragment that it was drawn in
        self._page = ""
        self._polls: dict[str, float] = {}  # fragment -> seconds
        self._polled: dict[str, float] = {}  # fragment -> when it was last asked for
        self._query = ""
        self._hash = ""
        self._values: dict[str, dict] = {}  # widget id -> the value that it shows
        self._kept = Kept()
        self.prompt = ""  # as the sidebar's field shows it

    def close(self) -> None:
        self._socket.close()

    def open(self, page: str, query: dict[str, str], patience: float = 300.0) -> float:
        """Open a page; seconds until its run has ended and nothing is loading."""
        self._query, self._page, self._hash = urlencode(query), page, ""
        begin = time.perf_counter()
        self.shown.clear()
        self._polls.clear()
        # As if by the Back button: the address that is opened holds, not what the session had.
        self._send(history="prompt" in query)
        self._until_quiet(begin + patience)
        while self.loading() and time.perf_counter() < begin + patience:
            time.sleep(0.3)
            self._send()
            self._until_quiet(begin + patience)
        return time.perf_counter() - begin

    def enter(self, key: str, number: float) -> None:
        """Type a number into a field that was seen before; sent with the next message."""
        if key in self._widgets:
            self._values[self._widgets[key]] = {"double_value": number}

    def loading(self) -> bool:
        return any("Loading the model" in text for text in self.shown.values())

    def press(self, key: str) -> None:
        """Press a button, given by its key, and wait for the run of its part to end."""
        widget = self._widgets[key]
        self._send(press=widget, fragment=self._parts.get(widget))
        self._until_quiet(time.perf_counter() + 120)

    def poll(self) -> None:
        """Let the fragments whose time has come run again, as the browser's timers do."""
        for fragment, interval in list(self._polls.items()):
            now = time.perf_counter()
            if now - self._polled.get(fragment, 0.0) >= interval:
                self._polled[fragment] = now
                self._send(fragment=fragment, by_itself=True)
                self._until_quiet(now + 120)

    def polls(self, faster_than: float) -> bool:
        """Whether something on the page asks to be drawn anew that often (seconds)."""
        return any(interval < faster_than for interval in self._polls.values())

    def last_words(self) -> str:
        """What a stream that was closed had still told: a sentence, if there was one."""
        with suppress(ConnectionClosed, TimeoutError):
            while True:
                message = ForwardMsg.FromString(self._socket.recv(timeout=1.0))  # type: ignore[arg-type]
                if message.WhichOneof("type") == "delta":
                    self._delta(message)
        return next((text for text in self.shown.values() if text.startswith("toast:")), "")

    def errors(self) -> list[str]:
        return [t for t in self.shown.values() if t.startswith("exception:")]

    def _send(
        self,
        press: str | None = None,
        fragment: str | None = None,
        history: bool = False,
        by_itself: bool = False,
    ) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.is_history_navigation = history
        state.query_string = self._query
        state.page_script_hash = self._hash
        if not self._hash:
            state.page_name = self._page
        state.cached_message_hashes.extend(self._kept.names())
        for widget, value in self._values.items():  # as a browser does, with every message
            state.widget_states.widgets.add(id=widget, **value)
        if press is not None:
            state.widget_states.widgets.add(id=press, trigger_value=True)
        if fragment is not None:
            state.fragment_id = fragment
            state.is_auto_rerun = by_itself
        self.n_bytes = 0
        self._socket.send(message.SerializeToString())

    def _until_quiet(self, deadline: float) -> None:
        while True:
            data = self._socket.recv(timeout=max(1.0, deadline - time.perf_counter()))
            assert isinstance(data, bytes)
            self.n_bytes += len(data)
            message = self._kept.whole(ForwardMsg.FromString(data))
            kind = message.WhichOneof("type")
            if kind == "delta":
                self._delta(message)
            elif kind == "auto_rerun":
                self._polls[message.auto_rerun.fragment_id] = message.auto_rerun.interval
            elif kind == "stop_auto_rerun":
                for fragment in message.stop_auto_rerun.fragment_ids:
                    self._polls.pop(fragment, None)
            elif kind == "navigation":
                self._hash = message.navigation.page_script_hash
            elif kind == "new_session":
                if not message.metadata.run.fragment_ids:  # a whole run draws all anew
                    self.shown.clear()
                    self._polls.clear()
            elif (
                kind == "script_finished"
                # The script asked to be run again: that run's end is still to come.
                and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                self._kept.grow_older()
                return

    def _delta(self, message: ForwardMsg) -> None:
        place = tuple(message.metadata.delta_path)
        delta = message.delta
        if delta.WhichOneof("type") != "new_element":
            return
        element = delta.new_element
        kind = element.WhichOneof("type") or ""
        body = getattr(element, kind)
        if kind == "exception":
            self.shown[place] = f"exception: {body.type} {body.message}"
        elif kind in {"text", "markdown"}:
            self.shown[place] = body.body
        elif kind == "toast":
            self.shown[place] = f"toast: {body.body}"
        elif kind == "progress":
            self.shown[place] = body.text
        elif kind == "code":
            self.shown[place] = body.code_text
        else:
            self.shown[place] = kind
        found = re.search(r"-([A-Za-z_0-9]+)$", getattr(body, "id", ""))
        if found and found.group(1) == "prompt_field":
            self.prompt = json.loads(body.json or body.mixed.json)["text"]
        if found:
            self._widgets[found.group(1)] = body.id
            self._parts[body.id] = delta.fragment_id
            value = _value(kind, body)
            if value is not None and (body.id not in self._values or body.set_value):
                self._values[body.id] = value


def _value(kind: str, body: Any) -> dict | None:
    """What a widget shows, for those that every page has."""
    if kind in {"text_area", "text_input"}:
        return {"string_value": body.value if body.set_value else body.default}
    if kind == "selectbox":
        if body.set_value:
            return {"string_value": body.raw_value}
        return {"string_value": body.options[body.default]} if body.options else None
    if kind == "slider" and body.type == Slider.SELECT_SLIDER:
        raw = list(body.raw_value) if body.set_value else []
        return {"string_array_value": {"data": raw or [body.options[int(i)] for i in body.default]}}
    if kind == "slider":
        return {
            "double_array_value": {"data": list(body.value if body.set_value else body.default)}
        }
    if kind == "checkbox":
        return {"bool_value": body.value if body.set_value else body.default}
    return None
