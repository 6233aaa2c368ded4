"""Tokenizer: the text as tokens, why it is cut there, and how each token comes about."""

from __future__ import annotations

from functools import partial
from typing import Literal

import pandas as pd
import streamlit as st

from core.cache import settings
from core.charts.tokenizer.charts import (
    byte_rows,
    byte_table,
    candidate_ranks,
    cost_bars,
)
from core.charts.tokenizer.charts import merge_picture as charts_merge_picture
from core.errors import LearnerError
from core.language import _, ngettext
from core.numbers import Number
from core.recipes.tokenizer import boxes as recipes
from core.tokens import cost as core_cost
from core.tokens import encoding as core_encoding
from core.tokens import export, merge_picture, merges, pretokens, search, spelling
from core.tokens import vocabulary as core_vocabulary
from core.tokens.encoding import Encoding
from core.tokens.label import first_bytes, label, unlabel
from core.tokens.pretokens import CONTRACTION, KINDS, LETTERS, NUMBERS, OTHER, SPACE
from core.tokens.vocabulary import Vocabulary, vocabulary
from pages.components.chips import BYTES, IDS, LANES, TEXT, TOKENS, Row, chips
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
from pages.kit.old_panel import chart, export_menu, panel
from pages.kit.params import LONGEST_IN_URL
from pages.kit.prose import prose
from pages.kit.python_box import show_python
from pages.panels.tokenizer.examples import pairs, points
from pages.shell.journey import footer
from pages.shell.session import current, header
from pages.shell.sidebar import set_prompt

PER_PAGE = (250, 1_000, 10_000)
LONGEST_WORD = 64  # bytes whose merges still make a legible picture
MOST_PAIRS = 10
MOST_ROWS = 1_000
MOST_SPANS = 400
MOST_SPLITS = 200
LONGEST_COMPARED = 2_000
SEARCHES = ("text", "bytes", "ids", "regex")


def kind_names() -> dict[str, str]:
    return {
        LETTERS: _("letters"),
        NUMBERS: _("numbers"),
        OTHER: _("punctuation and symbols"),
        SPACE: _("white space"),
        CONTRACTION: _("short forms ('s, 't, …)"),
    }


# --- the text in tokens ------------------------------------------------------------------


def beginning(words: Vocabulary, text: str) -> str:
    """As much of a long text as its spans and boxes show."""
    return pretokens.opening(words, text) or text[:LONGEST_WORD]


def followed(made: Encoding) -> int:
    """The token that the panels follow: clicked, named in the address, or a telling one."""
    wanted = st.session_state.get("tok_at", st.query_params.get("tok_at", ""))
    if st.session_state.get("tok_at_of", made.text) != made.text:
        wanted = ""  # another text: nothing was chosen in it yet
    st.session_state["tok_at_of"] = made.text
    try:
        at = int(wanted)
    except ValueError:
        at = -1
    if not 0 <= at < len(made):
        found = spelling.splits(made, 1)
        at = found[0].first if found else 0
    st.session_state["tok_at"] = at
    return at


def in_address(key: str) -> Literal["query-params"] | None:
    """Whether what a box holds goes into the link; browsers cut long addresses."""
    return "query-params" if len(st.session_state.get(key, "")) <= LONGEST_IN_URL else None


def chips_panel(now: Current, made: Encoding, words: Vocabulary, start: str, at: int) -> None:
    names = {TEXT: _("Text"), TOKENS: _("Tokens"), IDS: _("Ids"), BYTES: _("Bytes")}
    with panel(_("Your text in tokens"), prose("tokenizer", "chips"), key="panel_chips"):
        show, look, ready = st.columns([36, 42, 22], vertical_alignment="bottom")
        with show:
            lanes = some_of(_("Show"), names, key="tok_lanes")
        with look.container(horizontal=True, vertical_alignment="bottom"):
            marks = st.toggle(_("Mark spaces"), value=True, key="tok_marks", bind="query-params")
            under = st.toggle(_("Ids below"), key="tok_under", bind="query-params")
        examples_menu(ready)
        first, last = page_of(made)
        tokens = made.tokens(first, last)
        chips(
            [Row(tokens, ranks=core_vocabulary.ranks(words, [t.id for t in tokens]))],
            key="tok_chips",
            lanes=lanes or [TOKENS],
            first=first,
            under=under,
            marks=marks,
            chosen=at,
            on_pick=partial(follow, made),
            hint=_("Point at a token, an id or a place in the text; click a token to follow it."),
        )
        counted = core_cost.cost(made)
        st.caption(sizes(counted, now.engine.shape.n_ctx))
        files = {
            "tokens.csv": (_("Tokens as CSV"), lambda: export.as_csv(made).encode()),
            "tokens.json": (_("Tokens as JSON"), lambda: export.as_json(made).encode()),
        }
        export_menu("tok", files)
        shown = core_encoding.encode(now.engine.tokenizer, start)
        show_python(recipes.tokens(now.source, start, shown))


def follow(made: Encoding, picked: int) -> None:
    """The panels below follow a token that was clicked."""
    st.session_state["tok_at"] = picked
    st.session_state["tok_word"] = pretokens.span_at(made, picked).text


def examples_menu(place) -> None:
    with place.popover(_("Examples"), icon=":material/lightbulb:", width="stretch"):
        for number, example in enumerate(points()):
            st.button(
                example.title,
                key=f"tok_example_{number}",
                on_click=set_prompt,
                args=(example.prompt,),
                help=example.point,
                width="stretch",
            )


def page_of(made: Encoding) -> tuple[int, int]:
    """Which tokens are on screen: all of a short text, one page of a long one."""
    if len(made) <= PER_PAGE[0]:
        return 0, len(made)
    left, middle, right = st.columns([3, 3, 6], vertical_alignment="bottom")
    size = left.selectbox(
        _("Tokens on a page"),
        PER_PAGE,
        index=1,
        format_func=lambda n: f"{n:,}",
        key="tok_per",
        bind="query-params",
    )
    n_pages = -(-len(made) // size)
    if st.session_state.get("tok_page", 1) > n_pages:
        st.session_state["tok_page"] = 1
    number = middle.number_input(
        _("Page, 1 to {n:,}").format(n=n_pages), 1, n_pages, 1, key="tok_page", bind="query-params"
    )
    first = (number - 1) * size
    last = min(len(made), first + size)
    right.caption(
        _("Tokens {first:,} to {last:,} of {n:,}").format(first=first, last=last - 1, n=len(made))
    )
    return first, last


def sizes(counted: core_cost.Cost, n_ctx: int) -> str:
    """A text's size in words, for a caption."""
    parts = [
        f"**{count.tokens(counted.tokens)}**",
        count.characters(counted.characters),
        count.n_bytes(counted.bytes),
        count.n_words(counted.words),
    ]
    if counted.words:  # line breaks alone are tokens without a word
        parts.append(_("{each:.2f} tokens per word").format(each=counted.tokens_per_word))
    parts.append(
        _("**{share:.1%}** of the {n_ctx:,} tokens of context").format(
            share=counted.share(n_ctx), n_ctx=n_ctx
        )
    )
    return " · ".join(parts)


# --- cuts --------------------------------------------------------------------------------


@fragment
def cuts_panel(now: Current, made: Encoding, words: Vocabulary, start: str) -> None:
    names = kind_names()
    spans = pretokens.pretokens(words, start)
    with panel(_("Where is the text cut first?"), prose("tokenizer", "cuts"), key="panel_cuts"):
        place = _("“{text}” · characters {start} to {end}")
        used = [kind for kind in KINDS if kind in {span.kind for span in spans}]
        meaning = [core_encoding.Token(0, names[kind].encode(), 0, 0) for kind in used]
        chips(
            [
                Row(
                    [core_encoding.Token(0, s.text.encode(), s.start, s.end) for s in spans],
                    name=_("Spans"),
                    colours=[KINDS.index(span.kind) for span in spans],
                    notes=[names[span.kind] for span in spans],
                    note=place,
                ),
                Row(
                    meaning,
                    name=_("Colours"),
                    colours=[KINDS.index(kind) for kind in used],
                    note="{text}",
                    marks=False,
                ),
            ],
            key="tok_spans",
        )
        counted = ngettext(
            "The pattern cuts {n:,} span out of {characters}.",
            "The pattern cuts {n:,} spans out of {characters}.",
            len(spans),
        ).format(n=len(spans), characters=count.characters(len(start)))
        if len(start) < len(made.text):
            counted += " " + _("Only the beginning of the text is shown here.")
        st.caption(counted)
        form = st.text_input(
            _("One word in several forms"),
            value="dog",
            max_chars=40,
            key="tok_form",
            bind="query-params",
        )
        forms = pretokens.variants(form or "dog")
        found = {f: core_encoding.encode(now.engine.tokenizer, f) for f in forms}
        chips(
            [Row(tokens, name=label(text)) for text, tokens in found.items()],
            key="tok_forms",
            under=True,
            two=True,
        )
        st.caption(
            ngettext(
                "{forms} spellings, {ids} token id in all. An id says nothing of its letters: what"
                " spellings have in common GPT-2 had to learn from texts.",
                "{forms} spellings, {ids} different token ids in all. An id says nothing of its"
                " letters: what spellings have in common GPT-2 had to learn from texts.",
                pretokens.distinct(found.values()),
            ).format(forms=len(found), ids=pretokens.distinct(found.values()))
        )
        with st.expander(_("The pattern, part by part"), icon=":material/rule:"):
            st.code(pretokens.PATTERN, language=None, wrap_lines=True)
            st.markdown(prose("tokenizer", "pattern"))
        ids = {text: tuple(t.id for t in tokens) for text, tokens in found.items()}
        show_python(recipes.cuts(now.source, start, spans, ids))


# --- merges ------------------------------------------------------------------------------


def chosen_word(prompt: str, spans: tuple[pretokens.Span, ...]) -> str:
    """The word to replay: one of the prompt, or typed; marks for white space are understood."""
    options = list(dict.fromkeys(span.text for span in spans))[:MOST_SPANS]
    best = pretokens.most_telling(spans)
    named = "tok_word" in st.session_state or "tok_word" in st.query_params
    if not named or st.session_state.get("tok_prompt", prompt) != prompt:
        # Another prompt: its own words, not the one chosen in the last.
        st.session_state["tok_word"] = best
    st.session_state["tok_prompt"] = prompt
    word = st.selectbox(
        _("Word (choose one of the prompt, or type your own)"),
        options,
        format_func=label,
        accept_new_options=True,
        key="tok_word",
        bind="query-params",
    )
    return word if word in options else unlabel(word or best)


@fragment
def merges_panel(now: Current, words: Vocabulary, start: str) -> None:
    title = _("How do the tokens come about?")
    with panel(title, prose("tokenizer", "merges"), key="panel_merges"):
        left, right = st.columns(2, vertical_alignment="bottom")
        with left:
            typed = chosen_word(now.text, pretokens.pretokens(words, start))
        spans = pretokens.pretokens(words, typed)
        word = spans[0].text
        if len(word.encode()) > LONGEST_WORD:
            st.text(
                _("“{word}” has {n:,} bytes; the picture holds {limit}.").format(
                    word=label(word[:20]) + ("…" if len(word) > 20 else ""),
                    n=len(word.encode()),
                    limit=LONGEST_WORD,
                )
            )
            word = first_bytes(word, LONGEST_WORD)
        played = merges.replay(words, word.encode())
        n_steps = len(played.steps)
        step = 0
        if n_steps:
            options: dict = {"value": n_steps}
            kept = st.session_state.get("tok_step", 0)
            if st.session_state.get("tok_of", word) != word or kept > n_steps:
                # Another word: its slider starts at the end. A default beside a value would warn.
                st.session_state["tok_step"] = n_steps
                options = {}
            step = right.slider(
                _("Merges done, of {n}").format(n=n_steps),
                0,
                n_steps,
                key="tok_step",
                bind="query-params",
                **options,
            )
        st.session_state["tok_of"] = word
        if len(spans) > 1:
            st.caption(
                _("GPT-2 cuts this into {n} spans before any merge; this is the first.").format(
                    n=len(spans)
                )
            )
        pieces = merges.as_tokens(words, word, played.after(step))
        ranks = core_vocabulary.ranks(words, [t.id for t in pieces])
        chips([Row(pieces, name=_("Pieces now"), ranks=ranks)], key="tok_pieces", under=True)
        names = {
            merge_picture.BYTE: _("byte"),
            merge_picture.DONE: _("joined before"),
            merge_picture.NOW: _("joined in this step"),
            merge_picture.LATER: _("joined later"),
        }
        chart(
            charts_merge_picture(merge_picture.picture(words, played, step), names),
            key="tok_merge_picture",
            alt=_("The bytes of the word at the bottom; each merge is a block over its two parts."),
        )
        st.caption(said(words, played, step))
        if step:
            merge = played.steps[step - 1]
            rows = merge_picture.candidates(words, merge)
            st.markdown(_("**The choice in step {step}: which pair?**").format(step=step))
            chart(
                candidate_ranks(rows[:MOST_PAIRS], len(words.merges)),
                key="tok_candidates",
                alt=_("Every neighbouring pair with the rank of its rule; the lowest wins."),
            )
            hidden = len(rows) - MOST_PAIRS
            if hidden > 0:
                st.caption(
                    ngettext(
                        "{n} more pair with a higher rank, or none, is left out.",
                        "{n} more pairs with higher ranks, or none, are left out.",
                        hidden,
                    ).format(n=hidden)
                )
        with st.expander(_("All merges as a table"), icon=":material/table_rows:"):
            st.dataframe(
                pd.DataFrame(merge_picture.as_table(words, played)),
                column_config={
                    "step": st.column_config.NumberColumn(_("Step")),
                    "left": st.column_config.TextColumn(_("Left")),
                    "right": st.column_config.TextColumn(_("Right")),
                    "rank": st.column_config.NumberColumn(_("Rank"), format="localized"),
                    "losers": st.column_config.NumberColumn(_("Pairs that lost")),
                    "pieces": st.column_config.TextColumn(_("Pieces after it"), width="large"),
                },
                hide_index=True,
                key="tok_merge_table",
            )
        show_python(recipes.merges(now.source, word, words, played))


def said(words: Vocabulary, played: merges.Replay, step: int) -> str:
    """The picture in words; typed text stands in code marks only where it is harmless."""
    n_pieces = len(played.after(step))
    if not step:
        text = ngettext("{n} byte, nothing joined yet.", "{n} bytes, nothing joined yet.", n_pieces)
        return text.format(n=n_pieces)
    merge = played.steps[step - 1]
    text = _("Step {step} of {steps} applies rule {rank:,} (token {id:,}).").format(
        step=step, steps=len(played.steps), rank=merge.winner.rank, id=merge.product
    )
    losers = len(merge.losers)
    if losers:
        waits = ngettext("{n} other pair waits or loses.", "{n} other pairs wait or lose.", losers)
        text += " " + waits.format(n=losers)
    if n_pieces == 1:
        return text + " " + _("One piece is left: the token.")
    text += " " + _("{n} pieces are left.").format(n=n_pieces)
    if step == len(played.steps):
        text += " " + _("No rule fits the pairs that remain: these are the tokens.")
    return text


# --- bytes -------------------------------------------------------------------------------


def go_to_split(found: tuple[spelling.Split, ...]) -> None:
    """Follow the chosen character; a callback, so it runs before the token's box is drawn."""
    chosen = st.session_state["tok_char"]
    if chosen is not None:
        st.session_state["tok_at"] = found[chosen].first


@fragment
def bytes_panel(now: Current, made: Encoding, words: Vocabulary) -> None:
    title = _("What is inside a character?")
    with panel(title, prose("tokenizer", "bytes"), key="panel_bytes"):
        found = spelling.splits(made, MOST_SPLITS)
        left, right = st.columns([2, 5], vertical_alignment="bottom")
        at = left.number_input(
            _("Token, 0 to {last:,}").format(last=len(made) - 1),
            0,
            len(made) - 1,
            key="tok_at",
            bind="query-params",
        )
        if found:
            holds = (n for n, split in enumerate(found) if split.first <= at < split.last)
            st.session_state["tok_char"] = next(holds, None)
            right.selectbox(
                _("Characters that are spread over several tokens"),
                range(len(found)),
                index=None,
                placeholder=_("Go to one of them"),
                format_func=lambda n: _("{n}. “{text}”: tokens {first} to {last}").format(
                    n=n + 1,
                    text=label(found[n].text),
                    first=found[n].first,
                    last=found[n].last - 1,
                ),
                key="tok_char",
                on_change=go_to_split,
                args=(found,),
            )
        else:
            says, offers = right.columns([3, 2], vertical_alignment="center")
            says.text(_("Every character of this prompt lies inside one token."))
            odd = points()[2]
            if offers.button(
                _("Try emoji and Japanese"),
                on_click=set_prompt,
                args=(odd.prompt,),
                help=odd.point,
                key="tok_try_bytes",
                width="stretch",
            ):
                st.rerun()  # the prompt stands outside this fragment
        first, last = spelling.stretch(made, at)
        tokens = made.tokens(first, last)
        rows = spelling.aligned(made, tokens)
        chart(
            byte_rows(
                rows,
                [_("character"), _("UTF-8 byte"), _("GPT-2 writes"), _("token")],
                chosen=at - first,
            ),
            key="tok_byte_rows",
            alt=_("Characters, the bytes of each, GPT-2's character for each byte, the tokens."),
        )
        counted = core_cost.cost(made)
        st.caption(
            _(
                "Spread over several tokens: {split:,} of {characters}; {bytes} in all, {each:.2f}"
                " a character. Numbers are hexadecimal."
            ).format(
                split=counted.split_characters,
                characters=count.characters(counted.characters),
                bytes=count.n_bytes(counted.bytes),
                each=counted.bytes_per_character,
            )
        )
        text = made.text[tokens[0].start : tokens[-1].end]
        show_python(recipes.spelling(now.source, text, rows))
        st.markdown("#### " + _("GPT-2's character for every byte"))
        st.markdown(prose("tokenizer", "table"))
        names = {"same": _("stands for itself (188)"), "moved": _("moved to U+0100 on (68)")}
        chart(
            byte_table(spelling.table(words, made.text), names),
            key="tok_byte_table",
            alt=_("A table of the 256 bytes; 68 are written as characters from U+0100 on."),
        )
        st.caption(_("Strong colours: bytes of your text. Point at a cell for its token id."))
        show_python(recipes.table(now.source, words))


# --- the vocabulary ----------------------------------------------------------------------


@fragment
def vocabulary_panel(now: Current, words: Vocabulary) -> None:
    title = _("What is in the vocabulary?")
    with panel(title, prose("tokenizer", "vocabulary"), key="panel_vocabulary"):
        titles = (_("text"), _("bytes"), _("ids"), _("regular expression"))
        names = dict(zip(SEARCHES, titles, strict=True))
        left, middle, right = st.columns([4, 5, 2], vertical_alignment="bottom")
        query = left.text_input(
            _("Search all tokens"), value="dog", key="tok_find", bind=in_address("tok_find")
        )
        with middle:
            by = one_of(_("by"), names, key="tok_by")
        case = right.toggle(
            _("Match case"),
            key="tok_case",
            bind="query-params",
            disabled=by in ("ids", "bytes"),
        )
        query = unlabel(query) if by in ("text", "regex") else query
        try:
            ids = search.search(words, query, by, match_case=case)
        except LearnerError as error:
            show_error(error, key="error_find")
            return
        if not len(ids):
            st.text(_("No token fits. Tokens are mostly English words and pieces of words."))
            show_python(recipes.found(now.source, query, by, case, ids, words))
            return
        event = st.dataframe(
            pd.DataFrame(search.rows(words, ids[:MOST_ROWS])),
            column_config={
                "id": st.column_config.NumberColumn(_("Id")),
                "token": st.column_config.TextColumn(_("Token")),
                "bytes": st.column_config.TextColumn(_("Bytes (hex)")),
                "n_bytes": st.column_config.NumberColumn(_("Bytes")),
                "n_characters": st.column_config.NumberColumn(_("Characters")),
                "rank": st.column_config.NumberColumn(_("Rank of its merge"), format="localized"),
                "parts": st.column_config.TextColumn(_("Made of")),
            },
            hide_index=True,
            height=300,
            on_select="rerun",
            selection_mode="single-row",
            key="tok_found",
        )
        counted = ngettext("{n:,} token fits.", "{n:,} tokens fit.", len(ids)).format(n=len(ids))
        if len(ids) > MOST_ROWS:
            counted += " " + _("The table holds the first {n:,}.").format(n=MOST_ROWS)
        st.caption(counted + " " + _("Choose a row to see what the token is made of."))
        if by == "ids":
            st.text(_("Decoded, these ids read:"))
            st.code(core_vocabulary.decode(words, ids), language=None, wrap_lines=True)
        show_python(recipes.found(now.source, query, by, case, ids, words))
        chosen = [row for row in event.selection.rows if row < len(ids[:MOST_ROWS])]
        built_from(now, words, int(ids[chosen[0] if chosen else 0]))
        with st.expander(_("What is <|endoftext|>?"), icon=":material/help:"):
            st.markdown(prose("tokenizer", "endoftext"))


def built_from(now: Current, words: Vocabulary, number: int) -> None:
    """One token of the vocabulary, down to bytes."""
    st.markdown("#### " + _("What token {id:,} is made of").format(id=number))
    built = merges.family(words, number)
    if not built.steps:
        st.text(
            _("It is a single byte, where all merges begin.")
            if len(words.data[number]) == 1
            else _("It is a sign of its own and made of nothing.")
        )
    else:
        names = {
            merge_picture.BYTE: _("byte"),
            merge_picture.DONE: _("piece"),
            merge_picture.NOW: _("the token"),
        }
        chart(
            charts_merge_picture(merge_picture.picture(words, built, len(built.steps)), names),
            key="tok_family",
            alt=_("The bytes of the token at the bottom; each merge is a block over its parts."),
        )
        st.caption(
            ngettext(
                "{n} merge on top of {bytes} bytes; the last has rank {rank:,}.",
                "{n} different merges on top of {bytes} bytes; the last has rank {rank:,}.",
                len(built.steps),
            ).format(n=len(built.steps), bytes=len(built.data), rank=built.steps[-1].winner.rank)
        )
    show_python(recipes.family(now.source, number, words))


# --- costs -------------------------------------------------------------------------------


def take_pair() -> None:
    """Fill both boxes with the chosen pair; a callback, so it runs before they are drawn."""
    pair = next(p for p in pairs() if p.key == st.session_state["tok_pair"])
    st.session_state["tok_a"], st.session_state["tok_b"] = pair.first, pair.second


@fragment
def costs_panel(now: Current) -> None:
    ready = {pair.key: pair for pair in pairs()}
    with panel(_("What does a text cost?"), prose("tokenizer", "costs"), key="panel_costs"):
        titles = {pair.key: pair.title for pair in ready.values()}
        pair = ready[one_of_many(_("Compare"), titles, key="tok_pair", on_change=take_pair)]
        sides = []
        for column, name, text, widget in zip(
            st.columns(2),
            (_("First text"), _("Second text")),
            (pair.first, pair.second),
            ("tok_a", "tok_b"),
            strict=True,
        ):
            sides.append(
                column.text_area(
                    name,
                    value=text,
                    height=120,
                    key=widget,
                    bind=in_address(widget),
                )
            )
        try:
            first, second = (
                core_encoding.encoding(now.engine.tokenizer, side, LONGEST_COMPARED)
                for side in sides
            )
        except LearnerError as error:
            show_error(error, key="error_costs")
            return
        counted = (core_cost.cost(first), core_cost.cost(second))
        chips(
            [Row(first.tokens(), name=_("First")), Row(second.tokens(), name=_("Second"))],
            key="tok_compared",
        )
        names = kind_names()
        texts = {_("First"): first, _("Second"): second}
        rows = core_cost.stacked(texts, names)
        if rows:
            chart(
                cost_bars(rows, [names[kind] for kind in KINDS], list(texts)),
                key="tok_costs",
                alt=_("Tokens of the two texts, by the kind of characters they come from."),
            )
        n_ctx = now.engine.shape.n_ctx
        st.dataframe(
            pd.DataFrame(
                [
                    {_("Text"): name, **measures(cost, n_ctx)}
                    for name, cost in zip(texts, counted, strict=True)
                ]
            ),
            hide_index=True,
            key="tok_cost_table",
        )
        if (sides[0], sides[1]) == (pair.first, pair.second):
            st.markdown(pair.why)
        st.caption(compared(core_cost.difference(first, second), counted, names))
        show_python(recipes.costs(now.source, (first.text, second.text), counted))


def measures(cost: core_cost.Cost, n_ctx: int) -> dict[str, str]:
    return {
        _("tokens"): f"{cost.tokens:,}",
        _("characters"): f"{cost.characters:,}",
        _("bytes"): f"{cost.bytes:,}",
        _("words"): f"{cost.words:,}",
        _("tokens per word"): f"{cost.tokens_per_word:.2f}" if cost.words else "–",
        _("bytes per token"): f"{cost.bytes_per_token:.2f}" if cost.tokens else "–",
        _("share of the context"): f"{cost.share(n_ctx):.1%}",
    }


def compared(
    found: core_cost.Difference,
    counted: tuple[core_cost.Cost, core_cost.Cost],
    names: dict[str, str],
) -> str:
    """The difference in words."""
    if found.kind is None:
        return _("Both texts cost {n}.").format(n=count.tokens(counted[0].tokens))
    which = _("The second text") if found.more > 0 else _("The first text")
    return _(
        "{which} costs {n} more ({ratio:.2f} times as many). Most of it lies in"
        " {kind}: {part:+,.0f} in the second. A token holds {a:.2f} bytes in the first text"
        " and {b:.2f} in the second."
    ).format(
        which=which,
        n=count.tokens(abs(found.more)),
        ratio=found.ratio,
        kind=names[found.kind],
        part=Number(found.of_kind),
        a=counted[0].bytes_per_token,
        b=counted[1].bytes_per_token,
    )


header("tokenizer")
now = current()
words = vocabulary(now.engine.tokenizer)
made = core_encoding.encoding(now.engine.tokenizer, now.text, settings().max_characters)
start = beginning(words, made.text)
tell_problems(
    "tokenizer",
    {
        "tok_lanes": some_among(LANES),
        "tok_marks": switch(),
        "tok_under": switch(),
        "tok_at": between(0, len(made) - 1),
        "tok_per": among(f"{n:,}" for n in PER_PAGE),
        "tok_page": between(1, -(-len(made) // PER_PAGE[0])),
        "tok_step": between(0, LONGEST_WORD - 1),
        "tok_by": among(SEARCHES),
        "tok_case": switch(),
        "tok_pair": among(pair.key for pair in pairs()),
    },
)
chips_panel(now, made, words, start, followed(made))
cuts_panel(now, made, words, start)
merges_panel(now, words, start)
bytes_panel(now, made, words)
vocabulary_panel(now, words)
costs_panel(now)
footer("tokenizer")
