"""Sentences of the tokenizer page: pure functions from numbers to text."""

from __future__ import annotations

from core.language import _, ngettext
from core.numbers import count, decimal, percent, signed
from core.tokens.cost import Cost, Difference
from core.tokens.merges import Replay
from core.tokens.pretokens import CONTRACTION, LETTERS, NUMBERS, OTHER, SPACE
from core.tokens.vocabulary import Vocabulary
from pages.kit import words as nouns


def kind_names() -> dict[str, str]:
    """The kinds of spans."""
    return {
        LETTERS: _("letters"),
        NUMBERS: _("numbers"),
        OTHER: _("punctuation and symbols"),
        SPACE: _("white space"),
        CONTRACTION: _("short forms ('s, 't, …)"),
    }


def sizes(counted: Cost, n_ctx: int) -> str:
    """A text's size."""
    parts = [
        f"**{nouns.tokens(counted.tokens)}**",
        nouns.characters(counted.characters),
        nouns.n_bytes(counted.bytes),
        nouns.n_words(counted.words),
    ]
    if counted.words:  # line breaks alone are tokens without a word
        parts.append(_("{each} tokens per word").format(each=decimal(counted.tokens_per_word)))
    parts.append(
        _("**{share}** of the {n_ctx} tokens of context").format(
            share=percent(counted.share(n_ctx)), n_ctx=count(n_ctx)
        )
    )
    line = " · ".join(parts)
    if counted.tokens >= counted.characters:
        return line
    return f"{line}. " + _("The model gets {numbers} instead of {characters}.").format(
        numbers=ngettext("{n} number", "{n} numbers", counted.tokens).format(
            n=count(counted.tokens)
        ),
        characters=nouns.characters(counted.characters),
    )


def cut(n_spans: int, n_tokens: int, start: str, text: str) -> str:
    """How many spans there are, and whether they are those of the whole text."""
    said = ngettext(
        "The pattern cuts {n} span out of {characters}.",
        "The pattern cuts {n} spans out of {characters}.",
        n_spans,
    ).format(n=count(n_spans), characters=nouns.characters(len(start)))
    said += " " + ngettext(
        "They become {n} token, as no token crosses a cut.",
        "They become {n} tokens, at least one each, as no token crosses a cut.",
        n_tokens,
    ).format(n=count(n_tokens))
    if len(start) < len(text):
        said += " " + _("Only the beginning of the text is shown here.")
    return said


def forms(n_forms: int, n_ids: int) -> str:
    """What one word's spellings have in common."""
    return ngettext(
        "{forms} spellings, {ids} token id in all. An id says nothing of its letters: what"
        " spellings have in common GPT-2 had to learn from texts.",
        "{forms} spellings, {ids} different token ids in all. An id says nothing of its"
        " letters: what spellings have in common GPT-2 had to learn from texts.",
        n_ids,
    ).format(forms=n_forms, ids=n_ids)


def merged(played: Replay, step: int) -> str:
    """The picture of the merges."""
    n_pieces = len(played.after(step))
    if not step:
        text = ngettext("{n} byte, nothing joined yet.", "{n} bytes, nothing joined yet.", n_pieces)
        return text.format(n=n_pieces)
    merge = played.steps[step - 1]
    text = _("Step {step} of {steps} applies rule {rank} (token {id}).").format(
        step=step,
        steps=len(played.steps),
        rank=count(merge.winner.rank or 0),
        id=count(merge.product),
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


def left_out(n_pairs: int) -> str:
    """Pairs that the figure of a choice does not show."""
    if n_pairs <= 0:
        return ""
    return ngettext(
        "{n} more pair with a higher rank, or none, is left out.",
        "{n} more pairs with higher ranks, or none, are left out.",
        n_pairs,
    ).format(n=n_pairs)


def spread(counted: Cost) -> str:
    """Characters that lie in several tokens."""
    return _(
        "Spread over several tokens: {split} of {characters}; {bytes} in all, {each}"
        " a character. Numbers are hexadecimal."
    ).format(
        split=count(counted.split_characters),
        characters=nouns.characters(counted.characters),
        bytes=nouns.n_bytes(counted.bytes),
        each=decimal(counted.bytes_per_character),
    )


def found(n_found: int, most: int) -> str:
    """How many tokens fit."""
    said = ngettext("{n} token fits.", "{n} tokens fit.", n_found).format(n=count(n_found))
    if n_found > most:
        said += " " + _("The table holds the first {n}.").format(n=count(most))
    return said + " " + _("Choose a row to see what the token is made of.")


def built(family: Replay) -> str:
    """What a token of the vocabulary is built from."""
    return ngettext(
        "{n} merge on top of {bytes} bytes; the last has rank {rank}.",
        "{n} different merges on top of {bytes} bytes; the last has rank {rank}.",
        len(family.steps),
    ).format(
        n=len(family.steps),
        bytes=len(family.data),
        rank=count(family.steps[-1].winner.rank or 0),
    )


def unbuilt(vocab: Vocabulary, token_id: int) -> str:
    """Why a token is not built from others."""
    if len(vocab.data[token_id]) == 1:
        return _("It is a single byte, where all merges begin.")
    return _("It is a sign of its own and made of nothing.")


def measures(costs: dict[str, Cost], n_ctx: int) -> dict[str, list[str]]:
    """The costs of texts as the columns of a table."""
    counted = costs.values()
    return {
        _("Text"): list(costs),
        _("tokens"): [count(c.tokens) for c in counted],
        _("characters"): [count(c.characters) for c in counted],
        _("bytes"): [count(c.bytes) for c in counted],
        _("words"): [count(c.words) for c in counted],
        _("tokens per word"): [decimal(c.tokens_per_word) if c.words else "–" for c in counted],
        _("bytes per token"): [decimal(c.bytes_per_token) if c.tokens else "–" for c in counted],
        _("share of the context"): [percent(c.share(n_ctx)) for c in counted],
    }


def compared(difference: Difference, first: Cost, second: Cost) -> str:
    """The difference of two texts."""
    if difference.kind is None:
        return _("Both texts cost {n}.").format(n=nouns.tokens(first.tokens))
    which = _("The second text") if difference.more > 0 else _("The first text")
    return _(
        "{which} costs {n} more ({ratio} times as many). Most of it lies in"
        " {kind}: {part} in the second. A token holds {a} bytes in the first text"
        " and {b} in the second."
    ).format(
        which=which,
        n=nouns.tokens(abs(difference.more)),
        ratio=decimal(difference.ratio),
        kind=kind_names()[difference.kind],
        part=signed(difference.of_kind, 0),
        a=decimal(first.bytes_per_token),
        b=decimal(second.bytes_per_token),
    )
