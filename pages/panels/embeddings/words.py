"""Sentences of the Embeddings page."""

from __future__ import annotations

from collections.abc import Sequence

from core.language import _
from core.numbers import Number, count, percent
from core.tokens.label import label
from core.views.analogy import Analogy
from core.views.input_sum import InputSum, lengths
from core.views.matrix import MatrixFacts
from core.views.meeting import Meeting
from core.views.neighbours import Neighbours
from core.views.positions import PositionSimilarity
from core.views.readings import Reading
from core.views.swap import SwapReport
from core.views.walk import Walk
from pages.kit import words as nouns


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


# --- sum --------------------------------------------------------------------------------------


def addition(found: InputSum, row: int, token_id: int, position: int, dim: int) -> str:
    """One number of the sum, as Python would write it."""
    a, b, c = (Number(part[row, dim]) for part in (found.wte, found.wpe, found.total))
    return f"wte[{token_id}, {dim}] + wpe[{position}, {dim}] = {a:+.5f} {b:+.5f} = {c:+.5f}"


def sum_lengths(found: InputSum, row: int, drawn: range, n: int) -> str:
    wte, wpe, total = lengths(found, row)
    return _(
        "The chosen token's vector has length {wte:.2f}, its place's {wpe:.2f}, their sum"
        " {total:.2f}: {more} weighs more here. Drawn: {drawn} of {n}."
    ).format(
        wte=Number(wte),
        wpe=Number(wpe),
        total=Number(total),
        more=_("the token") if wte > wpe else _("the place"),
        drawn=nouns.tokens_from(drawn[0], drawn[-1]),
        n=count(n),
    )


# --- alike ------------------------------------------------------------------------------------


def read_as(reading: Reading) -> str:
    """A reading in words; for widgets that show plain text."""
    pieces = " · ".join(label(p) for p in reading.pieces)
    if len(reading.ids) == 1:
        return _("{piece} (one token)").format(piece=pieces)
    return _("mean of {n} tokens: {pieces}").format(n=len(reading.ids), pieces=pieces)


def nearest(found: Neighbours, by: str, n_vocab: int) -> str:
    best, worst = Number(found.values[0]), Number(found.values[-1])
    numbers = _(
        "Of {n} tokens “{name}” is nearest with {best:.3f}; number {k} has {worst:.3f}. The token"
        " itself is left out."
    ).format(
        name=nouns.plain(label(found.pieces[0])),
        n=count(n_vocab),
        best=Number(best),
        k=len(found.values),
        worst=Number(worst),
    )
    meaning = (
        _("The cosine looks at direction only: 1 is the same, 0 unrelated.")
        if by == "cosine"
        else _("The dot product also grows with a row's length: long rows come first.")
    )
    return f"{numbers} {meaning}"


def analogy(found: Analogy) -> str:
    a, b, c = map(Number, found.asked_values)
    numbers = _(
        "The three words that went in are left out, with their case and space variants. Their"
        " own cosines with the result: a {a:.3f}, b {b:.3f}, c {c:.3f}; the best answer has"
        " {best:.3f}."
    ).format(a=Number(a), b=Number(b), c=Number(c), best=Number(found.answers.values[0]))
    return f"{numbers} {left_out(found.asked_ranks)}"


def left_out(ranks: Sequence[int]) -> str:
    """Which of the words that went in would have come first."""
    first = [name for name, rank in zip("abc", ranks, strict=True) if rank == 1]
    if first:
        return _("Had they stayed, {name} would have come first.").format(name=first[0])
    return _("Had they stayed, none of them would have come first.")


# --- context ----------------------------------------------------------------------------------


def walk(found: Walk) -> str:
    return _(
        "How much of its first meaning is left: cosine with its own row of wte {first:.2f} at the"
        " input, {last:.2f} after the last layer. Meanwhile the vector grows from {short:.1f} to"
        " {long:.1f}, {times:.0f} times as long."
    ).format(
        first=Number(found.cosine[0]),
        last=Number(found.cosine[-1]),
        short=Number(found.norm[0]),
        long=Number(found.norm[-1]),
        times=Number(found.growth),
    )


def not_held(number: int) -> str:
    """A sentence without the word."""
    missing = _("Sentence {n} does not hold this word as tokens of its own.").format(n=number)
    return missing + " " + _("Capital letters count.")


def meeting(found: Meeting, at_one: int, at_other: int, *, several: bool) -> str:
    """`several`: whether the word is several tokens."""
    notes = [
        _(
            "The word's two vectors: cosine {first:.2f} at the input (same row of wte, positions"
            " {p} and {q}), {last:.2f} after the last layer."
        ).format(
            first=Number(found.same[0]), p=at_one, q=at_other, last=Number(found.same[-1])
        )
    ]  # fmt: skip
    if found.has_others:
        others = Number(found.others[-1])
        notes.append(_("Any two other words: {others:.2f} there.").format(others=Number(others)))
        if found.rises >= 0.01:
            notes.append(
                _(
                    "On the way both rise by up to {rise:.2f}: a layer also adds what all tokens"
                    " have in common, and that makes any two of them more alike."
                ).format(rise=Number(found.rises))
            )
    if several:
        notes.append(
            _("The word is several tokens; the last of them, which has read them all, is taken.")
        )
    return " ".join(notes)


# --- map and order ----------------------------------------------------------------------------


def map_axes(explained: Sequence[float], n_embd: int) -> str:
    return _(
        "The two directions hold {first} and {second} of what sets these words apart (of their"
        " variance): most of it lies in the other {rest} dimensions."
        " All vectors are scaled to length 1. The dashed line is the way of the token that"
        " you follow, from its embedding on."
    ).format(
        first=percent(explained[0], 1),
        second=percent(explained[1], 1),
        rest=count(n_embd - len(explained)),
    )


def pairs(found: PositionSimilarity) -> str:
    n = len(found.cosine)
    one, ten, half = (Number(found.apart(distance)) for distance in (1, 10, n // 2))
    numbers = _(
        "{n} × {n} cosines. On average: next to each other {one:.2f}, ten apart {ten:.2f},"
        " half the context apart {half:.2f}."
    ).format(n=count(n), one=Number(one), ten=Number(ten), half=Number(half))
    if one > max(ten, half):
        told = _("Neighbours are most alike: that is an order, and training found it.")
    else:
        told = _("In this model neighbours are no more alike than distant places.")
    return f"{numbers} {told}"


def swap(report: SwapReport) -> str:
    return _(
        "Tokens before number {first}: moved by {before}. At the input only the exchanged"
        " words move. After the last layer: the exchanged words {moved} on average, the"
        " words after the first of them {rest}, the last token {last}."
    ).format(
        first=report.swapped[0],
        before=percent(report.before, 1),
        moved=percent(report.moved, 0),
        rest=percent(report.rest, 0),
        last=percent(report.last, 0),
    )


# --- matrix -----------------------------------------------------------------------------------


def matrix(found: MatrixFacts, mine: float) -> str:
    numbers = _(
        "A row is {mean:.3f} long on average, half of them less than {median:.3f}; those of your"
        " prompt's tokens {mine:.3f} on average."
    ).format(mean=Number(found.mean), median=Number(found.median), mine=Number(mine))
    head = (
        _(
            "Tied: the same numbers turn ids into vectors and the last vector into scores,"
            " so a token with a long row is also one that easily gets a high score."
        )
        if found.tied
        else _("This model has an output head of its own.")
    )
    return f"{numbers} {head}"
