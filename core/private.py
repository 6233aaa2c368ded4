"""All that the app touches of Streamlit's private parts; tests fail when one of them changes.

The only file that imports them, and beside core.cache the only one in core/ that imports streamlit.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial, wraps
from typing import Any

from streamlit.commands import execution_control
from streamlit.components.v2.bidi_component import serialization
from streamlit.dataframe_util import is_dataframe_like
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest, BackMsg
from streamlit.proto.ForwardMsg_pb2 import (
    BackendOperationResponse,
    DeferredFileResponsePayload,
    ForwardMsg,
)
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.proto.RootContainer_pb2 import RootContainer
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime import app_session
from streamlit.runtime import runtime as streamlit_runtime
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.scriptrunner import ScriptRunner, ScriptRunnerEvent, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import Serialized, WStates

from core.errors import LearnerError
from core.host.early import refuse_early
from core.host.gathered import gather
from core.host.patience import bound_heads
from core.host.written import write_together
from core.language import _
from core.turns import share_the_lock


def prepare() -> None:
    """What is set once for a whole server, before its first session; again does nothing."""
    # Streamlit takes the files in pages/ for pages of its own, if nobody says that only the router
    # names pages.
    PagesManager.uses_pages_directory = False
    if WStates.__getitem__ is not _value:
        WStates.__getitem__ = _value  # type: ignore[method-assign]
        DeferredFileHandler.handle = _file  # type: ignore[method-assign]
        SafeSessionState.filtered_state = property(_by_name)  # type: ignore[assignment]
        serialization.is_dataframe_like = _is_table
        ScriptRunner._maybe_handle_execution_control_request = _go_on  # type: ignore[method-assign]
        for user in (streamlit_runtime, execution_control):
            user.MESSAGE_FLUSH_INTERVAL_SECS = BETWEEN_LOOKS
        Runtime._enqueued_some_message = _wake  # type: ignore[method-assign]
        app_session._populate_theme_msg = _theme
        gather(app_session.AppSession, Runtime, ScriptRunnerEvent.ENQUEUE_FORWARD_MSG)
        bound_heads()
        refuse_early()
        write_together()
        share_the_lock()


#: Seconds between two looks of the server's loop at what there is to send: half as often as
#: Streamlit's, and nobody sees a hundredth of a second.
BETWEEN_LOOKS = 0.01


#: Streamlit's own way to all values of a session.
_read_all: Any = SafeSessionState.filtered_state.fget
_everything = getattr(_read_all, "__wrapped__", _read_all)


class _ByName(Mapping[str, Any]):
    """A session's values by their names, each read when somebody asks for it."""

    def __init__(self, state: SafeSessionState, all_of_them: Callable[[], dict[str, Any]]) -> None:
        self._state, self._all_of_them = state, all_of_them

    def __getitem__(self, name: str) -> Any:
        with self._state._lock:
            return self._state._state[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all_of_them())

    def __len__(self) -> int:
        return len(self._all_of_them())


@wraps(_everything)
def _by_name(self: SafeSessionState) -> _ByName:
    """What a session holds.

    Nearly every widget that is drawn asks Streamlit for all of it, which reads each value, only to
    look whether its own is None: a twentieth of what a page's script did.
    """
    return _ByName(self, partial(_everything, self))


#: Streamlit's own question whether a script is to stop or to begin anew.
_ask = ScriptRunner._maybe_handle_execution_control_request
_asks = getattr(_ask, "__wrapped__", _ask)


@wraps(_asks)
def _go_on(self: ScriptRunner) -> None:
    """Whether the script may go on; it asks with each message and each look at its session's state.

    That is four hundred times for a page. Where nobody has asked anything of it, one look tells.
    Streamlit also asks what another thread of the same run has met; no part of ours has one.
    """
    if self._requests._state is not ScriptRequestType.CONTINUE:
        _asks(self)


def _is_table(value: object) -> bool:
    """Whether a part of a component's data is a table; ours sends none as a list or a dict."""
    return not isinstance(value, (dict, list)) and is_dataframe_like(value)


def _wake(self: Runtime) -> None:
    """Tell the server's loop that there is something to send; once, until it looks.

    Streamlit does so for every message of a script, some hundred for a page: each time it writes to
    the loop's pipe and hands Python's lock over. The loop forgets the wish before it looks at what
    there is to send, so whoever finds it standing is heard.
    """
    loop = self._get_async_objs()
    if loop.need_send_data.is_set():
        return
    try:
        loop.eventloop.call_soon_threadsafe(loop.need_send_data.set)
    except RuntimeError:
        if not loop.eventloop.is_closed():  # a server that has ended sends nothing
            raise


#: Streamlit's own reading of a theme from the options, and what it made of each.
_read_theme = getattr(
    app_session._populate_theme_msg, "__wrapped__", app_session._populate_theme_msg
)
_themes: dict[str, CustomThemeConfig] = {}


@wraps(_read_theme)
def _theme(msg: CustomThemeConfig, section: str = "theme") -> None:
    """Put a theme into a message.

    Streamlit goes through all its options six times for every run of a page or of a part of one, to
    tell the browser the theme: a sixteenth of all that a class's server does in Python. The options
    stand still while a server runs (.streamlit/config.toml watches no files).
    """
    if section not in _themes:
        made = CustomThemeConfig()
        _read_theme(made, section)
        _themes[section] = made
    msg.CopyFrom(_themes[section])


#: Streamlit's own reading of a widget's value; kept where this file is read again and finds ours.
_read = getattr(WStates.__getitem__, "__wrapped__", WStates.__getitem__)


@wraps(_read)
def _value(self: WStates, key: str) -> object:
    """A widget's value; what the widget cannot read is as if nothing had come.

    Streamlit believes that a slider gets numbers. Anything else, which only who is no browser
    sends, would raise in the script, with a traceback in the log for each such message.
    """
    state = self.states.get(key)
    # Most are values already.
    if type(state) is not Serialized or (widget := self.widget_metadata.get(key)) is None:
        return _read(self, key)
    try:
        if state.value.WhichOneof("value") in {None, *_kinds(widget.value_type)}:
            with suppress(Exception):  # whatever Streamlit's reader meets in what it did not expect
                return _read(self, key)
        self.states[key] = Serialized(WidgetState(id=key))
        return _read(self, key)
    finally:
        self.set_widget_metadata(widget)  # or an empty value would make it forget its kind


def _kinds(declared: str) -> tuple[str, ...]:
    """Under which names a browser sends what a widget declares.

    A number input declares double_value whatever its numbers are; of whole ones a browser sends
    int_value.
    """
    return ("int_value", "double_value") if declared == "double_value" else (declared,)


async def _file(
    self: DeferredFileHandler, request: BackendOperationRequest, session_id: str
) -> BackendOperationResponse:
    """Make a file that somebody asks for; why not, in words that the button shows.

    Streamlit says "Failed to generate file for download", whatever the reason.
    """
    manager = self._get_media_file_mgr()
    try:
        url = await asyncio.to_thread(manager.execute_deferred, request.deferred_file.file_id)
    except MediaFileStorageError as error:
        said = error.__cause__
        words = str(said) if isinstance(said, LearnerError) else _("This file could not be made.")
        if said is not None and not isinstance(said, LearnerError):
            logging.getLogger("gpt2_hood").error("a file was not made", exc_info=said)
        return BackendOperationResponse(request_id=request.request_id, error_msg=words)
    made = DeferredFileResponsePayload(url=url)
    return BackendOperationResponse(request_id=request.request_id, deferred_file=made)


def toast(words: str) -> bytes:
    """A message for a session's stream that shows a sentence until somebody closes it."""
    message = ForwardMsg()
    message.metadata.delta_path.extend([RootContainer.EVENT, 0])
    message.delta.new_element.toast.body = words
    message.delta.new_element.toast.duration = 0
    return message.SerializeToString()


def came_by_history() -> bool:
    """Whether the browser's Back or Forward button asked for this run: its address wins."""
    run = get_script_run_ctx(suppress_warning=True)
    return run is not None and run.is_history_navigation


def look_again(seconds: float | None) -> None:
    """Let the browser run the fragment of now again and again from now on; None: no more.

    Streamlit knows that of a fragment when the page around it runs. A text that begins and ends
    would run the whole page twice, for a timer.

    Parameters
    ----------
    seconds : between two runs
    """
    run = get_script_run_ctx(suppress_warning=True)
    if run is None or (fragment := ThreadState.get().fragment_id) is None:
        return
    message = ForwardMsg()
    if seconds is None:
        message.stop_auto_rerun.fragment_ids.append(fragment)
    else:
        message.auto_rerun.interval = seconds
        message.auto_rerun.fragment_id = fragment
    run.enqueue(message)


def of_run() -> dict[str, Any]:
    """What a run of a session's script has found already; of another thread it is nothing.

    To ask is to stop where the script is to stop, as with each look at its session's state.
    """
    run = get_script_run_ctx(suppress_warning=True)
    if run is None:
        return {}
    run.yield_check()
    return run.__dict__.setdefault("_gpt2_hood", {})


def in_session() -> bool:
    """Whether this thread runs for a session: a page, a fragment, a callback."""
    return get_script_run_ctx(suppress_warning=True) is not None


def asked_for(data: bytes) -> str | None:
    """The name of what a browser's message asks for; None if it is no message.

    Streamlit's own reader is asked, so that nothing reads one way here and another way there.
    """
    try:
        said = BackMsg.FromString(data)
    except Exception:  # protobuf raises whatever the bytes make it meet
        return None
    kind = said.WhichOneof("type") or ""
    if not all(map(_of_a_page, said.rerun_script.widget_states.widgets)):
        return None
    inside = said.backend_operation_request.WhichOneof("payload")
    return f"{kind}.{inside}" if kind == "backend_operation_request" else kind


def _of_a_page(widget: WidgetState) -> bool:
    """Whether a widget's value can come from a page of ours.

    A name that Streamlit did not make would be read as a name of the session's own state; bytes,
    files and tables no widget here takes; a component's state is an object.
    """
    strange = {"bytes_value", "arrow_value", "file_uploader_state_value", "chat_input_value"}
    kind = widget.WhichOneof("value")
    if kind == "json_value":
        try:
            return widget.id.startswith("$$") and isinstance(json.loads(widget.json_value), dict)
        except (ValueError, RecursionError):
            return False
    return widget.id.startswith("$$") and kind not in strange
