"""Overview: the whole journey of the prompt on one screen, and the model beside its family."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.charts.overview.charts import family_chart, next_token_bars, parameter_bar
from core.language import _
from core.recipes.overview import boxes as recipes
from core.tokens.tokenizer import label, piece, token_bytes
from core.views import overview as core_overview
from pages.components.token_strip import token_strip
from pages.kit import words as count
from pages.kit.panel import chart, panel, show_python
from pages.kit.prose import prose
from pages.shell.journey import footer, stops
from pages.shell.session import Current, current, header

TOP = 8


def journey_panel(now: Current, found: core_overview.Journey, best: list[str]) -> None:
    last = len(now.tokens) - 1
    looks = (
        _("too short to tell")
        if found.looks_at is None
        else _("{weight:.0%} on {token}").format(
            weight=found.weight, token=_quoted(now.labels[found.looks_at])
        )
    )
    cards = [
        (
            "tokenizer",
            count.tokens(len(now.tokens)),
            _("The text is cut into pieces; the last one is {token}, number {id:,}.").format(
                token=_quoted(now.labels[last]), id=now.tokens[last].id
            ),
        ),
        (
            "embeddings",
            _("{n:,} numbers").format(n=now.engine.shape.n_embd),
            _("for each piece: its vector. The last one's length is {norm:.2f}.").format(
                norm=found.input_norm
            ),
        ),
        (
            "attention",
            looks,
            _("Vectors look back at earlier ones: here head L{layer}.H{head}.").format(
                layer=found.layer, head=found.head
            ),
        ),
        (
            "layers",
            count.layers(now.engine.shape.n_layer),
            _("Each adds to the vector: its length is {norm:.1f} at the end.").format(
                norm=found.output_norm
            ),
        ),
        (
            "sampling",
            _("{token} {p:.1%}").format(token=_quoted(best[0]), p=found.next_probs[0]),
            _("The vector becomes probabilities; one token is drawn."),
        ),
    ]
    titles = {stop.name: stop for stop in stops()}
    with panel(_("From text to the next word"), prose("overview", "journey"), key="panel_journey"):
        token_strip(now.tokens, key="strip_overview", chosen=last)
        for column, (name, figure, text) in zip(st.columns(5, gap="small"), cards, strict=True):
            with column.container(border=True, height="stretch", key=f"card_{name}"):
                stop = titles[name]
                st.page_link(stop.file, label=f"**{stop.title}**")
                st.code(figure, language=None, wrap_lines=True)
                st.text(text)
        st.caption(_("Every number is read from the loaded model, for the prompt in the sidebar."))
        show_python(recipes.journey(now.source, now.recipe_prompt, found))


def next_panel(now: Current, found: core_overview.Journey, best: list[str]) -> None:
    with panel(_("What comes next?"), prose("overview", "next"), key="panel_next"):
        chart(
            next_token_bars(best, found.next_probs),
            key="chart_next",
            alt=_("Bars of the {n} most probable next tokens.").format(n=TOP),
        )
        st.caption(
            _(
                "These {n} tokens hold {share:.1%} of the probability; the other {rest:,} share the"
                " rest."
            ).format(n=TOP, share=sum(found.next_probs), rest=now.engine.shape.n_vocab - TOP)
        )
        show_python(recipes.next_tokens(now.source, now.recipe_prompt, found))


def architecture_panel(now: Current) -> None:
    shape = now.engine.shape
    parts = shape.parts()
    names = {
        "wte": _("token embeddings (wte)"),
        "wpe": _("position embeddings (wpe)"),
        "attention": _("attention"),
        "mlp": _("MLP"),
        "layer norms": _("layer norms"),
    }
    with panel(
        _("What is inside this model?"), prose("overview", "architecture"), key="panel_parts"
    ):
        figures = [
            (_("layers"), f"{shape.n_layer}"),
            (_("heads per layer"), f"{shape.n_head}"),
            (_("width"), f"{shape.n_embd:,}"),
            (_("context"), f"{shape.n_ctx:,}"),
            (_("vocabulary"), f"{shape.n_vocab:,}"),
            (_("parameters"), f"{shape.n_params / 1e6:,.1f} M"),
        ]
        for column, (name, value) in zip(st.columns(6), figures, strict=True):
            column.metric(name, value)
        chart(
            parameter_bar({names[part]: n for part, n in parts.items()}),
            key="chart_parts",
            alt=_("One bar cut into the model's parts by their number of parameters."),
        )
        st.caption(
            " + ".join(f"{n:,}" for n in parts.values())
            + f" = {shape.n_params:,}. "
            + _("The output head is `wte` again, so it costs nothing extra.")
        )
        show_python(recipes.parameters(now.source, parts))


def family_panel(now: Current) -> None:
    entry = now.engine
    relatives = core_overview.family()
    shape = entry.shape
    names = [_("this model"), *(r.name for r in relatives)]
    sizes = [float(shape.n_params), *(float(r.n_params or 0) for r in relatives)]
    with panel(_("How big is big?"), prose("overview", "family"), key="panel_family"):
        chart(
            family_chart(names, sizes, [False, *(r.rumour for r in relatives)]),
            key="chart_family",
            alt=_("Sizes from this model to GPT-4's rumoured size on a logarithmic scale."),
        )
        unknown = "—"
        rows = [
            {
                _("model"): r.name,
                _("year"): str(r.year),
                _("parameters"): _readable(r.n_params) + (" ?" if r.rumour else ""),
                _("layers"): unknown if r.n_layer is None else f"{r.n_layer:,}",
                _("heads"): unknown if r.n_head is None else f"{r.n_head:,}",
                _("width"): unknown if r.n_embd is None else f"{r.n_embd:,}",
                _("context"): unknown if r.n_ctx is None else f"{r.n_ctx:,}",
                _("source"): r.source,
            }
            for r in relatives
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
        st.caption(
            _(
                "GPT-3 is {times:,.0f} times the size of the model on this page. A dash: the makers"
                " published nothing."
            ).format(times=175e9 / shape.n_params)
        )


def placement_panel(now: Current) -> None:
    placed = now.engine.loaded.placement
    with panel(_("Where do the weights live?"), prose("overview", "placement"), key="panel_place"):
        rows = [
            {
                _("block"): p.block,
                _("device"): p.device,
                _("number format"): p.dtype,
                _("MiB"): p.n_bytes / 2**20,
            }
            for p in placed
        ]
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            width="stretch",
            height="content",
            # Three digits: the smallest part, ln_f, has 2 KiB, which is not nothing.
            column_config={_("MiB"): st.column_config.NumberColumn(format="%.3f")},
        )
        st.caption(
            _("Together {mib:,.0f} MiB, once for all sessions of this server.").format(
                mib=sum(p.n_bytes for p in placed) / 2**20
            )
        )


def history_panel() -> None:
    with panel(_("How did we get here?"), prose("overview", "history"), key="panel_history"):
        steps = core_overview.history()
        for start in range(0, len(steps), 3):
            for column, step in zip(st.columns(3), steps[start : start + 3], strict=False):
                with column.container(border=True, height="stretch", key=f"year_{step.year}"):
                    st.markdown(f"**{step.year} · {step.name}**")
                    st.markdown(step.text)


def _quoted(text: str) -> str:
    return f"“{text}”"


def _readable(n_params: float | None) -> str:
    if n_params is None:
        return _("not published")
    for unit, size in (("T", 1e12), ("B", 1e9), ("M", 1e6)):
        if n_params >= size:
            return (
                f"{n_params / size:,.0f} {unit}"
                if n_params >= 10 * size
                else (f"{n_params / size:,.1f} {unit}")
            )
    return f"{n_params:,.0f}"


header("overview")
now = current()
found = now.engine.view(core_overview.journey, now.trace(), TOP)
best = [label(piece(token_bytes(now.engine.tokenizer, i))) for i in found.next_ids]
journey_panel(now, found, best)
next_panel(now, found, best)
architecture_panel(now)
family_panel(now)
placement_panel(now)
history_panel()
footer("overview")
