"""Sentences of the attention page: from views to text."""

from __future__ import annotations

import numpy as np

from core.language import _, ngettext
from core.model.history import Moment, rise
from core.numbers import bits, decimal, listed, percent, signed
from core.views.effects import Change, Effects
from core.views.evidence import heaviest
from core.views.head_names import Heads
from core.views.head_steps import HeadSteps, keys_to_show
from core.views.sink import Sink
from pages.kit import words as count

#: Weights below read 0.0%: a sentence lists none of them.
_READABLE = 0.0005


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


def grid(found: Heads, kind: str, sorted_at_most: int | None) -> str:
    """Which head looks most this way; `sorted_at_most` if only the first are shown."""
    chance = found.chance[kind]
    if np.isnan(chance):  # the prompt has no such pair
        return _(
            "This prompt cannot show this kind of looking (no token has a fitting earlier one),"
            " so no bars are drawn. Choose another kind, or repeat a word in the prompt."
        )
    text = _most_of(found, kind)
    rest = 0 if sorted_at_most is None else found.labels.size - sorted_at_most
    if rest <= 0:
        return text
    return f"{text} " + ngettext(
        "Sorted: the first {n} are shown, {rest} more scores less.",
        "Sorted: the first {n} are shown, {rest} more score less.",
        rest,
    ).format(n=sorted_at_most, rest=rest)


def _most_of(found: Heads, kind: str) -> str:
    layer, head = found.ranking(kind)[0]
    return _(
        "{n}. Most of this kind: {head} with {score} of its attention; even weights would"
        " give {chance}."
    ).format(
        n=count.heads(found.labels.size),
        head=count.head(layer, head),
        score=percent(found.scores[kind][layer, head], 0),
        chance=percent(found.chance[kind], 0),
    )


def row(query: int, shown: np.ndarray) -> str:
    """The chosen row: positions and numbers only, no typed text."""
    parts = listed(
        _("{weight} to token {key}").format(weight=percent(weight, 1), key=key)
        for key, weight in heaviest(shown[query], 3)
        if weight >= _READABLE
    )
    return _("Token {query} gives {list}.").format(
        query=query, list=parts or _("nothing: it has no other token to look at")
    )


def resting(found: Sink) -> str:
    return _(
        "**This head rests on the first token**: {weight} of its weight, averaged over"
        " the later tokens, goes there."
    ).format(weight=percent(found.weight, 0))


def sink(found: Sink) -> str:
    """What resting on the first token means for what the head writes."""
    if found.written < found.weight:
        verdict = _("the weight carries less than it seems")
    else:
        verdict = _("the weight does carry something here")
    return _(
        "What is copied from the first token (its value vector) has length {first}, from others"
        " typically {other}. Its score lies {lead} above theirs, a factor of {factor} before the"
        " softmax divides. So {verdict}: {written} of what this head writes comes from the first"
        " token."
    ).format(
        first=decimal(found.value_norm),
        other=decimal(found.other_norm),
        verdict=verdict,
        written=percent(found.written, 0),
        lead=decimal(found.score_lead, 1),
        factor=decimal(found.factor, 0),
    )


def row_steps(steps: HeadSteps, key: int) -> str:
    _shown, left_out, rest = keys_to_show(steps, key)
    text = _("Token {query} gives token {key} a weight of {weight}.").format(
        query=steps.query, key=key, weight=percent(steps.weights[key], 1)
    )
    if not left_out:
        return text
    return f"{text} " + ngettext(
        "{n} more key is not drawn; it holds {rest}.",
        "{n} more keys are not drawn; together they hold {rest}.",
        left_out,
    ).format(n=left_out, rest=percent(rest, 1) if rest >= _READABLE else _("less than 0.1%"))


def dims(steps: HeadSteps, key: int) -> str:
    products = steps.products(key)
    return _(
        "The {d} products sum to q · k = {dot}. The largest: {list}. Each strip is coloured"
        " up to its own largest value; blue is negative, orange positive."
    ).format(
        d=len(products),
        dot=decimal(steps.dots[key]),
        list=listed(
            _("dimension {i} with {v}").format(i=i, v=signed(v)) for i, v in heaviest(products, 3)
        ),
    )


def out(steps: HeadSteps) -> str:
    parts = [
        _("token {i} (length {v}, weight {w})").format(
            i=i, v=decimal(v), w=percent(steps.weights[i], 1)
        )
        for place, (i, v) in enumerate(heaviest(steps.written, 3))
        if place == 0 or v >= 0.005  # the others would read 0.00
    ]
    return _(
        "The mixture z has {d} numbers; this head’s rows of c_proj turn it into {n} and add it to"
        " the residual stream: length {out} beside {resid} that is there already. The"
        " longest parts come from {list}."
    ).format(
        d=len(steps.z),
        n=len(steps.out),
        out=decimal(steps.out_norm),
        resid=decimal(steps.resid_norm, 1),
        list=listed(parts),
    )


def change(found: Change, n_off: int, *, alone: bool) -> str:
    """What is different without some heads; `alone` if averages have nothing to average."""
    if not n_off:
        text = _("No head is off: both sides are the whole model.")
    else:
        text = ngettext(
            "{n} head off: the prediction moves by {bits}. That is the extra surprise, on average,"
            " at what the whole model would have written.",
            "{n} heads off: the prediction moves by {bits}. That is the extra surprise, on average,"
            " at what the whole model would have written.",
            n_off,
        ).format(n=n_off, bits=bits(found.divergence))
        text += " " + (
            _("The most probable token stays the same.")
            if found.best_before == found.best_after
            else _("Another token is now the most probable one.")
        )
    if alone:
        text += " " + _("With one token the average is the token itself: nothing can change.")
    return text


def effects(found: Effects) -> str:
    return _(
        "This prediction needs {head} most: without it alone it moves by {bits}. Half of all heads"
        " move it by less than {median}."
    ).format(
        head=count.head(found.layer, found.head),
        bits=bits(found.bits[found.layer, found.head]),
        median=bits(found.median, 3),
    )


def together(query: int, matrix: np.ndarray) -> str:
    return _("Over all layers token {query} draws on {list}.").format(
        query=query,
        list=listed(
            _("token {k} ({w})").format(k=k, w=percent(w, 1)) for k, w in heaviest(matrix[query], 3)
        ),
    )


def sources() -> dict[str, str]:
    """What the embedded model was measured on."""
    return {
        "stories": _("children's books"),
        "novels": _("novels"),
        "glosses": _("definitions"),
    }


def learned(moments: tuple[Moment, ...]) -> str:
    """What the best copying head does now, and when it came."""
    last = moments[-1]
    said = _(
        "After {n} million tokens the clearest induction head gives {share} of its attention to"
        " what followed last time, and a random word costs {saved} less when its sequence comes"
        " again."
    ).format(
        n=decimal(last.tokens / 1e6, 1),
        share=percent(last.heads["induction"], 0),
        saved=bits(last.saved or 0.0, 1),
    )
    return f"{said} {_came(moments)}".strip()


def _came(moments: tuple[Moment, ...]) -> str:
    """How suddenly the induction head came, where what was before is known."""
    when = rise(moments)
    before = next((m for m in reversed(moments[:when]) if m.heads), None)
    if when is None or before is None:
        return ""
    return _(
        "It came suddenly: {share} after {first} million tokens, more than half {later} million"
        " tokens later."
    ).format(
        share=percent(before.heads["induction"], 0),
        first=decimal(before.tokens / 1e6, 1),
        later=decimal((moments[when].tokens - before.tokens) / 1e6, 2),
    )
