"""Streamlit's private parts are where they were, and do what the app relies on."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from streamlit.components.v2.bidi_component import serialization
from streamlit.dataframe_util import is_dataframe_like
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest, BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse, ForwardMsg
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime import app_session
from streamlit.runtime import runtime as streamlit_runtime
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequests,
    ScriptRequestType,
)
from streamlit.runtime.scriptrunner_utils.script_run_context import (
    FragmentThreadState,
    ScriptRunContext,
)
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState, WStates

from core import private
from core.turns import SWITCH, share_the_lock
from pages.kit.exports import bounded
from tests.apart import run_apart

ROOT = Path(__file__).parents[2]

#: Alone in a process: the switch is one for all sessions of a server.
ALONE = """
from streamlit.runtime.pages_manager import PagesManager
from core import private
from core.turns import SWITCH, share_the_lock
from pages.kit.exports import bounded
from tests.apart import run_apart
PagesManager("app.py")
print(PagesManager.uses_pages_directory)
private.prepare()
PagesManager("app.py")
print(PagesManager.uses_pages_directory)
"""


def test_streamlits_private_switch_for_the_folder_of_pages_is_where_it_was() -> None:
    made = subprocess.run(
        [sys.executable, "-c", ALONE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert made.stdout.split() == ["True", "False"]


def test_a_servers_threads_hand_pythons_lock_over_in_time() -> None:
    before = sys.getswitchinterval()
    try:
        sys.setswitchinterval(0.005)
        share_the_lock()
        assert sys.getswitchinterval() == pytest.approx(SWITCH)
    finally:
        sys.setswitchinterval(before)
    # In a server's own process, which nobody else has prepared.
    said = "import sys; from core import private; private.prepare(); print(sys.getswitchinterval())"
    made = subprocess.run(
        [sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert float(made.stdout) == pytest.approx(SWITCH)


def test_streamlits_private_word_for_the_back_button_is_where_it_was() -> None:
    """It names a run's cause on its context, and the browser's message sets it."""
    assert "is_history_navigation" in ScriptRunContext.__dataclass_fields__
    assert BackMsg().rerun_script.is_history_navigation is False
    assert private.came_by_history() is False  # outside of any run


def test_streamlits_private_words_for_looking_again_are_where_they_were() -> None:
    """A run's context takes messages, a thread knows its fragment, the browser is told of it."""
    assert callable(ScriptRunContext.enqueue)
    assert "fragment_id" in FragmentThreadState.__dataclass_fields__
    assert ForwardMsg().auto_rerun.interval == 0.0
    assert not ForwardMsg().stop_auto_rerun.fragment_ids
    private.look_again(0.25)  # outside of any run nothing is told


def read(**value: object) -> object:
    """What a widget that wants up to three numbers, else 7, has of a message."""
    private.prepare()
    states = WStates()
    states.set_widget_metadata(
        WidgetMetadata(
            id="$$a",
            deserializer=lambda told: 7 if told is None else [*map(float, told)][:3],
            serializer=list,
            value_type="double_array_value",
        )
    )
    states.set_widget_from_proto(WidgetState(id="$$a", **value))
    assert len({*states.items()} if isinstance(states["$$a"], int) else [*states]) == 1
    return states["$$a"]


def test_a_widget_reads_what_is_meant_for_it():
    assert read(double_array_value={"data": [1.5, 2.0]}) == [1.5, 2.0]
    assert read() == 7


@pytest.mark.parametrize("value", [{"int_value": 7}, {"double_value": 7.0}])
def test_a_number_input_reads_whole_numbers_as_a_browser_sends_them(value: dict):
    """It declares double_value whatever its numbers are, and of whole ones int_value comes."""
    private.prepare()
    states = WStates()
    reads = lambda told: 1 if told is None else int(told)  # noqa: E731
    states.set_widget_metadata(WidgetMetadata("$$a", reads, float, "double_value"))
    states.set_widget_from_proto(WidgetState(id="$$a", **value))
    assert states["$$a"] == 7
    states.set_widget_from_proto(WidgetState(id="$$a", string_value="7"))
    assert states["$$a"] == 1


@pytest.mark.parametrize(
    "value",
    [{"bool_value": True}, {"json_value": "]"}, {"int_array_value": {"data": [1]}},
     {"string_array_value": {"data": ["a"]}}, {"string_value": "a"}],
)  # fmt: skip
def test_what_it_cannot_read_is_as_if_nothing_had_come(value: dict):
    assert read(**value) == 7


def test_a_value_that_the_reader_stumbles_over_too():
    private.prepare()
    states = WStates()
    reads = lambda told: 7 if told is None else told["deep"]["down"]  # noqa: E731
    states.set_widget_metadata(WidgetMetadata("$$a", reads, str, "json_value"))
    for text in ("]", "[]", "{}", '{"deep": 1}', "[" * 100_000, "\ud7ff"):
        states.set_widget_from_proto(WidgetState(id="$$a", json_value=text))
        assert states["$$a"] == 7
    states.set_widget_from_proto(WidgetState(id="$$a", json_value='{"deep": {"down": 1}}'))
    assert states["$$a"] == 1


def test_a_page_that_fails_of_its_own_still_says_so():
    states = WStates()
    states.set_widget_metadata(WidgetMetadata("$$a", lambda _told: 1 // 0, str, "string_value"))
    states.set_widget_from_proto(WidgetState(id="$$a", string_value="x"))
    with pytest.raises(ZeroDivisionError):
        states["$$a"]


def file(make: Callable[[], bytes]) -> BackendOperationResponse:
    """What becomes of a file that is asked for."""
    private.prepare()
    manager = MediaFileManager(MemoryMediaFileStorage("/media"))
    name = manager.add_deferred(make, "text/csv", "a", file_name="a.csv")
    request = BackendOperationRequest(request_id="7", deferred_file={"file_id": name})
    return run_apart(DeferredFileHandler(lambda: manager).handle(request, "x"))


def test_a_file_that_is_asked_for_comes(caplog: pytest.LogCaptureFixture):
    found = file(lambda: b"a,b")
    assert (found.request_id, found.error_msg) == ("7", "")
    assert found.deferred_file.url.startswith("/media/")
    assert "Traceback" not in caplog.text


def test_why_a_file_is_not_made_stands_at_its_button(caplog: pytest.LogCaptureFixture):
    found = file(partial(bounded, lambda: b"x" * (2**20 + 1), 1))
    assert "larger one fails" in found.error_msg
    assert "shorter prompt" in found.error_msg
    assert "Traceback" not in caplog.text


def test_a_mistake_of_ours_goes_to_the_log_and_not_to_the_page(caplog: pytest.LogCaptureFixture):
    assert file(lambda: b"%d" % (1 // 0)).error_msg == "This file could not be made."
    assert "ZeroDivisionError" in caplog.text


def test_a_file_that_nobody_offered_is_no_failure(caplog: pytest.LogCaptureFixture):
    private.prepare()
    manager = MediaFileManager(MemoryMediaFileStorage("/media"))
    request = BackendOperationRequest(request_id="7", deferred_file={"file_id": "../x"})
    found = run_apart(DeferredFileHandler(lambda: manager).handle(request, "x"))
    assert found.error_msg == "This file could not be made."
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("section", ["theme", "theme.light", "theme.dark", "theme.sidebar"])
def test_a_theme_that_is_kept_is_the_one_that_streamlit_reads(section: str) -> None:
    private.prepare()
    assert app_session._populate_theme_msg is not private._read_theme
    read = CustomThemeConfig()
    private._read_theme(read, section)
    for _time in range(2):
        told = CustomThemeConfig()
        app_session._populate_theme_msg(told, section)
        assert told == read
        told.primary_color = "#000000"  # what a message becomes is no other's


def test_the_loop_is_woken_once_until_it_looks() -> None:
    """And every message is flushed after it was put there: nobody who finds the wish is unheard."""
    private.prepare()
    calls: list[object] = []
    wish = SimpleNamespace(standing=False, is_set=lambda: wish.standing, set=lambda: None)
    loop = SimpleNamespace(call_soon_threadsafe=calls.append)
    runtime = SimpleNamespace(
        _get_async_objs=lambda: SimpleNamespace(need_send_data=wish, eventloop=loop)
    )
    wake = Runtime._enqueued_some_message
    wake(runtime)  # type: ignore[arg-type]
    wish.standing = True  # as after the loop's next turn
    wake(runtime)  # type: ignore[arg-type]
    wake(runtime)  # type: ignore[arg-type]
    assert calls == [wish.set]
    wish.standing = False  # it has looked
    wake(runtime)  # type: ignore[arg-type]
    assert calls == [wish.set, wish.set]


def test_what_streamlit_does_before_it_looks_is_what_the_wake_relies_on() -> None:
    """The wish is forgotten first, then the sessions' messages are taken."""
    source = inspect.getsource(Runtime._loop_coroutine)
    assert 0 < source.index("need_send_data.clear()") < source.index("flush_browser_queue()")


def session(values: dict[str, object]) -> SafeSessionState:
    """A session that holds these values."""
    private.prepare()
    state = SafeSessionState(SessionState(), lambda: None)
    for name, value in values.items():
        state[name] = value
    return state


def test_what_a_session_holds_is_what_streamlit_says_of_it() -> None:
    values = {"a": 1, "b": None, "c": [2]}
    found = session(values).filtered_state
    assert (dict(found), len(found), sorted(found)) == (values, 3, sorted(values))
    assert dict(found) == private._everything(session(values))
    assert "d" not in found
    assert found["b"] is None
    with pytest.raises(KeyError):
        found["d"]


def test_only_the_value_that_is_asked_for_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit reads all of them for each widget."""
    state, read = session({"a": 1, "b": 2}), []
    own = SessionState.__getitem__
    monkeypatch.setattr(SessionState, "__getitem__", lambda s, k: read.append(k) or own(s, k))
    found = state.filtered_state
    assert "a" in found
    assert found["a"] == 1
    assert set(read) == {"a"}


@pytest.mark.parametrize("wanted", [ScriptRequestType.STOP, ScriptRequestType.RERUN])
def test_a_script_that_is_to_stop_or_to_begin_anew_is_told_at_once(
    wanted: ScriptRequestType, monkeypatch: pytest.MonkeyPatch
) -> None:
    private.prepare()
    asked: list[object] = []
    monkeypatch.setattr(private, "_asks", asked.append)
    requests = ScriptRequests()
    runner = SimpleNamespace(_requests=requests)
    ScriptRunner._maybe_handle_execution_control_request(runner)  # type: ignore[arg-type]
    assert asked == []
    if wanted is ScriptRequestType.STOP:
        requests.request_stop()
    else:
        requests.request_rerun(RerunData())
    ScriptRunner._maybe_handle_execution_control_request(runner)  # type: ignore[arg-type]
    assert asked == [runner]


def test_no_part_of_a_page_runs_in_a_thread_of_its_own() -> None:
    """What such a thread met would be asked for; see `private._go_on`."""
    files = [*ROOT.glob("pages/**/*.py"), *ROOT.glob("core/**/*.py"), ROOT / "app.py"]
    assert len(files) > 100
    assert not [file for file in files if "parallel=True" in file.read_text(encoding="utf-8")]


@pytest.mark.parametrize("value", [{"a": [1]}, [1, 2], {}, "a", 1, None])
def test_what_our_components_are_given_is_no_table(value: object) -> None:
    private.prepare()
    assert serialization.is_dataframe_like(value) is False


def test_a_table_still_is_one() -> None:
    private.prepare()
    assert serialization.is_dataframe_like(pd.DataFrame({"a": [1]})) is True


def test_what_a_component_is_given_arrives_as_it_would_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    private.prepare()
    data = {"tokens": [{"t": "a", "n": None}], "rows": [[1, 2.5], []], "of": {"x": {"y": "z"}}}
    ours, own = BidiComponent(), BidiComponent()
    serialization.serialize_mixed_data(data, ours)
    monkeypatch.setattr(serialization, "is_dataframe_like", is_dataframe_like)
    serialization.serialize_mixed_data(data, own)
    assert ours == own
    assert ours.json


def test_outside_of_a_run_nothing_is_found_already() -> None:
    private.of_run()["a"] = 1
    assert private.of_run() == {}


def test_the_loop_looks_as_often_as_we_say() -> None:
    private.prepare()
    assert "MESSAGE_FLUSH_INTERVAL_SECS" in inspect.getsource(Runtime._loop_coroutine)
    assert streamlit_runtime.MESSAGE_FLUSH_INTERVAL_SECS == private.BETWEEN_LOOKS


def test_to_prepare_twice_is_to_prepare_once() -> None:
    private.prepare()
    before = ScriptRunner._maybe_handle_execution_control_request, WStates.__getitem__
    private.prepare()
    assert before == (ScriptRunner._maybe_handle_execution_control_request, WStates.__getitem__)
