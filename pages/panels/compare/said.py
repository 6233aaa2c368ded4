"""Sentences of the page that compares two prompts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from core.engine.steered import Written
from core.language import _, ngettext
from core.numbers import bits, count, decimal, percent
from core.views.effects import Change
from core.views.patching import words_apart
from pages.kit.current import Current
from pages.kit.words import plain, tokens
from pages.panels.compare.sides import Sides


def moved(share: float) -> str:
    """A share of the way from B's answer to A's: whole per cent, as the grid's cells have it."""
    return percent(round(float(share), 2), 0)


def words(now: Current, both: Sides, found: Change) -> str:
    """How far the two answers lie apart, and which tokens differ."""
    up, down = words_apart(both.a.logits, both.b.logits)
    told = _("A makes “{up}” more probable than B, and “{down}” less: {bits} lie between them.")
    text = told.format(
        up=plain(now.label(up)), down=plain(now.label(down)), bits=bits(found.divergence)
    )
    return f"{text} {_in_common(both)}"


def _in_common(both: Sides) -> str:
    n = both.found.start + both.found.end
    same = ngettext(
        "{n} token at the beginning or at the end is the same",
        "{n} tokens at the beginning and at the end are the same",
        n,
    ).format(n=count(n))
    if both.a.n_ctx == both.b.n_ctx:
        return same + "."
    longer = _(
        "{same}; A has {a}, B has {b}, so that all behind the difference stands at other places."
    )
    return longer.format(same=same, a=tokens(both.a.n_ctx), b=tokens(both.b.n_ctx))


def where(
    now: Current, both: Sides, rows: Sequence[str], shares: np.ndarray, control: float | None
) -> str:
    """Which tokens carry the difference, and in which rows."""
    text = _("0% is B's own answer, 100% is A's.")
    for place in _carriers(shares):
        text += " " + _carried(now, both, rows, shares[:, place], place)
    if control is not None:
        text += " " + _("The control, all tokens at the input at once: {share}.").format(
            share=percent(round(control, 4), 1)
        )
    return text + _left_out(both)


def _carriers(shares: np.ndarray) -> list[int]:
    """The strongest column before the last one, and the last one."""
    before = np.nanmax(shares[:, :-1], axis=0) if shares.shape[1] > 1 else np.zeros(0)
    return [*([int(before.argmax())] if len(before) else []), shares.shape[1] - 1]


def _carried(now: Current, both: Sides, rows: Sequence[str], shares: np.ndarray, place: int) -> str:
    """In which rows one token alone carries more than half of the difference."""
    token = _token(now, both, both.places[place][0])
    half = np.flatnonzero(shares > 0.5)
    if not len(half):
        return _("“{token}” alone moves the answer by {share} at most.").format(
            token=token, share=moved(np.nanmax(shares))
        )
    return _(
        "One vector alone, “{token}”, moves it by more than half in rows “{first}” to “{last}”"
        " ({share} at most)."
    ).format(token=token, first=rows[half[0]], last=rows[half[-1]], share=moved(np.nanmax(shares)))


def _token(now: Current, both: Sides, position: int) -> str:
    return plain(now.label(both.b.token_ids[position]))


def scope(both: Sides) -> str:
    """Which tokens a grid measures, before it does."""
    n = len(both.places)
    told = ngettext("{n} token is measured.", "{n} tokens are measured.", n).format(n=count(n))
    return told + _left_out(both)


def _left_out(both: Sides) -> str:
    """What the grid does not show, if anything that could change the answer."""
    n = len(both.found.pairs) - both.found.start - len(both.places)
    if n <= 0:
        return ""
    return " " + ngettext(
        "{n} token in the middle is left out.", "{n} tokens in the middle are left out.", n
    ).format(n=count(n))


def cell(now: Current, both: Sides, found: Change, place: int, row: str, share: float) -> str:
    """What one patch does, in words."""
    return _(
        "With A's vector at “{token}”, “{row}”, and nothing else of A, B answers “{after}” instead"
        " of “{before}”: {share} of the way, {bits} from where it was."
    ).format(
        token=_token(now, both, place), row=row, after=plain(now.label(found.best_after)),
        before=plain(now.label(found.best_before)), share=moved(share),
        bits=bits(found.divergence),
    )  # fmt: skip


def same_cell(now: Current, both: Sides, found: Change, place: int, row: str, share: float) -> str:
    """What one patch does that leaves the first choice as it was."""
    return _(
        "With A's vector at “{token}”, “{row}”, B still answers “{before}”: {share} of the way,"
        " {bits} from where it was."
    ).format(
        token=_token(now, both, place), row=row, before=plain(now.label(found.best_before)),
        share=moved(share), bits=bits(found.divergence),
    )  # fmt: skip


def knob(now: Current, found: Change, factor: float) -> str:
    """What the knob does to the answer."""
    if factor == 0:
        return _("At 0 nothing is added, and the answer stays “{word}”: 0.00 bits.").format(
            word=plain(now.label(found.best_before))
        )
    return _(
        "Added {factor} times, the difference moves the answer by {bits}: “{before}” before,"
        " “{after}” now."
    ).format(
        factor=decimal(factor), bits=bits(found.divergence),
        before=plain(now.label(found.best_before)), after=plain(now.label(found.best_after)),
    )  # fmt: skip


def texts(as_is: str, turned: str, factor: float) -> str:
    """Both continuations, one under the other."""
    lines = (
        (_("As it is"), as_is),
        (_("With the knob at {factor}").format(factor=decimal(factor)), turned),
    )
    return "\n\n".join(f"**{name}:** … {plain(' '.join(text.split()))}" for name, text in lines)


def written(found: Written) -> str:
    """Where the two texts part, and how they were made."""
    pairs = zip(found.plain, found.turned, strict=False)
    same = next((i for i, (a, b) in enumerate(pairs) if a != b), None)
    how = _(
        "Each time the likeliest token, those that stand there already count less; the knob is"
        " turned at the token that is last then."
    )
    if same is None:
        return _("The knob changes no word of this text.") + " " + how
    return _("The texts part at their token {n}.").format(n=count(same + 1)) + " " + how


def written_rows(found: Written, name_of: Callable[[int], str]) -> list[dict[str, object]]:
    """Both texts, a token a row."""
    return [
        {"text": name, "step": step, "id": i, "name": name_of(i)}
        for name, ids in (("as it is", found.plain), ("turned", found.turned))
        for step, i in enumerate(ids)
    ]


def rows(found: Change, name_of: Callable[[int], str]) -> list[dict[str, object]]:
    """The next words of both as rows of a table."""
    return [
        {"id": int(i), "name": name_of(int(i)), "b": float(p), "a": float(q)}
        for i, p, q in zip(found.token_ids, found.before, found.after, strict=True)
    ]


def grid_rows(both: Sides, rows: Sequence[str], shares: np.ndarray) -> list[dict[str, object]]:
    """The grid as rows of a table."""
    return [
        {"row": name, "position_b": b, "position_a": a, "share": float(shares[i, j])}
        for i, name in enumerate(rows)
        for j, (b, a) in enumerate(both.places)
    ]
