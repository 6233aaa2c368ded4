"""Layers: the residual stream, the MLP, and when the model makes up its mind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from core.charts.drawing import Drawing
from core.charts.layers import charts
from core.language import _, ngettext
from core.numbers import Number, percent
from core.recipes.layers import boxes as recipes
from core.views import attribution, effects, skip, watch
from core.views.ablation import ablated_logits
from core.views.block import BlockSteps, block_rows, block_steps
from core.views.gelu import gelu_curve, gelu_steps
from core.views.heads_at import heads_at
from core.views.logit_lens import LogitLens, lens_rows
from core.views.neurons import neurons, shares_of_largest
from core.views.residual import growth, writes
from core.views.trace import Trace
from core.views.vectors import largest_dimensions, lengths
from pages.components.layers_view import block_diagram, lens_grid
from pages.components.token_strip import token_strip
from pages.kit import words as count
from pages.kit.address import among, between, some_among, tell_problems
from pages.kit.current import Current
from pages.kit.fragment import fragment
from pages.kit.old_panel import chart, export_menu, panel
from pages.kit.prose import prose
from pages.kit.python_box import show_python
from pages.kit.words import plain
from pages.shell.journey import footer
from pages.shell.session import current, header

WINDOW = 10
TOP = 10
FOLLOW, WATCHED, CHANGED = "layers_follow", "layers_watched", "layers_watch_changed"
SEEN = "layers_seen"
STATIONS = ("ln_1", "attn", "ln_2", "gelu")
SHADES, MEASURES, LOUDEST = ("top", "rank"), ("probability", "rank"), ("activation", "effect")


# --- what all panels share --------------------------------------------------------------


def followed(now: Current) -> int:
    """The token under the loupe: from a click, from the URL, or the last one."""
    n_tokens = len(now.tokens)
    text, position = st.session_state.get(FOLLOW, (now.text, st.query_params.get("token")))
    try:
        position = int(position) if text == now.text and position is not None else n_tokens - 1
    except ValueError:
        position = -1
    if not 0 <= position < n_tokens:
        st.info(
            _("The link names no token of this text; here is the last one, {last}.").format(
                last=n_tokens - 1
            )
        )
        position = n_tokens - 1
    return position


def follow(now: Current, position: int) -> None:
    """Follow another token on the whole page."""
    st.session_state[FOLLOW] = (now.text, position)
    st.rerun()


def remember(name: str, value: object, default: object) -> None:
    """Keep a choice in the URL, unless it is the default."""
    if value == default:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != str(value):
        st.query_params[name] = str(value)


def choose(
    title: str,
    options: Sequence,
    default: Any,
    *,
    name: str,
    names: Callable[[Any], str],
    on_change: Callable[[], None] | None = None,
) -> Any:
    """A select box whose value lives in the URL, by the option itself and not by its label."""
    key = f"layers_{name}"
    first = key not in st.session_state
    if st.session_state.get(key) not in options:
        asked = st.query_params.get(name)
        found = [o for o in options if str(o) == asked]
        st.session_state[key] = found[0] if found else default
        if first and asked is not None and not found:
            # What can be chosen depends on the model's numbers: it is known only here.
            st.session_state[f"{key}_unknown"] = default
    value = st.selectbox(title, options, key=key, format_func=names, on_change=on_change or "rerun")
    if st.session_state.get(f"{key}_unknown") == value:
        st.caption(_("The link asks for something that is not in this list; choose from it."))
    else:
        st.session_state.pop(f"{key}_unknown", None)
    remember(name, value, default)
    return value


def pick_one(title: str, names: dict[str, str], *, key: str) -> str:
    """One of a few options, the first unless the URL says otherwise."""
    options = list(names)
    if st.session_state.get(key) not in options:
        asked = st.query_params.get(key)
        st.session_state[key] = asked if asked in options else options[0]
    value = st.segmented_control(
        title,
        options,
        key=key,
        required=True,
        format_func=lambda option: names[option],
        persist_state="session",
    )
    remember(key, value, options[0])
    return str(value)


def choose_layer(title: str, n_layer: int, default: int, *, key: str) -> int:
    """A layer slider that lives in the URL."""
    layers = range(n_layer)
    if st.session_state.get(key) not in layers:
        asked = st.query_params.get(key)
        st.session_state[key] = next((i for i in layers if str(i) == asked), default)
    if n_layer == 1:
        st.caption(_("This model has one layer, number 0."))
        return 0
    layer = st.slider(title, 0, n_layer - 1, key=key, persist_state="session")
    remember(key, layer, default)
    return layer


def caption_and_export(
    words: str,
    name: str,
    rows: Callable[[], list[dict]],
    picture: Callable[[], Drawing] | None = None,
) -> None:
    """The sentence under a figure, and the figure to take away.

    Parameters
    ----------
    words : the numbers that matter, in Markdown
    name : of the files
    rows : makes the figure's numbers, for CSV and JSON
    picture : draws it, for SVG and PNG; a chart has its own picture button
    """
    kinds = {"csv": _("Numbers as CSV"), "json": _("Numbers as JSON")}
    if picture is not None:
        kinds |= {"svg": _("Picture as SVG"), "png": _("Picture as PNG")}
    files = {
        f"gpt2-{name}.{kind}": (title, partial(_file, kind, rows, picture))
        for kind, title in kinds.items()
    }
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.caption(words)
    with right:
        export_menu(f"export_{name}", files)


def _file(
    kind: str, rows: Callable[[], list[dict]], picture: Callable[[], Drawing] | None
) -> str | bytes:
    if picture is not None and kind in ("svg", "png"):
        return picture().svg() if kind == "svg" else picture().png()
    table = pd.DataFrame(rows())
    return table.to_csv(index=False) if kind == "csv" else str(table.to_json(orient="records"))


# --- the panels -------------------------------------------------------------------------


def watched_word() -> str:
    return st.text_input(
        _("Watch a word"),
        key="watch",
        bind="query-params",
        max_chars=60,
        placeholder=_("the model's answer"),
        help=_("A space is put before it, as in running text."),
        on_change=watch_changed,
    )


def watched_token(now: Current, word: str, answer: int) -> int:
    """The token to watch: of a typed word, else the model's own answer."""
    options = watch.watch_options(now.engine.tokenizer, word)
    if not options:
        return answer
    if len(options) == 1:
        return options[0].id
    pieces = watch.n_pieces(options, word)
    left, right = st.columns([2, 4], vertical_alignment="center")
    with left:
        chosen = choose(
            ngettext("{n} token: which?", "{n} tokens: which?", len(options)).format(
                n=len(options)
            ),
            [token.id for token in options],
            options[0].id,
            name="piece",
            names=now.label,
            on_change=watch_changed,
        )
    right.caption(
        _(
            "The model writes this word as {n} tokens, one after the other; the grid watches one"
            " of them at a time."
        ).format(n=pieces)
        if pieces > 1
        else _("With its space and without it, this word is two different tokens.")
    )
    return chosen


def watch_changed() -> None:
    """Other panels follow the watched word too: the whole page runs again, not only its own."""
    st.session_state[CHANGED] = True


@fragment
def lens_panel(now: Current, trace: Trace, position: int) -> None:
    n_tokens = len(now.tokens)
    with panel(_("When does the answer appear?"), prose("layers", "lens"), key="panel_lens"):
        left, middle, right = st.columns(3)
        with left:
            word = watched_word()
        with middle:
            shade = pick_one(
                _("Show"),
                dict(zip(SHADES, (_("first choice"), _("rank of the word")), strict=True)),
                key="shade",
            )
        start = 0
        if n_tokens > WINDOW:
            with right:
                start = window_start(n_tokens, position)
        else:
            remember("start", start, 0)
        own = now.engine.logit_lens(trace, position, position + 1, top=TOP)
        watched = watched_token(now, word, int(own.top_ids[-1, 0, 0]))
        st.session_state[WATCHED] = watched
        if st.session_state.pop(CHANGED, False):
            st.rerun()
        stop = min(n_tokens, start + WINDOW)
        got = now.engine.logit_lens(trace, start, stop, top=TOP, watched=(watched,))
        names = [[[now.label(i) for i in cell] for cell in row] for row in got.top_ids]
        watch = charts.Watch(
            now.label(watched),
            got.watched_probs[..., 0],
            got.watched_ranks[..., 0],
            now.engine.shape.n_vocab,
        )
        cells = charts.lens_cells(
            start,
            now.labels[start:stop],
            names,
            got.top_probs,
            got.entropy,
            got.settled,
            position,
            watch if shade == "rank" else None,
        )
        picked = lens_grid(cells, key="grid_lens")
        if picked is not None and picked != position:
            follow(now, picked)
        title = _("Logit lens, {tokens}").format(tokens=count.tokens_from(start, stop - 1))
        if shade == "rank":
            title += " · " + _("rank of “{word}”").format(word=watch.name)
        caption_and_export(
            lens_sentence(now, own, position, watched, got),
            "lens",
            partial(lens_rows, got, now.tokens, now.label),
            partial(charts.lens_picture, cells, title),
        )
        show_python(
            recipes.lens_ranks(now.source, now.recipe_prompt, got, watched)
            if shade == "rank"
            else recipes.lens(now.source, now.recipe_prompt, got)
        )


def window_start(n_tokens: int, position: int) -> int:
    """The first token of the window; it moves along when a token outside is followed."""
    key, last = "layers_start", n_tokens - WINDOW
    usual = min(last, max(0, position - WINDOW + 1))
    seen, now = st.session_state.get(SEEN), (n_tokens, position)
    st.session_state[SEEN] = now
    start = st.session_state.get(key)
    if start is None and seen is None:
        start = asked_start(last)
    if (
        start is None
        or start > last
        or (seen not in (None, now) and not start <= position < start + WINDOW)
    ):
        start = usual
    st.session_state[key] = start
    start = st.slider(
        _("First token of the window"),
        0,
        last,
        key=key,
        persist_state="session",
        help=_("The grid shows {n} tokens at a time.").format(n=WINDOW),
    )
    remember("start", start, usual)
    return start


def asked_start(last: int) -> int | None:
    """The first token of the window that the link asks for, if there is one."""
    asked = st.query_params.get("start")
    if asked is None:
        return None
    if asked.isascii() and asked.isdigit() and int(asked) <= last:
        return int(asked)
    st.caption(
        _("The link's window begins at no token of this text: it may begin at 0 to {last}.").format(
            last=last
        )
    )
    return None


def lens_sentence(now: Current, own: LogitLens, position: int, watched: int, got: LogitLens) -> str:
    settled = int(own.settled[0])
    rows = charts.row_names(now.engine.shape.n_layer)
    sentence = _(
        "After token {position} the model answers “{answer}” with {p}: first choice from row"
        " “{row}” on. The last row is the model's own output."
    ).format(
        position=position,
        answer=plain(now.label(own.top_ids[-1, 0, 0])),
        p=percent(own.top_probs[-1, 0, 0]),
        row=rows[settled],
    )
    if got.start <= position < got.stop:
        column = position - got.start
        sentence += " " + _("“{word}” goes from rank {first:,} to rank {last:,}.").format(
            word=plain(now.label(watched)),
            first=int(got.watched_ranks[0, column, 0]),
            last=int(got.watched_ranks[-1, column, 0]),
        )
    if len(now.tokens) > WINDOW:
        sentence += " " + _("The grid is a window: tokens {first:,} to {last:,} of {n:,}.").format(
            first=got.start, last=got.stop - 1, n=len(now.tokens)
        )
    return sentence


@fragment
def race_panel(now: Current, trace: Trace, position: int) -> None:
    with panel(_("Who leads, layer by layer?"), prose("layers", "race"), key="panel_race"):
        measure = pick_one(
            _("Measure"),
            dict(zip(MEASURES, (_("probability"), _("rank")), strict=True)),
            key="race",
        )
        last = now.engine.logit_lens(trace, position, position + 1, top=TOP)
        runners = [int(i) for i in last.top_ids[-1, 0, :5]]
        runners = tuple(dict.fromkeys([*runners, st.session_state.get(WATCHED, runners[0])]))
        got = now.engine.logit_lens(trace, position, position + 1, top=TOP, watched=runners)
        shown = (got.watched_probs if measure == "probability" else got.watched_ranks)[:, 0]
        names = unique([now.label(i) for i in runners])
        chart(
            charts.race_chart(names, shown, measure),
            key="chart_race",
            alt=_("Lines of the {n} likeliest next tokens over the layers.").format(n=len(names)),
        )
        settled = int(last.settled[0])
        rows = charts.row_names(now.engine.shape.n_layer)
        caption_and_export(
            _(
                "After “{token}” (token {position}): “{best}” ends with {p} and leads from row"
                " “{row}” on; the runner-up “{second}” ends with {q}."
            ).format(
                token=plain(now.labels[position]),
                position=position,
                best=plain(names[0]),
                p=percent(last.top_probs[-1, 0, 0]),
                row=rows[settled],
                second=plain(names[1]),
                q=percent(last.top_probs[-1, 0, 1]),
            ),
            "race",
            partial(lens_rows, got, now.tokens, now.label),
        )
        show_python(recipes.race(now.source, now.recipe_prompt, position, runners, shown, measure))


def unique(names: list[str]) -> list[str]:
    """Two tokens may look alike (bytes that are no text); a mark keeps their lines apart."""
    seen: dict[str, int] = {}
    for i, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            names[i] = f"{name} ({seen[name]})"
    return names


@fragment
def block_panel(now: Current, trace: Trace, position: int) -> None:
    n_layer = now.engine.shape.n_layer
    with panel(_("What happens inside one block?"), prose("layers", "block"), key="panel_block"):
        left, right = st.columns([3, 2])
        with left:
            layer = choose_layer(_("Layer"), n_layer, n_layer - 1, key="layer")
        if "layers_clicked" in st.session_state:
            st.session_state["open"] = st.session_state.pop("layers_clicked")
        with right:
            opened = pick_one(_("Open"), dict(zip(STATIONS, STATIONS, strict=True)), key="open")
        steps = now.engine.view(block_steps, trace, layer, position)
        sizes = {name: float(lengths(v)) for name, v in steps.stations.items()}
        drawn = charts.block_stations(steps.stations, sizes, opened)
        picked = block_diagram(drawn, key="diagram_block")
        if picked in STATIONS and picked != opened:
            st.session_state["layers_clicked"] = picked
            st.rerun(scope="fragment")
        caption_and_export(
            _(
                "L{layer} takes this token's vector from length {before:.1f} to {after:.1f}:"
                " attention adds {attn:.1f}, the MLP {mlp:.1f}. Each strip has its own scale; its"
                " strongest colour is the 98th percentile."
            ).format(
                layer=layer,
                before=sizes["resid_pre"],
                after=sizes["resid_post"],
                attn=sizes["attn"],
                mlp=sizes["mlp"],
            ),
            "block",
            partial(block_rows, steps),
            partial(
                charts.block_picture,
                drawn,
                _("L{layer} at work on token {position}, “{token}”").format(
                    layer=layer, position=position, token=now.labels[position]
                ),
            ),
        )
        show_python(recipes.block(now.source, now.recipe_prompt, steps))
        st.divider()
        if opened == "gelu":
            gelu_arithmetic(now, steps)
        elif opened == "attn":
            heads_arithmetic(now, trace, layer, position)
        else:
            norm_arithmetic(now, steps, opened)
        st.divider()
        whole_stack(now, trace, position)


def norm_arithmetic(now: Current, steps: BlockSteps, name: str) -> None:
    norm = steps.ln_1 if name == "ln_1" else steps.ln_2
    st.markdown(f"**{name}** · " + prose("layers", "ln"))
    mean, variance, eps = (f"{v:.{d}f}" for v, d in zip(norm.sums, (4, 4, 5), strict=True))
    taken = f"({mean})" if mean.startswith("-") else mean
    st.latex(
        rf"\frac{{x - {taken}}}{{\sqrt{{{variance} + {eps}}}}}"
        r" \times \mathrm{gain} + \mathrm{bias}"
    )
    shown = largest_dimensions(norm.x, 8)
    table = pd.DataFrame(
        {
            _("dimension"): shown,
            "x": norm.x[shown],
            _("x − mean"): norm.centred[shown],
            _("÷ spread"): norm.normed[shown],
            _("gain"): norm.gain[shown],
            _("bias"): norm.bias[shown],
            _("result"): norm.out[shown],
        }
    )
    show_table(table)
    st.caption(
        _(
            "The mean of all {n:,} numbers is {mean:.4f}, the variance {variance:.4f}, so the"
            " spread is {spread:.4f}. The table has the eight largest dimensions."
        ).format(
            n=len(norm.x), mean=Number(norm.mean), variance=norm.variance, spread=norm.deviation
        )
    )
    show_python(
        recipes.norm(now.source, now.recipe_prompt, steps.layer, steps.position, name, norm)
    )


def heads_arithmetic(now: Current, trace: Trace, layer: int, position: int) -> None:
    got = now.engine.view(heads_at, trace, layer, position)
    st.markdown("**attn** · " + prose("layers", "attn"))
    table = pd.DataFrame(
        {
            _("head"): [f"L{layer}.H{h}" for h in range(len(got.lengths))],
            _("length added"): got.lengths,
            _("looks hardest at"): [f"{i} · {now.labels[i]}" for i in got.looks_at],
            _("with weight"): got.weights,
        }
    )
    show_table(table)
    longest = int(got.lengths.argmax())
    st.caption(
        _("L{layer}.H{head} adds most here: a vector of length {length:.2f}.").format(
            layer=layer, head=longest, length=got.lengths[longest]
        )
    )
    st.page_link("pages/attention.py", label=_("See every head's whole pattern"))
    show_python(recipes.heads(now.source, now.recipe_prompt, layer, position, got))


def gelu_arithmetic(now: Current, steps: BlockSteps) -> None:
    gelu = gelu_steps(steps.hidden)
    st.markdown("**gelu** · " + prose("layers", "gelu"))
    st.latex(
        r"\mathrm{gelu}(x) = x \cdot \tfrac12\left(1 + \tanh\left[\sqrt{2/\pi}\,"
        r"\left(x + 0.044715\,x^3\right)\right]\right)"
    )
    chart(
        charts.gelu_chart(gelu_curve(gelu.x), gelu.x, gelu.out),
        key="chart_gelu",
        alt=_("GELU's curve with every neuron of this token as a dot on it."),
    )
    shown = largest_dimensions(gelu.out, 6)
    table = pd.DataFrame(
        {
            _("neuron"): shown,
            "x": gelu.x[shown],
            _("inside tanh"): gelu.inner[shown],
            "tanh": gelu.tanh[shown],
            _("gate"): gelu.gate[shown],
            _("x × gate"): gelu.out[shown],
        }
    )
    show_table(table)
    st.caption(
        ngettext(
            "{firing:,} of {n:,} neurons lets something positive through; the others almost"
            " nothing.",
            "{firing:,} of {n:,} neurons let something positive through; the others almost"
            " nothing.",
            gelu.n_firing,
        ).format(firing=gelu.n_firing, n=len(gelu.x))
    )
    show_python(recipes.gelu(now.source, now.recipe_prompt, steps.layer, steps.position, gelu))


def show_table(table: pd.DataFrame) -> None:
    """A table of real numbers, four digits after the point."""
    numbers = list(table.select_dtypes("float").columns)
    st.dataframe(
        # A column's own format would write a hyphen for the minus sign.
        table.style.format(lambda v: f"{Number(v):.4f}", subset=numbers),
        hide_index=True,
        width="stretch",
        height="content",
    )


def whole_stack(now: Current, trace: Trace, position: int) -> None:
    st.markdown(_("**The whole stack**") + " · " + prose("layers", "growth"))
    parts = now.engine.view(writes, trace, position)
    got = growth(trace, parts)
    chart(
        charts.growth_chart(got.stream, got.attn, got.mlp),
        key="chart_growth",
        alt=_("Length of the stream and of what attention and the MLP add, by layer."),
    )
    st.caption(
        _(
            "From {first:.1f} to {last:.1f} over {n}. The first token's vector often grows"
            " far longer than the others'; in this text it ends with length {zero:.1f}."
        ).format(
            first=got.stream[0],
            last=got.stream[-1],
            n=count.layers(len(got.attn)),
            zero=float(lengths(trace.resid[-1, 0])),
        )
    )
    show_python(
        recipes.growth(now.source, now.recipe_prompt, position, got.stream, got.attn, got.mlp)
    )


@fragment
def wrote_panel(now: Current, trace: Trace, position: int) -> None:
    with panel(_("Who wrote the answer?"), prose("layers", "wrote"), key="panel_wrote"):
        last = now.engine.logit_lens(trace, position, position + 1, top=TOP)
        top = [int(i) for i in last.top_ids[-1, 0]]
        others = list(dict.fromkeys([*top, st.session_state.get(WATCHED, top[0])]))
        titles = {
            "best": _("{token} (the answer)").format(token=now.label(top[0])),
            "rival": _("its strongest rival"),
            "none": _("nothing: the logit itself"),
        }

        def named(option: int | str) -> str:
            return titles[option] if isinstance(option, str) else now.label(option)

        left, right = st.columns(2)
        with left:
            asked = choose(_("Why"), ["best", *others[1:]], "best", name="why", names=named)
        with right:
            instead = choose(
                _("and not"), ["rival", "none", *others], "rival", name="not", names=named
            )
        token = top[0] if asked == "best" else int(asked)
        rival = attribution.rival_of(token, top)
        against = {"none": None, "rival": rival, token: rival}.get(instead, instead)
        read = now.engine.view(attribution.reader, token, against)
        got = attribution.attribute(now.engine.view(writes, trace, position), read)
        logits = now.engine.view(
            attribution.token_logits,
            trace,
            position,
            (token,) if against is None else (token, against),
        )
        own = attribution.logit_or_difference(logits)
        unit = _("logit") if against is None else _("logit difference")
        parts = charts.attribution_parts(
            (got.token, got.place), got.attn, got.mlp, got.bias_pair, got.total, own
        )
        chart(
            charts.attribution_bars(parts, unit),
            key="chart_wrote",
            alt=_("Bars of what the embedding, each layer and the biases add."),
        )
        st.caption(
            _(
                "Why “{token}”{against}: embedding {embedding:+.3f}, attention {attn:+.3f},"
                " MLPs {mlp:+.3f}, biases {biases:+.3f}, together {total:.4f}. The model's own"
                " number is {own:.4f}."
            ).format(
                token=plain(now.label(token)),
                against=""
                if against is None
                else _(" and not “{other}”").format(other=plain(now.label(against))),
                embedding=Number(got.embedding),
                attn=Number(got.attn.sum()),
                mlp=Number(got.mlp.sum()),
                biases=Number(got.biases),
                total=Number(got.total),
                own=Number(own),
            )
        )
        chart(
            charts.heads_heat(got.heads),
            key="chart_heads",
            alt=_("Each head's contribution, layers by heads."),
        )
        layer, head = got.strongest
        title = _("Why “{token}”").format(token=now.label(token))
        if against is not None:
            title += _(" and not “{other}”").format(other=now.label(against))
        caption_and_export(
            _("The head with the largest say is L{layer}.H{head} with {value:+.3f}.").format(
                layer=layer, head=head, value=Number(got.heads[layer, head])
            ),
            "attribution",
            partial(attribution.attribution_rows, got),
            partial(charts.attribution_picture, parts, got.heads, title, unit),
        )
        show_python(recipes.attribution(now.source, now.recipe_prompt, position, read, got, own))


@fragment
def mlp_panel(now: Current, trace: Trace, position: int) -> None:
    n_layer = now.engine.shape.n_layer
    with panel(_("What do the neurons say?"), prose("layers", "mlp"), key="panel_mlp"):
        left, middle, right = st.columns(3)
        with left:
            layer = choose_layer(_("Layer"), n_layer, n_layer - 1, key="mlp")
        with middle:
            by = pick_one(
                _("Loudest by"),
                dict(zip(LOUDEST, (_("activation"), _("length added")), strict=True)),
                key="by",
            )
        got = now.engine.view(neurons, trace, layer, position, 8, 8, by)
        ids = [int(n) for n in got.neurons]
        with right:
            neuron = choose(
                _("Neuron"), ids, ids[0], name="neuron", names=lambda n: f"L{layer}.N{n}"
            )
        which = ids.index(neuron)
        table = pd.DataFrame(
            {
                _("neuron"): [f"N{n}" for n in ids],
                _("activation"): got.activations[:, position],
                _("length added"): got.lengths,
                _("raises"): [words(now, row[:4]) for row in got.promoted_ids],
                _("lowers"): [words(now, row[:4]) for row in got.suppressed_ids],
            }
        )
        show_table(table)
        tokens, effects = got.words(which)
        left, right = st.columns(2)
        with left:
            st.markdown(
                _("**L{layer}.N{neuron}** adds to the logits").format(layer=layer, neuron=neuron)
            )
            chart(
                charts.word_bars([now.label(t) for t in tokens], effects, _("logit")),
                key="chart_words",
                alt=_("The tokens that this neuron raises and lowers most."),
            )
        with right:
            st.markdown(_("**L{layer}.N{neuron}** fires at").format(layer=layer, neuron=neuron))
            excited = got.activations[which]
            token_strip(
                now.tokens,
                key="strip_neuron",
                chosen=position,
                values=shares_of_largest(excited),
                notes=[
                    _("Token {i}: activation {a:.3f}").format(i=i, a=Number(a))
                    for i, a in enumerate(excited)
                ],
                hint=_("Point at a token to read the neuron's activation there."),
            )
        caption_and_export(
            ngettext(
                "{firing:,} of {n:,} neurons fires at this token. N{neuron} has activation"
                " {here:.2f} here and at most {most:.2f} in this text, at token {at}.",
                "{firing:,} of {n:,} neurons fire at this token. N{neuron} has activation"
                " {here:.2f} here and at most {most:.2f} in this text, at token {at}.",
                got.n_firing,
            ).format(
                firing=got.n_firing,
                n=len(got.all_active),
                neuron=neuron,
                here=Number(excited[position]),
                most=Number(excited.max()),
                at=int(excited.argmax()),
            ),
            "neurons",
            lambda: table.to_dict("records"),
        )
        show_python(recipes.neurons(now.source, now.recipe_prompt, got, which))


def words(now: Current, token_ids: Iterable[int]) -> str:
    return "  ".join(now.label(i) for i in token_ids)


@fragment
def skip_panel(now: Current, trace: Trace, position: int) -> None:
    n_layer = now.engine.shape.n_layer
    layers = list(range(n_layer))
    ids = now.ids[: position + 1]
    with panel(_("What if a layer is left out?"), prose("layers", "skip"), key="panel_skip"):
        left, right = st.columns(2)
        with left:
            attn = pick_layers(_("Leave out attention of layer"), layers, [], key="noattn")
        with right:
            mlp = pick_layers(_("Leave out the MLP of layer"), layers, [0], key="nomlp")
        with st.container(horizontal=True):
            for key, title, chosen in (
                ("skip_all", _("Leave out everything"), layers),
                ("skip_none", _("Leave out nothing"), []),
            ):
                st.button(
                    title,
                    key=key,
                    on_click=set_layers,
                    args=({"noattn": chosen, "nomlp": chosen},),
                )
        blocks = [*((i, "attn") for i in attn), *((i, "mlp") for i in mlp)]
        whole = now.engine.trace(ids)
        without = now.engine.view(ablated_logits, whole, frozenset(), frozenset(blocks))
        change = effects.change(whole.logits, without)
        tokens = [int(i) for i in change.token_ids]
        chart(
            charts.before_after([now.label(i) for i in tokens], change.before, change.after),
            key="chart_skip",
            alt=_("Probabilities of the tokens that changed most, before and after."),
        )
        caption_and_export(
            skip_sentence(now, change, len(blocks), n_layer),
            "skip",
            partial(effects.change_rows, change, now.label),
        )
        show_python(
            recipes.skip(
                now.source, now.recipe_prompt, position, blocks, tokens, change.before, change.after
            )
        )
        st.divider()
        st.markdown(_("**Each part alone**: how much the prediction changes without it"))
        if skip.is_long_work(now.engine.shape, len(ids)) and not st.button(
            _("Measure all {n} parts").format(n=2 * n_layer),
            key="measure",
            help=_("One pass of the model for each part: this may take a minute or more."),
        ):
            return
        costs = measured(now, ids)
        chart(
            charts.skip_costs(costs["attn"], costs["mlp"]),
            key="chart_costs",
            alt=_("Change of the prediction in bits for each part left out alone."),
        )
        part, layer, bits = skip.costliest(costs)
        st.caption(
            _(
                "The model misses the {part} of L{layer} most: without it the prediction changes"
                " by {bits:.2f} bits (Kullback–Leibler divergence)."
            ).format(part=_("attention") if part == "attn" else _("MLP"), layer=layer, bits=bits)
        )
        show_python(
            recipes.costs(now.source, now.recipe_prompt, position, costs["attn"], costs["mlp"])
        )


def pick_layers(title: str, layers: list[int], default: list[int], *, key: str) -> list[int]:
    """Any of the layers; they live in the URL, each on its own.

    Streamlit's own binding warns of a default beside a value that a button has set.
    """
    names = {str(layer): layer for layer in layers}
    if key not in st.session_state:
        asked = st.query_params.get_all(key)
        wanted = [names[name] for name in asked if name in names]
        st.session_state[key] = wanted if wanted or asked == [""] else default
    st.session_state[key] = [i for i in st.session_state[key] if i in layers]
    chosen = st.pills(
        title, layers, selection_mode="multi", key=key, wrap=True, persist_state="session"
    )
    in_address = [str(layer) for layer in chosen] or [""]
    if chosen == default:
        st.query_params.pop(key, None)
    elif st.query_params.get_all(key) != in_address:
        st.query_params[key] = in_address
    return chosen


def set_layers(chosen: dict[str, list[int]]) -> None:
    for key, layers in chosen.items():
        st.session_state[key] = layers


def skip_sentence(now: Current, change: effects.Change, n_blocks: int, n_layer: int) -> str:
    if n_blocks == 0:
        return _("Nothing is left out, so nothing changes. Choose a layer above.")
    best, after = (plain(now.label(i)) for i in (change.best_before, change.best_after))
    if n_blocks == 2 * n_layer:
        start = _("Every block is left out: the embedding goes straight to the head. ")
    else:
        start = ngettext("{n} part is left out. ", "{n} parts are left out. ", n_blocks).format(
            n=n_blocks
        )
    if best == after:
        told = _("The first choice is still “{after}”; the prediction changes by {bits:.2f} bits.")
    else:
        told = _(
            "The first choice was “{best}” and is now “{after}”; the prediction changes by"
            " {bits:.2f} bits."
        )
    return start + told.format(best=best, after=after, bits=change.divergence)


def measured(now: Current, ids: tuple[int, ...]) -> dict[str, list[float]]:
    """The cost of every part left out alone, one request each so that others get their turn."""
    n_layer = now.engine.shape.n_layer
    jobs = [(part, layer) for part in ("attn", "mlp") for layer in range(n_layer)]
    place = st.empty()
    text = now.engine.trace(ids)
    bits: dict[str, list[float]] = {"attn": [], "mlp": []}
    for done, (part, layer) in enumerate(jobs):
        bits[part].append(now.engine.view(skip.skip_cost, text, layer, part))
        if skip.is_long_work(now.engine.shape, len(ids)):
            place.progress((done + 1) / len(jobs), text=_("Leaving out one part after another"))
    place.empty()
    return bits


header("layers")
now = current()
trace = now.trace()
layers = range(now.engine.shape.n_layer)
tell_problems(
    "layers",
    {
        "shade": among(SHADES),
        "race": among(MEASURES),
        "layer": between(0, layers[-1]),
        "open": among(STATIONS),
        "mlp": between(0, layers[-1]),
        "by": among(LOUDEST),
        "noattn": some_among(layers, many=True),
        "nomlp": some_among(layers, many=True),
    },
)
position = followed(now)
if len(now.tokens) == 1:
    st.info(
        _(
            "This text is a single token: the grid has one column, and attention can look only at"
            " the token itself. Type a longer text in the sidebar to see tokens work together."
        )
    )
clicked = token_strip(
    now.tokens,
    key="strip_layers",
    chosen=position,
    selectable=True,
    lines=3,
    hint=_("All figures follow token {position}, “{token}”. Click another one.").format(
        position=position, token=now.labels[position]
    ),
)
if clicked is not None and clicked != position:
    follow(now, clicked)
remember("token", position, len(now.tokens) - 1)
lens_panel(now, trace, position)
race_panel(now, trace, position)
block_panel(now, trace, position)
wrote_panel(now, trace, position)
mlp_panel(now, trace, position)
skip_panel(now, trace, position)
footer("layers")
