"""Messages that no browser sends: Streamlit's protocol with everything in it changed at random.

Sessions are opened on pages of the running app; then come their own messages with other values,
other types, other pages, fragments and queries, and messages of which bytes are changed. After
each a bystander's page must work, and the server's log must hold no failure.

``python -m benchmarks.fuzz [--cases 10000] [--seed 0] [--minutes 9]``
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from google.protobuf.message import DecodeError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as from_seed
from hypothesis import strategies as st
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from benchmarks.stranger import PUBLIC
from benchmarks.visitor import serve

PAGES = (
    "overview", "tokenizer", "embeddings", "attention", "layers", "compare", "sampling", "lessons",
    "room", "glossary", "nowhere", "../app", "",
)  # fmt: skip
INTERNAL = "$$STREAMLIT_INTERNAL_KEY"
#: Names of the address that pages read, and some that they do not.
NAMES = (
    "prompt", "layer", "head", "token", "panel", "model", "lang", "length", "temperature", "room",
    "present", "lead", "tok_find", "tok_by", "lesson", "step", "term", "seed", "x", "__class__",
)  # fmt: skip
ODD = (
    "", "-1", "0", "1e999", "nan", "all", "storyteller", "gpt2-xl", "../../etc", "/etc", "\0",
    "9" * 5_000, "é" * 500, "<script>alert(1)</script>", "{}", "[[[[", "(a+)+$", "\ud7ff", "﷽" * 99,
)  # fmt: skip
#: Seconds for a run to end; what takes longer is left and counted. A part of a page that is gone by
#: now is not run, and nothing says so: that it does run shows at once.
PATIENCE, BEGINS = 20.0, 0.7
#: The triggers of a component, kept beside it under a name of Streamlit's own.
EVENT = "event"
EVENTS = ("pick", "text", "asked", "found", "go", "x")
#: What each kind of widget takes, where a kind has but one.
FITS = {
    "slider": "double_array_value", "selectbox": "string_value", "text_input": "string_value",
    "text_area": "string_value", "checkbox": "bool_value", "button": "trigger_value",
    "number_input": "double_value", "button_group": "string_array_value", "radio": "string_value",
    "multiselect": "string_array_value", "arrow_vega_lite_chart": "string_value",
    "bidi_component": "json_value", EVENT: "json_trigger_value", "tab_container": "string_value",
    "expandable": "bool_value", "select_slider": "string_array_value",
}  # fmt: skip

text = st.one_of(st.sampled_from(ODD), st.text(max_size=40))
number = st.one_of(st.integers(-(2**63), 2**63 - 1), st.sampled_from([0, 1, -1, 7, 5_000]))
decimal = st.floats(allow_nan=True, allow_infinity=True)
numbers = st.lists(st.one_of(st.integers(-2, 60), number), max_size=4)
#: What components send: the events that ours know, with anything in them.
deep = st.recursive(
    st.one_of(st.none(), st.booleans(), number, decimal, text),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(text, inner, max_size=2)),
    max_leaves=6,
)
events = st.lists(
    st.fixed_dictionaries(
        {"event": st.sampled_from(EVENTS), "value": st.one_of(st.integers(-2, 60), numbers, deep)}
    ),
    max_size=2,
)
by_field = {
    "bool_value": st.booleans(),
    "double_value": decimal,
    "int_value": number,
    "string_value": text,
    "json_value": st.one_of(
        st.dictionaries(st.sampled_from(EVENTS), deep, max_size=3).map(json.dumps),
        deep.map(json.dumps),
        text,
    ),
    "bytes_value": st.binary(max_size=40),
    "trigger_value": st.booleans(),
    "string_trigger_value": text.map(lambda t: {"data": t}),
    "json_trigger_value": st.one_of(events.map(json.dumps), text),
    "double_array_value": st.lists(decimal, max_size=4).map(lambda data: {"data": data}),
    "int_array_value": st.lists(number, max_size=4).map(lambda data: {"data": data}),
    "string_array_value": st.lists(text, max_size=4).map(lambda data: {"data": data}),
}
values = st.one_of(*(st.tuples(st.just(name), one) for name, one in by_field.items()))
#: A value for each kind that a widget may want.
fitting = st.fixed_dictionaries({name: by_field[name] for name in sorted({*FITS.values()})})
queries = st.tuples(
    st.sampled_from([(), (), (("panel", "all"),)]),
    st.lists(st.tuples(st.sampled_from(NAMES), text), max_size=6),
).map(
    lambda parts: "&".join(
        f"{name}={quote(value, errors='replace')}" for name, value in [*parts[0], *parts[1]]
    )
)
others = st.sampled_from(
    [{"clear_cache": True}, {"set_run_on_save": True}, {"stop_script": True},
     {"load_git_info": True}, {"debug_shutdown_runtime": True}, {"app_heartbeat": True},
     {"debug_disconnect_websocket": True}, {"file_urls_request": {"file_names": ["../x"] * 9}},
     {"backend_operation_request": {"install_skills": {}}}, {},
     {"backend_operation_request": {"deferred_file": {"file_id": "../x"}}},
     {"backend_operation_request": {"dataframe_chunk": {"source_id": "x", "limit": 2**32 - 1}}}]
)  # fmt: skip


class Session:
    """A session that is spoken to in any way, and listened to."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.stream: ClientConnection | None = None
        self.widgets: dict[str, str] = {}  # and what each takes
        self.here: set[str] = set()  # those of the page that was drawn last
        self.fragments: set[str] = set()
        self.pages: set[str] = set()

    def open(self) -> ClientConnection:
        if self.stream is None:
            self.stream = connect(
                f"ws://{self.address}/_stcore/stream",
                subprotocols=["streamlit"],  # type: ignore[list-item]
                origin=f"http://{self.address}",  # type: ignore[arg-type]
                max_size=None,
                ping_interval=None,
                close_timeout=0.5,
            ).__enter__()
        return self.stream

    def say(self, data: bytes) -> str:
        """Send a message and hear its run out; what became of it."""
        try:
            stream = self.open()
            stream.send(data)
            asked = _asked(data)
            if asked.WhichOneof("type") != "rerun_script":
                return "no run"
            return self._hear(stream, bool(asked.rerun_script.fragment_id))
        except ConnectionClosed:
            self.stream = None
            return "closed"

    def close(self) -> None:
        if self.stream is not None:
            with suppress(Exception):
                self.stream.close()
            self.stream = None

    def _hear(self, stream: ClientConnection, part: bool) -> str:
        failed, begun = "", time.monotonic()
        end = begun + (BEGINS if part else PATIENCE)
        while (left := end - time.monotonic()) > 0:
            try:
                data = stream.recv(timeout=left)
            except TimeoutError:
                break
            message = ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())
            kind = message.WhichOneof("type")
            if kind == "new_session":
                end, part = begun + PATIENCE, False
                if not message.metadata.run.fragment_ids:
                    self.here.clear()
            elif kind == "delta":
                failed = failed or self._note(message)
            elif kind == "navigation":
                self.pages |= {page.page_script_hash for page in message.navigation.app_pages}
            elif kind == "auto_rerun":
                self.fragments.add(message.auto_rerun.fragment_id)
            elif kind == "session_event" and message.session_event.WhichOneof("type") == (
                "script_compilation_exception"
            ):
                return "EXCEPTION in the script"
            elif kind == "script_finished" and message.script_finished != (
                ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                return failed or "ran"
        return "of a part that is gone" if part else "still runs"

    def _note(self, message: ForwardMsg) -> str:
        delta = message.delta
        if delta.fragment_id:
            self.fragments.add(delta.fragment_id)
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            return f"EXCEPTION {element.exception.type}: {element.exception.message[:80]}"
        if kind and (found := getattr(getattr(element, kind), "id", "")):
            chosen = kind == "slider" and element.slider.type == Slider.SELECT_SLIDER
            self.widgets[found] = FITS.get("select_slider" if chosen else kind, "")
            self.here.add(found)
            if kind == "bidi_component":
                self.widgets[f"{INTERNAL}_{found}__events"] = FITS[EVENT]
                self.here.add(f"{INTERNAL}_{found}__events")
        return ""


def _asked(data: bytes) -> BackMsg:
    """What a message asks for; an empty one where it cannot be read."""
    try:
        return BackMsg.FromString(data)
    except DecodeError:
        return BackMsg()


def _one_of(known: Iterable[str], number: int) -> str:
    """What is known of a session; now and then what nobody knows, which closes the stream."""
    found = sorted(known) or ["$$ID-0-x"]
    if number % 97 == 96:
        found = ["", "0" * 32, "\0"]
    return found[number % len(found)]


def message_for(case: dict, session: Session) -> bytes:
    """One message, whole or changed."""
    message = BackMsg(**case["other"]) if case["is_other"] else BackMsg()
    if not case["is_other"]:
        state = message.rerun_script
        state.query_string = case["query"]
        if case["by_name"] == 0:
            state.page_name = case["page"]
        elif case["by_name"] == 1:
            state.page_script_hash = _one_of(session.pages, case["number"])
        if case["fragment"] == 0:
            state.fragment_id = _one_of(session.fragments, case["number"])
        state.is_history_navigation, state.is_auto_rerun = case["flags"]
        state.context_info.timezone, state.context_info.locale = case["said"]
        for number, fits, (field, value) in case["widgets"]:
            name = _one_of(session.here if number % 4 else session.widgets, number // 4)
            if fits and session.widgets.get(name):
                field = session.widgets[name]
                value = fits[field]
            state.widget_states.widgets.add(id=name, **{field: value})
            if name.startswith(INTERNAL):  # a component's triggers count with its state only
                base = name[len(INTERNAL) + 1 : -len("__events")]
                state.widget_states.widgets.add(id=base, json_value="{}")
    whole = message.SerializeToString()
    if whole and case["change"] == 0:
        place = case["number"] % len(whole)
        whole = whole[:place] + case["noise"] + whole[place + 1 :]
    return whole


def in_ten() -> st.SearchStrategy[int]:
    return st.integers(0, 9)


cases_at_random = st.fixed_dictionaries(
    {
        "is_other": in_ten().map(lambda n: n == 0),
        "other": others,
        "query": queries,
        "by_name": st.integers(0, 6),  # most stay on their page
        "page": st.sampled_from(PAGES),
        "number": st.integers(0, 9_999),
        "fragment": st.integers(0, 3),
        "flags": st.tuples(st.booleans(), st.booleans()),
        "said": st.tuples(text, text),
        "widgets": st.lists(
            st.tuples(st.integers(0, 9_999), st.one_of(st.none(), fitting), values), max_size=6
        ),
        "change": in_ten(),
        "noise": st.binary(max_size=9),
    }
)


def fuzz(address: str, log: Path, cases: int, seed: int, seconds: float) -> Counter[str]:
    """Say `cases` messages, as many as go into `seconds`; what became of them.

    Raises
    ------
    AssertionError
        If a bystander's page fails: with the last message.
    """
    seen: Counter[str] = Counter()
    bystander, session = Session(address), Session(address)
    calm = BackMsg()
    calm.rerun_script.page_name = "glossary"
    for _try in range(10):  # a server that has just begun to listen loads its model first
        if (first := bystander.say(calm.SerializeToString())) == "ran":
            break
    assert first == "ran", first
    end = time.monotonic() + seconds
    dice, known = random.Random(seed), [failures(log)]

    @from_seed(seed)
    @settings(
        max_examples=cases, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(cases_at_random)
    def one(case: dict) -> None:
        if time.monotonic() > end:
            return
        message = message_for(case, session)
        became = session.say(message)
        if became.startswith("EXCEPTION") or failures(log) > known[0]:
            known[0] = failures(log)
            became += f" FAILURE {last_failure(log)}"
            if became not in seen:
                print(became, message, flush=True)
        seen[became] += 1
        if dice.randrange(50) == 0:
            assert bystander.say(calm.SerializeToString()) == "ran", message
            session.close()  # and begin anew

    try:
        one()
    finally:
        session.close()
        bystander.close()
    return seen


def failures(log: Path) -> int:
    """Tracebacks in a server's log, plain or in a frame."""
    return log.read_text(errors="replace").count("Traceback")


def last_failure(log: Path) -> str:
    """The last line of the log that names an exception."""
    said = re.findall(r"^\S*?(\w+(?:Error|Exception|Warning)\b.*)", _plain(log), re.MULTILINE)
    return said[-1][:120] if said else ""


def _plain(log: Path) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", log.read_text(errors="replace"))


def main(cases: int, seed: int, minutes: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("w") as out, serve(log=out, **PUBLIC) as (address, _server):
            begin = time.monotonic()
            seen = fuzz(address, log, cases, seed, 60 * minutes)
            took = time.monotonic() - begin
    print(f"{seen.total():,} messages in {took:.0f} s")
    for what, n in seen.most_common():
        print(f"{n:7,} {what}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=9.0)
    chosen = parser.parse_args()
    main(chosen.cases, chosen.seed, chosen.minutes)
