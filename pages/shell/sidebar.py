"""The sidebar that all pages share: model, prompt, examples, language; and how they are found in
the address and written into it."""

from __future__ import annotations

import streamlit as st

from core import cache, numbers, private
from core.errors import LearnerError
from core.language import SOURCE_LANGUAGE, _, available_languages, match, name_of, set_language
from core.model.catalogue import Entry, find, offered
from pages.kit import address, jobs
from pages.kit import words as count
from pages.kit.current import MODEL, PROMPT
from pages.kit.error import show_error
from pages.kit.language import LANGUAGE, STARTED, follow_the_choice, of_browser
from pages.kit.menu import menu
from pages.kit.params import LONGEST_IN_URL
from pages.shell import locked, present
from pages.shell.examples import DEFAULT_PROMPT, examples
from pages.shell.prompt import WRITING, may_arrive, restore, set_prompt, sidebar_field
from pages.shell.session import READY, TELL_AGAIN

OTHER = "other"


def start_session() -> None:
    """Read the address, once before any widget exists and whenever the browser went back to it."""
    address.begin(anew=_arrived())
    locked.look()
    if STARTED not in st.session_state:
        st.session_state[STARTED] = {
            LANGUAGE: match(_asked("lang", "")) or of_browser(),
            MODEL: _asked("model", cache.settings().default_model),
            PROMPT: _text(DEFAULT_PROMPT),
        }
    # Streamlit forgets what a widget held when a run ends before it was drawn, as one that only
    # leads to another page does; what it held last is kept here.
    for key, value in st.session_state[STARTED].items():
        st.session_state.setdefault(key, value)
    if private.came_by_history() or address.is_followed():
        _go_back()
    if st.session_state.pop(TELL_AGAIN, False):
        for key in st.session_state[STARTED]:
            st.session_state[key] = st.session_state[key]
    wanted = st.session_state.pop("model_wanted", None)
    if wanted:
        st.session_state[MODEL] = wanted
    set_language(follow_the_choice())


def _arrived() -> bool:
    """Whether a page has just been opened without the app's own address."""
    return not st.query_params.get_all("model")


def _asked(name: str, otherwise: str) -> str:
    found = address.asked(name)
    return found[-1] if found else otherwise


def _text(otherwise: str) -> str:
    """The prompt that an address brings, if it may."""
    text = _asked("prompt", otherwise)
    return text if may_arrive(text) else st.session_state.get(PROMPT, DEFAULT_PROMPT)


def _go_back() -> None:
    """Take over model and prompt of an address that the browser's Back button came to."""
    if address.asked("model"):
        st.session_state[MODEL] = _asked("model", "")
    elif not address.is_followed():
        return  # an entry from before the app wrote into it
    st.session_state[LANGUAGE] = match(_asked("lang", "")) or of_browser()
    followed = _asked("prompt", address.beside() or st.session_state[PROMPT])
    text = followed if address.is_followed() else _text(followed)
    if text != st.session_state[PROMPT]:
        restore(text)


def draw(page: str) -> None:
    """Draw the sidebar and let the address hold the state.

    Parameters
    ----------
    page : that is open, by its name
    """
    with st.sidebar:
        _language()
        _prompt(page)
        _model()
        present.offer()
    kept = st.session_state[STARTED]
    kept.update({key: st.session_state[key] for key in kept})
    _to_address()


def _language() -> None:
    codes = available_languages()
    if len(codes) > 1:
        st.selectbox(_("Language"), codes, key=LANGUAGE, format_func=name_of)


def _prompt(page: str) -> None:
    # On the first page the large field says what is to be said.
    sidebar_field(note=page != "overview")
    with menu(
        _("Examples"), key="examples", icon=":material/lightbulb:", width="stretch"
    ) as is_open:
        for number, example in enumerate(examples() if is_open else ()):
            st.button(
                example.title,
                key=f"example_{number}",
                on_click=set_prompt,
                args=(example.prompt,),
                help=example.point,
                width="stretch",
            )


def _model() -> None:
    limits = cache.settings()
    entries = {entry.key: entry for entry in offered(limits)}
    chosen = str(st.session_state[MODEL])  # a browser sends text; who else speaks may not
    if chosen not in entries:
        try:
            entries[chosen] = find(chosen, limits)
        except LearnerError as error:
            st.session_state["model_error"] = error
            chosen = st.session_state[MODEL] = st.session_state.get(READY, limits.default_model)
    if locked.by_teacher():
        line = _model_line(entries[chosen])
        st.caption(_("Your teacher has locked the model: {name}").format(name=line))
    else:
        _model_menu(entries, others=limits.allow_other_models)


def _model_menu(entries: dict[str, Entry], *, others: bool) -> None:
    st.selectbox(
        _("Model"),
        list(entries),
        key=MODEL,
        format_func=lambda key: _model_line(entries[key]),
        help=_("Bigger models write better and need more memory; they are fetched once."),
    )
    _describe(entries[st.session_state[MODEL]])
    if others:
        _other_model()


def _other_model() -> None:
    # No menu that is filled when it is opened: it is one field, and closing it would run the page
    # anew and take away the sentence that says why a model is not there.
    with st.popover(_("Another model"), icon=":material/folder_open:", width="stretch"):
        st.text_input(
            _("Hub id or folder of a GPT-2 checkpoint"),
            key="typed_model",
            on_change=_take_typed_model,
            placeholder="openai-community/gpt2-medium",
        )


def problem() -> None:
    """Why a model that was asked for is not there; where everybody sees it, above the page."""
    error = st.session_state.pop("model_error", None)
    if error is not None:
        show_error(error, key="model_problem")


def _model_line(entry: Entry) -> str:
    """A model with its size: parameters and what must be fetched."""
    if entry.shape is None:
        return entry.title
    size = numbers.parameters(entry.shape.n_params)
    if entry.embedded or not entry.download_bytes:
        return f"{entry.title} · {size}"
    return f"{entry.title} · {size} · " + _("{size} to fetch").format(
        size=numbers.byte_size(entry.download_bytes)
    )


def _describe(entry: Entry) -> None:
    """What the chosen model is and needs."""
    if entry.description:
        st.caption(entry.description)
    if entry.shape is None:
        return
    shape = entry.shape
    st.caption(
        _(
            "{layers} · {heads} · {width} wide · {context} tokens of context · {memory} in memory"
        ).format(
            layers=count.layers(shape.n_layer),
            heads=count.heads(shape.n_head),
            width=numbers.count(shape.n_embd),
            context=numbers.count(shape.n_ctx),
            memory=numbers.byte_size(entry.bytes_in("float32")),
        )
    )


def _take_typed_model() -> None:
    typed = st.session_state["typed_model"].strip()
    if typed:
        st.session_state[MODEL] = typed


def _to_address() -> None:
    if jobs.is_running(WRITING):
        return  # one entry of the browser's history for what is written, not one for each word
    address.put("model", [st.session_state[MODEL]])
    language = st.session_state[LANGUAGE]
    # What everybody gets who asks for nothing needs no name.
    plain = language == of_browser() == SOURCE_LANGUAGE != _asked("lang", "")
    address.put("lang", [] if plain else [language])
    prompt = st.session_state[PROMPT]
    long = len(prompt) > LONGEST_IN_URL
    address.put("prompt", [] if long else [prompt])
    address.put_beside(prompt if long else None)
    if long:
        st.sidebar.caption(
            _("This prompt is too long for a link: the address of this page leaves it out.")
        )
