"""What the panels of the sampling page share: words for numbers, settings, work that goes on."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.engine.jobs import Job
from core.errors import LearnerError
from core.language import _
from core.numbers import percent
from core.sampling import records
from core.sampling.choice import Choice, text_of
from core.sampling.settings import SamplingSettings
from core.tokens.label import bytes_label
from pages.kit.current import Current
from pages.kit.error import show_error
from pages.kit.fragment import fragment
from pages.kit.old_panel import export_menu
from pages.shell.sidebar import set_prompt


def name_of(stage: str) -> str:
    """A stage in words."""
    return {
        "logits": _("Model's own"),
        "repetition_penalty": _("Repetition penalty"),
        "temperature": _("Temperature"),
        "top_k": _("top-k"),
        "top_p": _("top-p"),
        "min_p": _("min-p"),
    }[stage]


def settings_now() -> SamplingSettings:
    """The sliders of this session; every panel chooses under the same ones."""
    state = st.session_state
    return SamplingSettings(
        repetition_penalty=float(state.get("penalty", 1.0)),
        temperature=float(state.get("temperature", 0.8)),
        top_k=int(state.get("top_k", 40)),
        top_p=float(state.get("top_p", 0.95)),
        min_p=float(state.get("min_p", 0.0)),
    )


def in_words(settings: SamplingSettings) -> str:
    """The settings that do something, in one line."""
    penalty = (
        [_("repetition penalty {x:g}").format(x=settings.repetition_penalty)]
        if settings.repetition_penalty != 1
        else []
    )
    if settings.greedy:
        return ", ".join([_("greedy (temperature 0)"), *penalty])
    parts = [_("temperature {x:g}").format(x=settings.temperature)]
    parts += [_("top-k {k:,}").format(k=settings.top_k)] if settings.top_k else []
    parts += [_("top-p {x:g}").format(x=settings.top_p)] if settings.top_p < 1 else []
    parts += [_("min-p {x:g}").format(x=settings.min_p)] if settings.min_p > 0 else []
    return ", ".join(parts + penalty)


def base_text(now: Current) -> str:
    """The text that the model has read: the prompt, or what fits of it."""
    if not now.was_cut:
        return now.text
    return b"".join(t.data for t in now.tokens).decode("utf-8", "replace")


def job_of(name: str) -> Job | None:
    kept = st.session_state.get(name)
    return kept["job"] if kept else None


def is_running(name: str) -> bool:
    job = job_of(name)
    return job is not None and not job.done


def start_job(name: str, work: Callable[[], object], **about: object) -> None:
    """Start work in the background; what a panel worked on before is stopped."""
    stop_job(name)
    st.session_state[name] = {"job": Job(work()), **about}  # type: ignore[arg-type]


def stop_job(name: str) -> None:
    job = job_of(name)
    if job is not None:
        job.stop()


def polling(name: str, body: Callable[[Current], None], now: Current) -> None:
    """A panel that works in the background: it looks again and again only while work goes on."""
    running = is_running(name)

    def shown(now: Current) -> None:
        if is_running(name) != running:
            st.rerun()  # begin or end looking
        body(now)

    shown.__qualname__ = body.__qualname__  # the fragment's identity
    fragment(shown, run_every=0.25 if running else None)(now)


def failed(job: Job) -> bool:
    """Show what went wrong, if anything did."""
    if job.error is None:
        return False
    if not isinstance(job.error, LearnerError):
        raise job.error
    show_error(job.error)
    return True


def take_over(text: str, key: str) -> None:
    """A button that makes a text the prompt of all pages."""
    if st.button(
        _("Use as prompt"),
        key=key,
        icon=":material/input:",
        on_click=set_prompt,
        args=(text,),
        help=_("Every page then looks into this text."),
        width="stretch",
    ):
        st.rerun()


def story_key(now: Current) -> tuple:
    return (now.engine.key, now.ids)


def told(choice: Choice) -> str:
    """A choice in one line, for pointing at it."""
    how = {
        "drawn": _("drawn with u = {u:.4f}").format(u=choice.u or 0.0),
        "greedy": _("the most likely"),
        "by hand": _("chosen by hand"),
    }[choice.how]
    others = ", ".join(f"“{bytes_label(d)}” {percent(p)}" for d, p in choice.favourites)
    return _(
        "“{token}” {p} ({how}; {model_p} by the model alone, rank {rank:,}) · alternatives:"
        " {others}"
    ).format(
        token=bytes_label(choice.data),
        p=percent(choice.probability),
        how=how,
        model_p=percent(choice.model_probability),
        rank=choice.rank,
        others=others,
    )


def start_and_stop(name: str, title: str, begin: Callable[[Current], None], now: Current) -> None:
    """Both buttons, always in the same place: a click never meets one that has just moved."""
    running = is_running(name)
    with st.container(horizontal=True, gap="small"):
        st.button(
            title, key=f"start_{name}", type="primary", icon=":material/play_arrow:",
            on_click=begin, args=(now,), disabled=running, width="stretch",
        )  # fmt: skip
        st.button(
            _("Stop"), key=f"stop_{name}", icon=":material/stop:", on_click=stop_job, args=(name,),
            disabled=not running, width="stretch",
        )  # fmt: skip


def export(
    taken: tuple[Choice, ...], name: str, *, model: str, prompt: str, **about: object
) -> None:
    """The steps as CSV and JSON, and the text, as `model` wrote it after `prompt`."""
    files = {
        f"{name}.csv": (_("Steps as CSV"), records.as_csv(taken)),
        f"{name}.json": (
            _("Steps as JSON"),
            records.as_json(taken, model=model, prompt=prompt, **about),
        ),
        f"{name}.txt": (_("Text"), prompt + text_of(taken)),
    }
    export_menu(name, files)
