"""For the person who runs a class: what the server is doing, in the sidebar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core import cache
from core.language import _, ngettext
from core.model.memory import free_memory
from core.numbers import byte_size, count, decimal, percent
from core.version import VERSION
from pages.kit.fragment import fragment

if TYPE_CHECKING:  # the engine's room imports torch
    from core.engine.records import Status


def draw() -> None:
    """The status of every loaded model, if the settings ask for it."""
    if cache.settings().status_panel:
        with st.sidebar, st.expander(_("This server"), icon=":material/monitoring:", expanded=True):
            _figures()


@fragment(run_every=2.0)
def _figures() -> None:
    """Drawn anew every two seconds, without the page; it never waits for the model."""
    engines = cache.pool().engines()
    st.text(_("Version {version}").format(version=VERSION))
    st.text(_("Free memory: {free}").format(free=byte_size(free_memory())))
    if not engines:
        st.text(_("No model is loaded yet."))
    for engine in engines:
        st.text("\n".join(_lines(engine.status())))


def _lines(now: Status) -> list[str]:
    if now.replicas == 0:
        return [_("{model}: no replica in the cluster has answered yet").format(model=now.model)]
    asked = now.hits + now.misses
    return [
        _("{model} on {device}, {dtype}").format(
            model=now.model, device=now.device, dtype=now.dtype
        ),
        *([] if now.replicas is None else [_replicas(now.replicas)]),
        _("Weights {weights}, cache {cache}, continuations {kv}").format(
            weights=byte_size(now.weight_bytes),
            cache=byte_size(now.cache_bytes),
            kv=byte_size(now.kv_bytes),
        ),
        _("Sessions in the last minute: {n}").format(n=now.clients),
        _("Generating: {n} · waiting: {waiting}").format(n=now.generating, waiting=now.waiting),
        _("{rate} tokens a second ({total} in all)").format(
            rate=decimal(now.tokens_per_second, 0), total=count(now.tokens)
        ),
        _("Answers from the cache: {share}").format(share=percent(now.hits / max(1, asked), 0)),
        _("Failed requests: {n}").format(n=now.failures),
        *([_threads(now)] if now.most_threads else []),
    ]


def _threads(now: Status) -> str:
    """With how many threads a product is computed; who looks wonders why a machine is slow."""
    n, most = count(now.threads), count(now.most_threads)
    if now.threads < now.most_threads:
        text = _("Threads that compute: {n} of {most}, since others want the cores")
    else:
        text = _("Threads that compute: {n}")
    return text.format(n=n, most=most)


def _replicas(n: int) -> str:
    """What else is told of a model that runs in a cluster."""
    return ngettext(
        "In the cluster: {n} replica, whose figures these are",
        "In the cluster: {n} replicas, whose figures together these are",
        n,
    ).format(n=count(n))
