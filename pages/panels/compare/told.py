"""Sentences of the panels that compare two prompts token by token, layer by layer, head by head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.language import _, ngettext
from core.numbers import bits, count, listed, percent
from core.views.effects import Change
from core.views.lens_apart import LensApart
from core.views.patching import Pair
from core.views.patterns_apart import Looks
from pages.kit.current import Current
from pages.kit.words import head as named
from pages.kit.words import plain
from pages.panels.compare.said import moved
from pages.panels.compare.sides import Sides

Name = Callable[[int], str]


@dataclass(frozen=True)
class Column:
    """Tokens that stand for each other, and what each costs.

    Attributes
    ----------
    a, b : token ids; None where a text has none there
    bits_a, bits_b : surprise; nan for a text's first token
    """

    a: int | None
    b: int | None
    bits_a: float
    bits_b: float

    def name(self, name_of: Name) -> str:
        """The token, or both with a stroke between them."""
        ids = dict.fromkeys(i for i in (self.b, self.a) if i is not None)
        return " / ".join(name_of(i) for i in ids)


def surprise(now: Current, columns: Sequence[Column], n_hidden: int) -> str:
    """What both texts cost, and where the same token costs most otherwise."""
    a, b = (np.array([getattr(one, f"bits_{side}") for one in columns]) for side in "ab")
    text = _("All of A costs {a}, all of B {b}.").format(
        a=bits(float(np.nansum(a))), b=bits(float(np.nansum(b)))
    )
    same = [i for i, one in enumerate(columns) if one.a == one.b and np.isfinite(a[i] - b[i])]
    most = max(same, key=lambda i: abs(a[i] - b[i]), default=None)
    if most is not None and abs(a[most] - b[most]) >= 0.005:
        text += " " + _(
            "Of the tokens that both have, “{token}” moved most: {a} in A, {b} in B."
        ).format(
            token=plain(columns[most].name(now.label)), a=bits(float(a[most])),
            b=bits(float(b[most])),
        )  # fmt: skip
    text += " " + _("Before the first difference all bars are equal: nothing looks ahead.")
    return text + _hidden(n_hidden)


def _hidden(n: int) -> str:
    if n <= 0:
        return ""
    return " " + ngettext(
        "{n} token behind them is not drawn.", "{n} tokens behind them are not drawn.", n
    ).format(n=count(n))


def surprise_rows(columns: Sequence[Column], name_of: Name) -> list[dict[str, object]]:
    return [
        {"token": one.name(name_of), "bits_a": one.bits_a, "bits_b": one.bits_b} for one in columns
    ]


def lens(now: Current, both: Sides, found: LensApart) -> str:
    """Where the answers of both begin to part, at the last token."""
    last = found.bits[:, -1]
    half = int(np.argmax(last >= last[-1] / 2))
    token = plain(now.label(both.b.token_ids[-1]))
    return _(
        "At the end, at “{token}”, the two answers lie {bits} apart; half of that is there from"
        " row {row} of {n} on. An earlier token may differ long before."
    ).format(token=token, bits=bits(float(last[-1])), row=count(half), n=count(len(last) - 1))


def lens_column(now: Current, both: Sides, found: LensApart, place: int) -> str:
    """What the layers would answer at one token."""
    token = plain(now.label(both.b.token_ids[both.places[place][0]]))
    differ = found.top_a[:, place] != found.top_b[:, place]
    if not differ.any():
        return _("At “{token}” every layer would give both the same first answer.").format(
            token=token
        )
    return ngettext(
        "At “{token}”, {n} row of {all} would answer A and B with different words.",
        "At “{token}”, {n} rows of {all} would answer A and B with different words.",
        int(differ.sum()),
    ).format(token=token, n=count(int(differ.sum())), all=count(len(differ)))


def lens_rows(
    both: Sides, rows: Sequence[str], found: LensApart, name_of: Name
) -> list[dict[str, object]]:
    return [
        {
            "row": name, "position_b": b, "position_a": a, "bits": float(found.bits[i, j]),
            "a": name_of(int(found.top_a[i, j])), "p_a": float(found.prob_a[i, j]),
            "b": name_of(int(found.top_b[i, j])), "p_b": float(found.prob_b[i, j]),
        }
        for i, name in enumerate(rows)
        for j, (b, a) in enumerate(both.places)
    ]  # fmt: skip


def pair_name(now: Current, both: Sides, pair: Pair) -> str:
    """Position in B and token; both tokens where they differ."""
    b, a = both.b.token_ids[pair[0]], both.a.token_ids[pair[1]]
    names = dict.fromkeys((now.label(b), now.label(a)))
    return f"{pair[0]} {' / '.join(names)}"


def pattern(
    now: Current, both: Sides, at: tuple[int, int], found: Looks, shown: Sequence[Pair],
    apart: np.ndarray | None,
) -> str:  # fmt: skip
    """What the colours say, how otherwise a head looks, and where most."""
    colours = _("In A − B, orange is more in A, blue more in B.")
    query, key = np.unravel_index(np.abs(found.difference).argmax(), found.difference.shape)
    text = _(
        "Most apart from “{query}” to “{key}”: {a} in A, {b} in B."
    ).format(
        query=plain(pair_name(now, both, shown[query])),
        key=plain(pair_name(now, both, shown[key])),
        a=percent(float(found.a[query, key])), b=percent(float(found.b[query, key])),
    )  # fmt: skip
    if apart is None:
        unranked = _("For texts of this length the heads are not ranked.")
        return f"{colours} {text} {unranked}"
    there = _("{head} puts {share} of its look elsewhere in A than in B.").format(
        head=_capital(named(*at)), share=percent(float(apart[at]), 0)
    )
    look = _("A look that differs need not matter: the panel of the heads tries that.")
    return f"{colours} {there} {text} {look}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def pattern_rows(found: Looks, shown: Sequence[Pair]) -> list[dict[str, object]]:
    return [
        {
            "query_b": query[0], "query_a": query[1], "key_b": key[0], "key_a": key[1],
            "a": float(found.a[i, j]), "b": float(found.b[i, j]),
        }
        for i, query in enumerate(shown)
        for j, key in enumerate(shown)
    ]  # fmt: skip


def heads(shares: np.ndarray) -> str:
    """The heads that carry most, and how little the most of them do."""
    order = np.argsort(-shares, axis=None)[:3]
    first = listed(
        f"L{i}.H{j} {moved(shares[i, j])}"
        for i, j in (np.unravel_index(n, shares.shape) for n in order)
    )
    few = int((np.abs(shares) < 0.05).sum())
    idle = ngettext(
        "{n} head of {all} moves the answer by less than 5%.",
        "{n} heads of {all} move the answer by less than 5%.",
        few,
    ).format(n=count(few), all=count(shares.size))
    return _("Alone and at all tokens, these carry most: {heads}.").format(heads=first) + " " + idle


def head_rows(shares: np.ndarray) -> list[dict[str, object]]:
    return [
        {"layer": layer, "head": head, "share": float(share)}
        for (layer, head), share in np.ndenumerate(shares)
    ]


def head_cell(now: Current, found: Change, at: tuple[int, int], share: float) -> str:
    """What one head's output from A makes of B's answer."""
    before, after = (plain(now.label(i)) for i in (found.best_before, found.best_after))
    if found.best_before == found.best_after:
        return _(
            "With what {head} writes for A, B still answers “{before}”: {share} of the way, {bits}"
            " from where it was."
        ).format(
            head=named(*at), before=before, share=moved(share), bits=bits(found.divergence)
        )  # fmt: skip
    return _(
        "With what {head} writes for A, and nothing else of A, B answers “{after}” instead of"
        " “{before}”: {share} of the way, {bits} from where it was."
    ).format(
        head=named(*at), before=before, after=after, share=moved(share),
        bits=bits(found.divergence),
    )  # fmt: skip
