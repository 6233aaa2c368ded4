"""Embeddings: what a token is before the model thinks, and what context makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import streamlit as st

from core.charts.embeddings import charts
from core.errors import LearnerError
from core.language import _
from core.numbers import Number
from core.recipes.embeddings import boxes as recipes
from core.tokens.encoding import encode
from core.tokens.label import label
from core.views import (
    analogy,
    input_sum,
    matrix,
    meeting,
    neighbours,
    positions,
    readings,
    swap,
    walk,
    word_map,
    wte,
)
from core.views.readings import Reading
from core.views.trace import Trace
from pages.components.matrix_view import Matrix, matrix_view
from pages.components.shared.pick import picked, unwatched
from pages.components.token_strip import token_strip
from pages.kit import words as count
from pages.kit.address import (
    among,
    between,
    one_of,
    one_of_many,
    some_among,
    some_of,
    switch,
    tell_problems,
)
from pages.kit.current import Current
from pages.kit.error import show_error
from pages.kit.fragment import fragment
from pages.kit.old_panel import chart, panel
from pages.kit.prose import prose
from pages.kit.python_box import show_python
from pages.shell.journey import footer
from pages.shell.session import current, header

#: Tokens whose strips are drawn together.
ROWS = 6
NEIGHBOURS, ANSWERS, RANKS, EXTREMES = 12, 10, 5, 8


def kinds() -> dict[str, str]:
    """Titles of the sets of everyday words."""
    return {
        "people": _("people"),
        "animals": _("animals"),
        "numbers": _("numbers"),
        "colours": _("colours"),
        "actions": _("actions"),
    }


def alike_views() -> dict[str, str]:
    return {"nearest": _("Nearest tokens"), "analogy": _("Calculate with words")}


def context_views() -> dict[str, str]:
    return {"walk": _("One token through the layers"), "meeting": _("One word in two sentences")}


def order_views() -> dict[str, str]:
    return {
        "pairs": _("All pairs"),
        "map": _("Map"),
        "length": _("Lengths"),
        "swap": _("Swap two words"),
    }


@contextmanager
def panel_of(title: str, views: dict[str, str], *, key: str) -> Iterator[str]:
    """A panel with several views of one question; gives the view that is chosen.

    Parameters
    ----------
    views : name -> title; the first is shown at first, and each has its prose ``<key>_<name>``
    key : of the panel, of the choice in the address, and of the prose
    """
    with st.container(border=True, key=f"panel_{key}"):
        st.subheader(title, anchor=False)
        text = st.container()
        view = one_of(_("Look at"), views, key=key, hidden=True)
        text.markdown(prose("embeddings", f"{key}_{view}"))
        yield view


# --- one token: its sum, its neighbours, its way through the layers --------------------------


@fragment
def about_a_token(now: Current, trace: Trace) -> None:
    """The three panels that follow the chosen token; a click re-runs only these."""
    last = len(now.tokens) - 1
    clicked = getattr(st.session_state.get("strip_embeddings"), "pick", None)
    cell = picked("view_sum")
    if clicked is not None and 0 <= int(clicked) <= last:
        st.session_state["token"] = int(clicked)
    elif cell and "token" in st.session_state:
        places = input_sum.window(last + 1, int(st.session_state["token"]), ROWS)
        if cell[0] < len(places) and cell[1] < now.engine.shape.n_embd:
            st.session_state["token"], st.session_state["dim"] = places[cell[0]], cell[1]
    elif not 0 <= st.session_state.get("token", -1) <= last and "token" not in st.query_params:
        st.session_state["token"] = last
    sum_panel(now)
    chosen = int(st.session_state["token"])
    alike_panel(now, chosen)
    context_panel(now, trace, chosen)


def sum_panel(now: Current) -> None:
    shape = now.engine.shape
    with panel(_("What enters the first layer?"), prose("embeddings", "sum"), key="panel_sum"):
        strip = st.container()
        left, right = st.columns(2)
        token = left.number_input(
            _("Token of the prompt (or click one above)"),
            min_value=0,
            max_value=len(now.tokens) - 1,
            key="token",
            bind="query-params",
        )
        dim = right.number_input(
            _("Dimension, 0 to {last:,} (or click the picture)").format(last=shape.n_embd - 1),
            min_value=0,
            max_value=shape.n_embd - 1,
            key="dim",
            bind="query-params",
        )
        with strip:
            token_strip(now.tokens, key="strip_embeddings", chosen=token, selectable=True)
        places = input_sum.window(len(now.tokens), token, ROWS)
        shown = now.ids[places.start : places.stop]
        found = now.engine.view(input_sum.input_sum, shown, places.start)
        row = places.index(token)
        matrix_view(
            Matrix(
                blocks=[found.wte, found.wpe, found.total],
                titles=[
                    _("wte: what the token is"),
                    _("+ wpe: where it stands"),
                    _("= the vector that enters layer 0"),
                ],
                say=_("{row}, dimension {col}: {v0} {v1} = {v2}"),
                axis=_("dimension"),
                alt=_("Strips of {n:,} numbers for {rows}: token, position and sum.").format(
                    n=shape.n_embd, rows=count.tokens(len(shown))
                ),
                bound=found.largest,
                rows=[f"{i} {now.labels[i]}" for i in places],
                ticks=charts.ticks(shape.n_embd),
                chosen=(row, dim),
                hint=_("Point at a cell to read it; click to choose it."),
            ),
            key="view_sum",
            on_pick=unwatched,
        )
        a, b, c = (Number(part[row, dim]) for part in (found.wte, found.wpe, found.total))
        st.code(
            f"wte[{now.ids[token]}, {dim}] + wpe[{token}, {dim}] = {a:+.5f} {b:+.5f} = {c:+.5f}",
            language=None,
            wrap_lines=True,
        )
        lengths = input_sum.lengths(found, row)
        st.caption(
            _(
                "Lengths of the chosen token's vectors: token {wte:.2f}, position {wpe:.2f}, sum"
                " {total:.2f}. Drawn: {drawn} of {n:,}."
            ).format(
                wte=lengths[0],
                wpe=lengths[1],
                total=lengths[2],
                drawn=count.tokens_from(places[0], places[-1]),
                n=len(now.tokens),
            )
        )
        show_python(recipes.input_sum(now.source, now.recipe_prompt, found, row, token, dim))


def read_as(reading: Reading) -> str:
    """A reading in words; for widgets that show plain text."""
    pieces = " · ".join(label(p) for p in reading.pieces)
    if len(reading.ids) == 1:
        return _("{piece} (one token)").format(piece=pieces)
    return _("mean of {n} tokens: {pieces}").format(n=len(reading.ids), pieces=pieces)


@fragment
def alike_panel(now: Current, chosen: int) -> None:
    with panel_of(_("Which tokens are alike?"), alike_views(), key="alike") as view:
        if view == "analogy":
            analogy_view(now)
        else:
            nearest_view(now, chosen)


def nearest_view(now: Current, chosen: int) -> None:
    left, middle, right = st.columns([4, 4, 5], vertical_alignment="bottom")
    typed = left.text_input(
        _("Another word"),
        key="word",
        max_chars=60,
        bind="query-params",
        placeholder=_("the chosen token"),
    )
    with middle:
        by = one_of(_("Nearness"), {"cosine": _("cosine"), "dot": _("dot product")}, key="by")
    hide = right.toggle(
        _("Hide case and space variants"), value=True, key="variants", bind="query-params"
    )
    reading = Reading((now.ids[chosen],), (now.tokens[chosen].piece,), whole=True)
    choices = readings.readings(now.engine.tokenizer, typed or "")
    if choices:
        reading = choices[0]
        if len(choices) > 1:
            at = st.selectbox(
                _("Read the word as"),
                range(len(choices)),
                format_func=lambda n: read_as(choices[n]),
                key=f"reading {typed}",  # another word has other readings
            )
            reading = choices[at]
    found = now.engine.view(neighbours.neighbours, reading.ids, by, NEIGHBOURS, hide)
    st.text(_("Nearest to {word}").format(word=read_as(reading)))
    chart(
        charts.nearest_bars(
            [label(p) for p in found.pieces],
            found.values,
            _("cosine of the angle") if by == "cosine" else _("dot product"),
        ),
        key="chart_nearest",
        alt=_("Bars of the {n} nearest tokens.").format(n=len(found.pieces)),
    )
    st.caption(
        _(
            "Out of {n:,} tokens; the token itself is left out. The nearest has {best:.3f}, number"
            " {k} has {worst:.3f}."
        ).format(
            n=now.engine.shape.n_vocab,
            best=Number(found.values[0]),
            k=len(found.values),
            worst=Number(found.values[-1]),
        )
        + " "
        + (
            _("The cosine looks at direction only: 1 is the same, 0 unrelated.")
            if by == "cosine"
            else _("The dot product also grows with a row's length: long rows come first.")
        )
    )
    show_python(recipes.neighbours(now.source, reading.ids, by, hide, found))


def analogy_view(now: Current) -> None:
    columns = st.columns(3)
    names = (_("a"), _("− b"), _("+ c"))
    words = [
        column.text_input(name, value=start, key=key, max_chars=60, bind="query-params")
        for column, name, start, key in zip(
            columns, names, ("king", "man", "woman"), ("a", "b", "c"), strict=True
        )
    ]
    found_readings = [readings.readings(now.engine.tokenizer, w or "") for w in words]
    if not all(found_readings):
        st.info(_("Type a word into each of the three fields."))
        return
    a, b, c = (choices[0] for choices in found_readings)
    found = now.engine.view(analogy.analogy, a.ids, b.ids, c.ids, ANSWERS)
    for name, reading in zip(names, (a, b, c), strict=True):
        if len(reading.ids) > 1:
            st.text(name + ": " + read_as(reading))
    if a.ids == b.ids or b.ids == c.ids:
        st.info(
            _("Two of the words cancel each other: what is left is the third word's own vector.")
        )
    chart(
        charts.nearest_bars(
            [label(p) for p in found.answers.pieces],
            found.answers.values,
            _("cosine with a − b + c"),
        ),
        key="chart_analogy",
        alt=_("Bars of the {n} tokens nearest to a − b + c.").format(n=ANSWERS),
    )
    st.caption(
        _(
            "The three words that went in are left out, with their case and space variants. Their"
            " own cosines with the result: a {a:.3f}, b {b:.3f}, c {c:.3f}; the best answer has"
            " {best:.3f}."
        ).format(
            a=Number(found.asked_values[0]),
            b=Number(found.asked_values[1]),
            c=Number(found.asked_values[2]),
            best=Number(found.answers.values[0]),
        )
        + " "
        + left_out(found.asked_ranks)
    )
    st.markdown(prose("embeddings", "analogy_limits"))
    show_python(recipes.analogy(now.source, a.ids, b.ids, c.ids, found))


def left_out(ranks: tuple[int, int, int]) -> str:
    """Which of the words that went in would have come first."""
    first = [name for name, rank in zip("abc", ranks, strict=True) if rank == 1]
    if first:
        return _("Had they stayed, {name} would have come first.").format(name=first[0])
    return _("Had they stayed, none of them would have come first.")


@fragment
def context_panel(now: Current, trace: Trace, chosen: int) -> None:
    with panel_of(_("What does context make of a word?"), context_views(), key="context") as view:
        if view == "meeting":
            meeting_view(now)
        else:
            walk_view(now, trace, chosen)


def walk_view(now: Current, trace: Trace, chosen: int) -> None:
    found = now.engine.view(walk.walk, trace, chosen, RANKS)
    st.text(_("Token {n}: {token}").format(n=chosen, token=now.labels[chosen]))
    left, right = st.columns(2)
    with left:
        chart(
            charts.by_stage(found.cosine, _("cosine with its own embedding"), share=True),
            key="chart_walk_cosine",
            alt=_("Cosine with the token's own embedding from {first:.2f} to {last:.2f}.").format(
                first=Number(found.cosine[0]), last=Number(found.cosine[-1])
            ),
        )
    with right:
        chart(
            charts.by_stage(found.norm, _("length of the vector")),
            key="chart_walk_norm",
            alt=_("Length of the vector from {first:.1f} to {last:.1f}.").format(
                first=found.norm[0], last=found.norm[-1]
            ),
        )
    chart(
        charts.walk_table([[label(p) for p in row] for row in found.pieces], found.values),
        key="chart_walk_table",
        alt=_("The {n} nearest tokens at each layer.").format(n=RANKS),
    )
    st.caption(
        _(
            "Cosine with its own row of wte: {first:.2f} at the input, {last:.2f} after the last"
            " layer. The vector grows from {short:.1f} to {long:.1f}: {times:.0f} times."
        ).format(
            first=Number(found.cosine[0]),
            last=Number(found.cosine[-1]),
            short=found.norm[0],
            long=found.norm[-1],
            times=found.growth,
        )
    )
    show_python(recipes.walk(now.source, now.recipe_prompt, chosen, found))


def meeting_view(now: Current) -> None:
    tokenizer, limit = now.engine.tokenizer, now.engine.shape.n_ctx
    narrow, one, other = st.columns([1, 2, 2])
    word = narrow.text_input(
        _("Word"), value="bank", key="shared", max_chars=60, bind="query-params"
    )
    texts = [
        one.text_input(
            _("One sentence"),
            value="They sat on the bank of the river.",
            key="s1",
            max_chars=400,
            bind="query-params",
        ),
        other.text_input(
            _("Another"),
            value="He took the money to the bank.",
            key="s2",
            max_chars=400,
            bind="query-params",
        ),
    ]
    tokens = [encode(tokenizer, text or "")[:limit] for text in texts]
    if not (word and word.strip()) or not all(tokens):
        st.info(_("Type a word and two sentences that hold it."))
        return
    ids = [tuple(t.id for t in sentence) for sentence in tokens]
    places = [readings.word_of(tokenizer, sentence, word) for sentence in ids]
    for number, (sentence, place) in enumerate(zip(tokens, places, strict=True), start=1):
        token_strip(
            sentence,
            key=f"strip_s{number}",
            chosen=None if place is None else place[-1],
        )
        if place is None:
            st.info(
                _("Sentence {n} does not hold this word as tokens of its own.").format(n=number)
                + " "
                + _("Capital letters count.")
            )
    if places[0] is None or places[1] is None:
        return
    traces = [now.engine.trace(sentence) for sentence in ids]
    at = (places[0][-1], places[1][-1])
    found = meeting.meeting(traces[0], traces[1], *at)
    lines = {_("the word in both sentences"): found.same}
    if found.has_others:
        lines[_("any two other words")] = found.others
    chart(
        charts.lines_by_stage(lines, _("cosine"), share=True),
        key="chart_meeting",
        alt=_("Cosine of the word's two vectors from {first:.2f} to {last:.2f}.").format(
            first=Number(found.same[0]), last=Number(found.same[-1])
        ),
    )
    notes = [
        _(
            "The word's two vectors: cosine {first:.2f} at the input (same row of wte, positions"
            " {p} and {q}), {last:.2f} after the last layer."
        ).format(first=Number(found.same[0]), p=at[0], q=at[1], last=Number(found.same[-1]))
    ]
    if found.has_others:
        notes.append(
            _("Any two other words: {others:.2f} there.").format(others=Number(found.others[-1]))
        )
    if len(places[0]) > 1:
        notes.append(
            _("The word is several tokens; the last of them, which has read them all, is taken.")
        )
    st.caption(" ".join(notes))
    show_python(recipes.meeting(now.source, ids[0], ids[1], at[0], at[1], found))


# --- the map --------------------------------------------------------------------------------


@fragment
def map_panel(now: Current, trace: Trace) -> None:
    titles = kinds()
    with panel(
        _("Where do words lie, and where does context push them?"),
        prose("embeddings", "map"),
        key="panel_map",
    ):
        chosen = some_of(_("Everyday words"), titles, key="kinds")
        left, right = st.columns([2, 1], vertical_alignment="bottom")
        layer = left.slider(
            _("Layers read (0: the input)"), 0, trace.n_layer, 0, key="after", bind="query-params"
        )
        follow = right.number_input(
            _("Follow token"),
            min_value=0,
            max_value=len(now.tokens) - 1,
            key="follow",
            bind="query-params",
        )
        words = [(w, kind) for kind in chosen for w in _words(now, kind)]
        ids = tuple(token for (_text, token), _kind in words)
        try:
            found = now.engine.view(word_map.word_map, trace, ids)
        except LearnerError as error:
            show_error(error)
            return
        chart(
            charts.word_map(
                found.words,
                [text for (text, _token), _kind in words],
                [titles[kind] for _word, kind in words],
                [titles[kind] for kind in titles],
                found.path[layer],
                found.trail(follow, layer),
                now.labels,
                follow,
                found.explained,
                found.reach,
                _("your prompt"),
            ),
            key="chart_map",
            alt=_("{n} (everyday) and {m} (of the prompt) on two axes.").format(
                n=count.n_words(len(words)), m=count.tokens(len(now.tokens))
            ),
        )
        st.caption(
            _(
                "The axes hold {first:.1%} and {second:.1%} of the variance of the embeddings:"
                " most of what sets words apart lies in the other {rest:,} dimensions."
                " All vectors are scaled to length 1. The dashed line is the way of the token that"
                " you follow, from its embedding on."
            ).format(
                first=found.explained[0],
                second=found.explained[1],
                rest=now.engine.shape.n_embd - 2,
            )
        )
        show_python(recipes.word_map(now.source, now.recipe_prompt, ids, layer, found))


def _words(now: Current, kind: str) -> list[tuple[str, int]]:
    return word_map.single_tokens(now.engine.tokenizer, kind)


# --- positions ------------------------------------------------------------------------------


@fragment
def positions_panel(now: Current, trace: Trace) -> None:
    title = _("How does the model know the order of words?")
    with panel_of(title, order_views(), key="order") as view:
        if view == "map":
            position_map_view(now)
        elif view == "length":
            position_norms_view(now)
        elif view == "swap":
            swap_view(now, trace)
        else:
            position_similarity_view(now)


def position_similarity_view(now: Current) -> None:
    found = now.engine.view(positions.position_similarity)
    n, near = len(found.cosine), found.by_distance
    left, right = st.columns([3, 2])
    with left:
        matrix_view(
            Matrix(
                blocks=[found.coarse],
                say=_("positions {row} and {col}: cosine {v0}"),
                axis=_("position (both axes)"),
                alt=_("Cosine of every two of {n:,} positions.").format(n=n),
                bound=1.0,
                ticks=charts.ticks(n),
                hint=_("Point at a cell to read its cosine."),
                digits=2,
            ),
            key="view_positions",
        )
    with right:
        chart(
            charts.cosine_by_distance(near),
            key="chart_distance",
            alt=_("Mean cosine of two positions by their distance."),
        )
    st.caption(
        _(
            "{n:,} × {n:,} cosines. On average: next to each other {one:.2f}, ten apart {ten:.2f},"
            " half the context apart {half:.2f}."
        ).format(
            n=n,
            one=Number(near[min(1, n - 1)]),
            ten=Number(near[min(10, n - 1)]),
            half=Number(near[n // 2]),
        )
    )
    show_python(recipes.position_similarity(now.source, found.cosine))


def position_map_view(now: Current) -> None:
    found = now.engine.view(positions.position_map)
    for column, first in zip(st.columns(2), (0, 1), strict=True):
        with column:
            chart(
                charts.position_scatter(found.points, found.explained, first),
                key=f"chart_positions_{first}",
                alt=_("Positions on principal axes {a} and {b}.").format(a=first + 1, b=first + 2),
            )
    st.caption(
        _("The three axes hold {a:.1%}, {b:.1%} and {c:.1%} of the variance.").format(
            a=found.explained[0], b=found.explained[1], c=found.explained[2]
        )
    )
    show_python(recipes.position_map(now.source, found))


def position_norms_view(now: Current) -> None:
    found = now.engine.view(positions.position_norms)
    chart(
        charts.position_norms(found),
        key="chart_position_norms",
        alt=_("Length of the position vectors from {low:.2f} to {high:.2f}.").format(
            low=found.min(), high=found.max()
        ),
    )
    st.caption(
        _(
            "Position 0 has length {first:.3f}, position {n:,} has {last:.3f}; the mean is"
            " {mean:.3f}."
        ).format(first=found[0], n=len(found) - 1, last=found[-1], mean=found.mean())
    )
    show_python(recipes.position_norms(now.source, found))


def swap_view(now: Current, trace: Trace) -> None:
    words = swap.words_of(now.engine.tokenizer, now.text, len(now.tokens))
    if len(words) < 2:
        st.info(_("This prompt has only one word: there is nothing to exchange."))
        return
    names = [
        f"{n} {label(''.join(now.tokens[i].piece for i in word))}" for n, word in enumerate(words)
    ]
    first, second = swap.default_swap(now.tokens, words)
    if st.session_state.setdefault("swap_of", now.ids) != now.ids:
        # Another prompt has other words: its own telling pair comes first.
        st.session_state["swap_of"] = now.ids
        for key in ("swap_one", "swap_other"):
            st.session_state.pop(key, None)
            st.query_params.pop(key, None)
    menu = {str(n): name for n, name in enumerate(names)}
    left, right = st.columns(2)
    with left:
        one = int(one_of_many(_("This word"), menu, key="swap_one", default=str(first)))
    with right:
        title = _("changes places with")
        other = int(one_of_many(title, menu, key="swap_other", default=str(second)))
    if one == other:
        st.info(_("Choose two different words."))
        return
    swapped = swap.exchanged(now.ids, words[one], words[other])
    found = swap.change(trace.resid, now.engine.trace(swapped).resid)
    moved = sorted({*words[one], *words[other]})
    matrix_view(
        Matrix(
            blocks=[found],
            say=_("{row}, {col}: moved by {p0} of its length"),
            axis=_("token of the prompt (before the exchange)"),
            alt=_("How far each token's vector moves at each layer."),
            bound=float(found.max()),
            signed=False,
            rows=charts.stages(trace.n_layer),
            columns=[f"{n} {text}" for n, text in enumerate(now.labels)],
            ticks=charts.ticks(len(now.tokens)),
            marked=moved,
            hint=_("Point at a cell to read how far that vector moved."),
            row_height=26,
        ),
        key="view_swap",
    )
    report = swap.swap_report(found, words[one], words[other])
    st.caption(
        _(
            "Tokens before number {first}: moved by {before:.1%}. At the input only the exchanged"
            " words move. After the last layer: the exchanged words {moved:.0%} on average, the"
            " words after the first of them {rest:.0%}, the last token {last:.0%}."
        ).format(
            first=moved[0],
            before=report.before,
            moved=report.moved,
            rest=report.rest,
            last=report.last,
        )
    )
    show_python(recipes.swap(now.source, now.ids, swapped, found))


# --- the matrix -----------------------------------------------------------------------------


def matrix_panel(now: Current) -> None:
    found = now.engine.view(matrix.matrix_facts)
    index = now.engine.view(wte.search_index)
    with panel(_("What is this matrix?"), prose("embeddings", "matrix"), key="panel_matrix"):
        figures = [
            (_("rows (tokens)"), f"{found.shape[0]:,}"),
            (_("columns (width)"), f"{found.shape[1]:,}"),
            (_("parameters"), f"{found.n_params / 1e6:,.1f} M"),
            (_("share of the model"), f"{found.share:.0%}"),
            (_("output head"), _("tied") if found.tied else _("its own")),
        ]
        for column, (name, value) in zip(st.columns(len(figures)), figures, strict=True):
            column.metric(name, value)
        mine = matrix.mean_length(index, now.ids)
        chart(
            charts.norm_histogram(
                found.counts, found.edges, found.mean, mine, _("mean of your prompt")
            ),
            key="chart_norms",
            alt=_("Histogram of the lengths of all rows; the mean is {mean:.2f}.").format(
                mean=found.mean
            ),
        )
        for column, (title, ids) in zip(
            st.columns(2),
            ((_("Shortest rows"), found.shortest), (_("Longest rows"), found.longest)),
            strict=True,
        ):
            column.markdown(f"**{title}**")
            column.dataframe(
                pd.DataFrame(
                    {
                        _("token"): [label(index.pieces[i]) for i in ids],
                        _("id"): [int(i) for i in ids],
                        _("length"): [f"{index.norms[i]:.3f}" for i in ids],
                    }
                ),
                hide_index=True,
                width="stretch",
                height="content",
            )
        st.caption(
            _(
                "Mean length {mean:.3f}, median {median:.3f}; your prompt's tokens {mine:.3f} on"
                " average."
            ).format(mean=found.mean, median=found.median, mine=mine)
            + " "
            + (
                _(
                    "Tied: the same numbers turn ids into vectors and the last vector into scores,"
                    " so a token with a long row is also one that easily gets a high score."
                )
                if found.tied
                else _("This model has an output head of its own.")
            )
        )
        show_python(recipes.matrix_facts(now.source, found))


header("embeddings")
now = current()
trace = now.trace()
last = len(now.tokens) - 1
tell_problems(
    "embeddings",
    {
        "token": between(0, last),
        "dim": between(0, now.engine.shape.n_embd - 1),
        "variants": switch(),
        "by": among(("cosine", "dot")),
        "kinds": some_among(kinds()),
        "after": between(0, trace.n_layer),
        "follow": between(0, last),
        "alike": among(alike_views()),
        "context": among(context_views()),
        "order": among(order_views()),
    },
)
about_a_token(now, trace)
map_panel(now, trace)
positions_panel(now, trace)
matrix_panel(now)
footer("embeddings")
