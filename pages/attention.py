"""Attention: every head of every layer, one head in depth, and what is lost without it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.charts.attention import cells, charts
from core.errors import LearnerError
from core.language import _, ngettext
from core.numbers import Number
from core.recipes.attention import boxes as recipes
from core.views.ablation import MODES, Mode, ablated_logits
from core.views.attention import LayerAttention
from core.views.effects import change, effects_of, layer_effects
from core.views.evidence import evidence, heaviest
from core.views.fixed_set import FIXED_SET, fixed_tallies
from core.views.formula import formula
from core.views.head_kinds import KINDS, token_kinds
from core.views.head_matrices import stage_matrices, window_around
from core.views.head_names import NAMED_FROM, Heads, heads_of, strongest_kind
from core.views.head_scores import Tally, add_texts, best_text
from core.views.head_steps import HeadSteps, head_rows, head_steps, keys_to_show
from core.views.rollout import all_layers
from core.views.sink import SINK_FROM, sink, without_first
from core.views.thumbnails import THUMBNAIL, LayerSummary, layer_summary, pictures
from pages.components.head_grid import head_grid
from pages.components.pattern_view import pattern_view
from pages.components.shared.pick import picked
from pages.kit import words as count
from pages.kit.address import among, between, one_of, one_of_many, switch, tell_problems
from pages.kit.current import Current
from pages.kit.error import show_error
from pages.kit.fragment import fragment
from pages.kit.old_panel import chart, export_menu, panel
from pages.kit.prose import prose
from pages.kit.python_box import show_python
from pages.panels.attention import state
from pages.shell.journey import footer
from pages.shell.session import current, header
from pages.shell.sidebar import set_prompt

GRID, VIEW, TOGETHER = "head_grid", "pattern", "together"
SORTED_AT_MOST = 60


def kind_titles() -> dict[str, str]:
    """What a head is called after each kind of looking; "" for a head that mixes."""
    return {
        "previous": _("previous token"),
        "induction": _("induction: what followed last time"),
        "duplicate": _("the same token, earlier"),
        "current": _("itself"),
        "first": _("first token: resting"),
        "same_kind": _("same kind of token"),
        "local": _("nearby: 1 to 4 back"),
        "": _("mixed"),
    }


def summaries(now: Current) -> tuple[LayerSummary, ...]:
    trace = now.trace()
    layers = range(now.engine.shape.n_layer)
    return now.engine.views(layer_summary, [(trace, layer) for layer in layers])


def fixed_set(now: Current) -> tuple[tuple[Tally, ...], ...]:
    return now.engine.views(fixed_tallies, [(text,) for text in FIXED_SET])


def all_heads_panel(
    now: Current,
    at: state.Place,
    found: Heads,
    made: tuple[LayerSummary, ...],
) -> None:
    titles = kind_titles()
    with panel(_("Which head looks where?"), prose("attention", "grid"), key="panel_grid"):
        left, middle, right = st.columns([3, 2, 2], vertical_alignment="bottom")
        with left:
            kind = one_of_many(
                _("Bar under each head"), {k: titles[k] for k in KINDS}, key="attention_kind"
            )
        with middle:
            fold = one_of(
                _("Long prompts are folded by"),
                {"max": _("largest"), "mean": _("average")},
                key="attention_fold",
                disabled=len(now.tokens) <= THUMBNAIL,
            )
        order = right.toggle(_("Sort by the bar"), key="attention_sort", bind="query-params")
        ranking = found.ranking(kind)
        head_grid(
            cells.shades(pictures(made, fold)),
            [titles[name] for name in found.labels.ravel()],
            key=GRID,
            chosen=(at.layer, at.head),
            scores=found.scores[kind],
            order=ranking[:SORTED_AT_MOST] if order else None,
            on_pick=pick_head,
        )
        st.caption(grid_caption(now, found, kind, ranking, bool(order)))
        show_python(recipes.all_heads(now.source, now.recipe_prompt, kind, found.scores[kind]))


def grid_caption(
    now: Current, found: Heads, kind: str, ranking: list[tuple[int, int]], order: bool
) -> str:
    chance = found.chance[kind]
    if chance != chance:  # NaN: the prompt has no such pair
        return _(
            "This prompt cannot show this kind of looking (no token has a fitting earlier one),"
            " so no bars are drawn. Choose another kind, or repeat a word in the prompt."
        )
    layer, head = ranking[0]
    parts = [
        _(
            "{n}. Most of this kind: L{layer}.H{head} with {score:.0%} of its attention;"
            " even weights would give {chance:.0%}."
        ).format(
            n=count.heads(found.labels.size),
            layer=layer,
            head=head,
            score=found.scores[kind][layer, head],
            chance=chance,
        )
    ]
    if order and found.labels.size > SORTED_AT_MOST:
        parts.append(
            ngettext(
                "Sorted: the first {n} are shown, {rest} more scores less.",
                "Sorted: the first {n} are shown, {rest} more score less.",
                found.labels.size - SORTED_AT_MOST,
            ).format(n=SORTED_AT_MOST, rest=found.labels.size - SORTED_AT_MOST)
        )
    return " ".join(parts)


def pick_head() -> None:
    """A click in the grid."""
    choice = picked(GRID)
    if choice:
        state.choose(layer=choice[0], head=choice[1])


def pick_cell() -> None:
    """A click in the pattern."""
    choice = picked(VIEW)
    if choice:
        state.choose(query=choice[0], key=choice[1])


def head_panel(
    now: Current,
    at: state.Place,
    found: LayerAttention,
    pattern: np.ndarray,
    name: str,
) -> None:
    n = len(now.tokens)
    shape = now.engine.shape
    title = _("Where does head L{layer}.H{head} look?").format(layer=at.layer, head=at.head)
    with panel(title, prose("attention", "head"), key="panel_head"):
        controls = st.columns([1, 1, 1, 2], vertical_alignment="bottom")
        state.number(controls[0], _("Layer"), "layer", shape.n_layer - 1)
        state.number(controls[1], _("Head"), "head", shape.n_head - 1)
        state.number(controls[2], _("Query token"), "query", n - 1)
        hide = controls[3].toggle(
            _("Hide the first token and renormalise"),
            key="attention_hide_first",
            bind="query-params",
            disabled=n < 2,
            help=_("Many heads rest on the first token. Without it the rest becomes visible."),
        )
        shown = without_first(pattern) if hide else pattern
        if hide:
            st.markdown(
                ":orange-badge[" + _("Altered: first token hidden, rows renormalised") + "]"
            )
        pattern_view(
            shown,
            now.labels,
            key=VIEW,
            chosen=(at.query, at.key),
            stamp=str(hash(now.ids)),
            alt=pattern_words(now, at, shown),
            on_pick=pick_cell,
        )
        st.caption(
            _("Head L{layer}.H{head}, named “{name}”. {words}").format(
                layer=at.layer, head=at.head, name=name, words=pattern_words(now, at, shown)
            ),
        )
        sink_note(now, at, found)
        exports(now, at, found, shown)
        show_python(
            recipes.pattern(now.source, now.recipe_prompt, at.layer, at.head, shown, bool(hide))
        )


def pattern_words(now: Current, at: state.Place, shown: np.ndarray) -> str:
    """The chosen row in words: positions and numbers only, no typed text."""
    best = heaviest(shown[at.query], 3)
    return _("Token {query} gives {list}.").format(
        query=at.query,
        list=", ".join(
            _("{weight:.1%} to token {key}").format(weight=weight, key=key)
            for key, weight in best
            if weight >= 0.0005  # the others would read 0.0%
        )
        or _("nothing: it has no other token to look at"),
    )


def sink_note(now: Current, at: state.Place, layer: LayerAttention) -> None:
    rows = now.engine.view(head_rows, at.layer, at.head)
    found = sink(layer, rows, at.head)
    if found is None or found.weight < SINK_FROM:
        return
    with st.container(border=True, key="sink_note"):
        st.markdown(
            _(
                "**This head rests on the first token**: {weight:.0%} of its weight, averaged over"
                " the later tokens, goes there."
            ).format(weight=found.weight)
            + " "
            + prose("attention", "sink_why")
        )
        smaller = found.written < found.weight
        st.caption(
            _(
                "Its value vector has length {first:.2f}, the others’ median is {other:.2f}, so"
                " {verdict}: {written:.0%} of what this head writes comes from the first token."
                " Its score is {lead:.1f} above the median of the others, a factor of {factor:,.0f}"
                " before the softmax divides."
            ).format(
                first=found.value_norm,
                other=found.other_norm,
                verdict=_("the weight carries less than it seems")
                if smaller
                else _("the weight does carry something here"),
                written=found.written,
                lead=Number(found.score_lead),
                factor=found.factor,
            )
        )
        show_python(recipes.sink(now.source, now.recipe_prompt, at.layer, at.head, found))


def exports(now: Current, at: state.Place, found: LayerAttention, shown: np.ndarray) -> None:
    name = f"attention-L{at.layer}-H{at.head}"
    title = _("Attention of head L{layer}.H{head}").format(layer=at.layer, head=at.head)
    labels, bright = now.labels, cells.brightest(shown)

    def everything() -> bytes:
        return charts.npz_file(
            pattern=shown,
            scores=found.scores(at.head),
            q=found.q[at.head],
            k=found.k[at.head],
            v=found.v[at.head],
            token_ids=now.ids,
        )

    files = {
        f"{name}.csv": (_("Matrix as CSV"), lambda: charts.csv_table(shown, labels)),
        f"{name}.npz": (_("Matrix, q, k, v and scores as NPZ"), everything),
        f"{name}.svg": (
            _("Picture as SVG"),
            lambda: charts.pattern_svg(shown, labels, title, bright),
        ),
        f"{name}.png": (
            _("Picture as PNG"),
            lambda: charts.pattern_png(shown, labels, title, bright),
        ),
    }
    export_menu("export", files)


def role_panel(
    now: Current,
    at: state.Place,
    found: Heads,
    standard: Heads,
    fixed: tuple[tuple[Tally, ...], ...],
    pattern: np.ndarray,
) -> None:
    """What a head does here (`found`) and on the fixed set (`standard`)."""
    titles = kind_titles()
    here, there = found.of(at.layer, at.head), standard.of(at.layer, at.head)
    name, usual = found.labels[at.layer, at.head], standard.labels[at.layer, at.head]
    title = _("What is head L{layer}.H{head} for?").format(layer=at.layer, head=at.head)
    with panel(title, prose("attention", "role"), key="panel_role"):
        left, right = st.columns([3, 2])
        with left:
            words = _("On this prompt: {here}. On the fixed set: {there}.").format(
                here=titles[name], there=titles[usual]
            )
            st.markdown(f"**{words}**")
            chart(
                charts.score_bars(
                    [titles[k] for k in KINDS],
                    [here[k] for k in KINDS],
                    [there[k] for k in KINDS],
                    [found.chance[k] for k in KINDS],
                ),
                key="chart_scores",
                alt=words,
            )
        kind = name or usual or strongest_kind(here, found.chance)
        with right:
            evidence_table(now, at, kind, pattern)
            best = best_text(fixed, kind, at.layer, at.head)
            if best is not None:
                st.markdown(
                    _("**Seen best**: {score:.0%} on this text of the fixed set.").format(
                        score=best[1]
                    )
                )
                st.text(FIXED_SET[best[0]])
                if st.button(
                    _("Use it as the prompt"),
                    key="best_text",
                    icon=":material/play_arrow:",
                    on_click=set_prompt,
                    args=(FIXED_SET[best[0]],),
                ):
                    st.rerun()  # the prompt stands outside this fragment
        st.caption(
            _(
                "The fixed set is {n} short texts made for this measurement, the same for every"
                " model. A head is named when it goes at least {share:.0%} of the way from even"
                " weights to looking at nothing else."
            ).format(n=len(fixed), share=NAMED_FROM)
        )
        show_python(
            recipes.head_scores(now.source, now.recipe_prompt, at.layer, at.head, here, there)
        )


def evidence_table(now: Current, at: state.Place, kind: str, pattern: np.ndarray) -> None:
    titles = kind_titles()
    pairs = evidence(pattern, kind, now.ids, token_kinds(now.trace().pieces))
    st.markdown(_("**Evidence** for “{kind}” on this prompt").format(kind=titles[kind]))
    if not pairs:
        st.text(_("This prompt has no pair of tokens that could show it."))
        return
    labels = now.labels
    st.dataframe(
        {
            _("query"): [f"{p.query} {labels[p.query]}" for p in pairs],
            _("looks at"): [f"{p.key} {labels[p.key]}" for p in pairs],
            _("weight"): [p.weight for p in pairs],
        },
        column_config={_("weight"): st.column_config.NumberColumn(format="percent")},
        hide_index=True,
        key="evidence",
    )


def step_views() -> dict[str, str]:
    return {
        "row": _("Step by step"),
        "dims": _("Why this score"),
        "matrix": _("Matrices"),
        "out": _("Times v"),
    }


def steps_panel(now: Current, at: state.Place, found: LayerAttention) -> None:
    rows = now.engine.view(head_rows, at.layer, at.head)
    steps = head_steps(found, rows, at.head, at.query)
    labels = now.labels
    title = _("How is a weight of L{layer}.H{head} computed?").format(layer=at.layer, head=at.head)
    with panel(title, prose("attention", "steps"), key="panel_steps"):
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        with left:
            view = one_of(_("Show"), step_views(), key="attention_view")
        state.number(right, _("Key token"), "key", len(now.tokens) - 1)
        st.code(
            _("query {query}: {q}    key {key}: {k}").format(
                query=at.query, q=labels[at.query], key=at.key, k=labels[at.key]
            ),
            language=None,
        )
        {"row": row_view, "dims": dims_view, "matrix": matrix_view, "out": out_view}[view](
            now, at, found, steps
        )
        show_python(recipes.steps(now.source, now.recipe_prompt, steps))


def row_view(
    now: Current,
    at: state.Place,
    found: LayerAttention,
    steps: HeadSteps,
) -> None:
    shown, left_out, rest = keys_to_show(steps, at.key)
    chart(
        charts.stage_strips(
            [now.labels[i] for i in shown],
            shown,
            [
                ("q · k", steps.dots[shown], True),
                (_("÷ √d_head"), steps.scaled[shown], True),
                (_("masked"), steps.scores[shown], True),
                ("softmax", steps.weights[shown], False),
            ],
            at.key,
        ),
        key="chart_stages",
        alt=_("Dot products, scaled scores, masked scores and weights of one query."),
    )
    st.latex(formula(steps, at.key))
    words = [
        _("Token {query} gives token {key} a weight of {weight:.1%}.").format(
            query=at.query, key=at.key, weight=steps.weights[at.key]
        )
    ]
    if left_out:
        words.append(
            ngettext(
                "{n} more key is not drawn; it holds {rest}.",
                "{n} more keys are not drawn; together they hold {rest}.",
                left_out,
            ).format(n=left_out, rest=f"{rest:.1%}" if rest >= 0.0005 else _("less than 0.1%"))
        )
    st.caption(" ".join(words))


def dims_view(
    now: Current,
    at: state.Place,
    found: LayerAttention,
    steps: HeadSteps,
) -> None:
    products = steps.products(at.key)
    best = heaviest(products, 3)
    chart(
        charts.vector_strips([("q", steps.q), ("k", steps.k[at.key]), ("qᵢ · kᵢ", products)]),
        key="chart_qk",
        alt=_("The query's and the key's vector and their product, dimension by dimension."),
    )
    chart(
        charts.product_bars(products),
        key="chart_products",
        alt=_("The product of each dimension; their sum is the dot product."),
    )
    st.caption(
        _(
            "The {d} products sum to q · k = {dot:.2f}. The largest: {list}. Each strip is coloured"
            " up to its own largest value; blue is negative, orange positive."
        ).format(
            d=len(products),
            dot=Number(steps.dots[at.key]),
            list=", ".join(
                _("dimension {i} with {v:+.2f}").format(i=i, v=Number(v)) for i, v in best
            ),
        )
    )


def matrix_view(
    now: Current,
    at: state.Place,
    found: LayerAttention,
    steps: HeadSteps,
) -> None:
    window = window_around(at.query, at.key, len(now.tokens))
    # Row by row: on a narrow window the columns fall under each other, in this order.
    columns = [*st.columns(2), *st.columns(2)]
    matrices = stage_matrices(found, at.head, window)
    names = ["q · k", _("÷ √d_head"), _("masked: no future"), "softmax"]
    for number, (name, matrix) in enumerate(zip(names, matrices, strict=True)):
        with columns[number]:
            st.markdown(f"**{number + 1}. {name}**")
            chart(
                charts.token_matrix(
                    matrix, [now.labels[i] for i in window], window, signed=number < 3
                ),
                key=f"chart_matrix_{number}",
                alt=_("{name}: queries down, keys across.").format(name=name),
            )
    st.caption(
        _(
            "Drawn: {tokens}; queries down, keys across. Blue is negative, orange positive; the"
            " last matrix is weights from 0 to 100%."
        ).format(tokens=count.tokens_from(window[0], window[-1]))
    )


def out_view(
    now: Current,
    at: state.Place,
    found: LayerAttention,
    steps: HeadSteps,
) -> None:
    chart(
        charts.vector_strips([("v", steps.v[at.key]), ("z = Σ w · v", steps.z)]),
        key="chart_z",
        alt=_("The key's value vector and the weighted sum of all value vectors."),
    )
    chart(
        charts.vector_strips([(_("z · c_proj"), steps.out)]),
        key="chart_out",
        alt=_("What the head adds to the residual stream."),
    )
    best = heaviest(steps.written, 3)
    st.caption(
        _(
            "z has {d} numbers; this head’s rows of c_proj turn it into {n} and add it to the"
            " residual stream: length {out:.2f} beside {resid:.1f} that is there already. The"
            " longest parts come from {list}."
        ).format(
            d=len(steps.z),
            n=len(steps.out),
            out=steps.out_norm,
            resid=steps.resid_norm,
            list=", ".join(
                _("token {i} (length {v:.2f}, weight {w:.1%})").format(i=i, v=v, w=steps.weights[i])
                for place, (i, v) in enumerate(best)
                if place == 0 or v >= 0.005  # the others would read 0.00
            ),
        )
    )


@fragment
def off_panel(now: Current) -> None:
    shape = now.engine.shape
    names = state.head_names(shape.n_layer, shape.n_head)
    state.start_off(names)
    with panel(_("What if a head were missing?"), prose("attention", "off"), key="panel_off"):
        left, right = st.columns([3, 2], vertical_alignment="bottom")
        off = left.multiselect(
            _("Heads switched off"),
            names,
            key="attention_off",
            persist_state="session",
            placeholder=_("Choose heads, or use the buttons"),
        )
        state.remember_off(off, names)
        with right:
            asked = one_of(
                _("In their place"),
                {"zero": _("zeros"), "mean": _("their average here")},
                key="attention_mode",
                help=_(
                    "Zeros: the head writes nothing. Average: it writes what it writes on average"
                    " over the tokens of this prompt, which keeps constant parts."
                ),
            )
        mode = next(m for m in MODES if m == asked)
        buttons = st.columns(4)
        for column, (text, what) in zip(
            buttons,
            [
                (_("The chosen head"), "head"),
                (_("Its whole layer"), "layer"),
                (_("Every head"), "all"),
                (_("None"), "none"),
            ],
            strict=True,
        ):
            column.button(
                text,
                key=f"off_{what}",
                on_click=state.switch_off,
                args=(what, shape.n_layer, shape.n_head),
                width="stretch",
            )
        try:
            show_change(now, state.parse_heads(off), mode)
        except LearnerError as error:
            show_error(error)
        effects(now, mode)


def show_change(now: Current, off: frozenset[tuple[int, int]], mode: Mode) -> None:
    trace = now.trace()
    after = now.engine.view(ablated_logits, trace, off, frozenset(), mode)
    found = change(trace.logits, after)
    names = [f"{i} {now.label(i)}" for i in found.token_ids]
    if not off:
        words = _("No head is off: both sides are the whole model.")
    else:
        words = ngettext(
            "{n} head off: the prediction moves by {bits:.2f} bits.",
            "{n} heads off: the prediction moves by {bits:.2f} bits.",
            len(off),
        ).format(n=len(off), bits=found.divergence)
        words += " " + (
            _("The most probable token stays the same.")
            if found.best_before == found.best_after
            else _("Another token is now the most probable one.")
        )
    if mode == "mean" and len(now.ids) == 1:
        words += " " + _("With one token the average is the token itself: nothing can change.")
    chart(charts.change_bars(names, found.before, found.after), key="chart_change", alt=words)
    st.caption(
        words
        + " "
        + _(
            "Shown are the tokens whose probability changed most (vocabulary number in front); bits"
            " are the Kullback–Leibler divergence from the whole model’s prediction."
        )
    )
    show_python(recipes.switched_off(now.source, now.recipe_prompt, sorted(off), mode, found))


def effects(now: Current, mode: Mode) -> None:
    shape = now.engine.shape
    st.markdown("**" + _("Which single head does this prediction need most?") + "**")
    asked = ("effects", now.engine.key, now.ids, mode)
    n = shape.n_layer * shape.n_head
    if st.session_state.get("attention_effects") != asked:
        if not st.button(
            _("Try all {n} heads, one at a time").format(n=n),
            key="run_effects",
            icon=":material/science:",
        ):
            return
        st.session_state["attention_effects"] = asked
    bar = st.progress(0.0, text=_("Layer 0"))
    rows = []
    for layer in range(shape.n_layer):
        bar.progress(layer / shape.n_layer, text=_("Layer {layer}").format(layer=layer))
        rows.append(now.engine.view(layer_effects, now.trace(), layer, mode))
    bar.empty()
    found = effects_of(rows)
    words = _(
        "Without L{layer}.H{head} alone the prediction moves most: {bits:.2f} bits. The median"
        " head moves it by {median:.3f} bits."
    ).format(
        layer=found.layer,
        head=found.head,
        bits=found.bits[found.layer, found.head],
        median=found.median,
    )
    chart(charts.effect_grid(found.bits, (found.layer, found.head)), key="chart_effects", alt=words)
    st.caption(words)
    show_python(recipes.effects(now.source, now.recipe_prompt, mode, found.bits))


def together_views() -> dict[str, str]:
    return {"rollout": _("Rollout"), "mean": _("Average"), "largest": _("Largest")}


@fragment
def together_panel(now: Current) -> None:
    with panel(_("All layers together"), prose("attention", "together"), key="panel_together"):
        which = one_of(_("How to put them together"), together_views(), key="attention_together")
        st.markdown(prose("attention", which))
        found = now.engine.view(all_layers, now.trace())
        matrix = getattr(found, which)
        query = state.together_query(now.ids)
        row = heaviest(matrix[query], 3)
        words = _("Over all layers token {query} draws on {list}.").format(
            query=query,
            list=", ".join(_("token {k} ({w:.1%})").format(k=k, w=w) for k, w in row),
        )
        pattern_view(
            matrix,
            now.labels,
            key=TOGETHER,
            chosen=(query, row[0][0]),
            stamp=str(hash(now.ids)),
            alt=words,
            on_pick=pick_together,
            sums=which != "largest",
        )
        st.caption(words)
        show_python(recipes.together(now.source, now.recipe_prompt, which, found))


def pick_together() -> None:
    """A click in the matrix of all layers."""
    choice = picked(TOGETHER)
    if choice:
        st.session_state[state.TOGETHER] = choice[0]


@fragment
def heads_room(now: Current) -> None:
    """The panels that follow the chosen head: one click runs these and nothing else."""
    made = summaries(now)
    found = heads_of([s.tally for s in made])
    fixed = fixed_set(now)
    standard = heads_of(add_texts(fixed))
    at = state.place(now, standard)
    layer = now.engine.attention(now.trace(), at.layer)
    all_heads_panel(now, at, found, made)
    pattern = layer.weights(at.head)
    head_panel(now, at, layer, pattern, kind_titles()[found.labels[at.layer, at.head]])
    role_panel(now, at, found, standard, fixed, pattern)
    steps_panel(now, at, layer)


header("attention")
now = current()
tell_problems(
    "attention",
    {
        "attention_kind": among(KINDS),
        "attention_fold": among(("max", "mean")),
        "attention_sort": switch(),
        "attention_hide_first": switch(),
        "attention_view": among(step_views()),
        state.OFF: state.possible_off(now.engine.shape.n_layer, now.engine.shape.n_head),
        "attention_mode": among(MODES),
        "attention_together": among(together_views()),
        state.TOGETHER: between(0, len(now.tokens) - 1),
    },
)
heads_room(now)
off_panel(now)
together_panel(now)
footer("attention")
