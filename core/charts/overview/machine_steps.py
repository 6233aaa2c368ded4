"""What is said of the machine: a sentence for each stage, with the numbers of the text."""

from __future__ import annotations

from core.language import _, ngettext
from core.numbers import count, percent, short
from core.views.machine import Look, Machine


def steps(made: Machine) -> list[str]:
    """What happens at each stage: text, vector, every block, next word, and the way back."""
    blocks = [_block(made, layer) for layer in range(made.n_layer)]
    return [_text(made), _vector(made), *blocks, _next(made), _back(made)]


def caption(made: Machine) -> str:
    """What the picture says, and how it is to be read."""
    text = _(
        "Every colour is real: each stripe of a strip is the mean of a few neighbouring numbers of"
        " a vector (blue below zero, orange above; each column has its own scale). A curve is the"
        " strongest head of a block, as thick as its attention; what the model would say after"
        " each block is read by the logit lens."
    )
    text = f"{_answer(made)} {text}"
    hidden = made.n_ctx - len(made.positions)
    if not hidden:
        return text
    more = _("{n} of {all} tokens are folded away; those that it looks at most are shown.")
    return f"{text} {more.format(n=count(hidden), all=count(made.n_ctx))}"


def _answer(made: Machine) -> str:
    """What comes out, and from which block on the model would have said so."""
    said = [answer.token_id for answer in made.answers]
    early = next(stage for stage in range(len(said)) if len({*said[stage:]}) == 1)
    best = {"token": _quoted(made.answers[-1].label), "share": percent(made.answers[-1].prob)}
    if early == 0:
        said_so = ngettext(
            "After {n} token it says {token} ({share}), as before any block.",
            "After {n} tokens it says {token} ({share}), as before any block.",
            made.at + 1,
        )
        return said_so.format(n=count(made.at + 1), **best)
    said_so = ngettext(
        "After {n} token it says {token} ({share}); of its {all} blocks it needs {early} to come"
        " to that.",
        "After {n} tokens it says {token} ({share}); of its {all} blocks it needs {early} to come"
        " to that.",
        made.at + 1,
    )
    return said_so.format(n=count(made.at + 1), all=count(made.n_layer), early=count(early), **best)


def _quoted(text: str) -> str:
    return f"“{text}”"


def _text(made: Machine) -> str:
    pieces = ngettext(
        "The text is cut into {n} piece, a token.", "The text is cut into {n} pieces, tokens.",
        made.n_ctx,
    ).format(n=count(made.n_ctx))  # fmt: skip
    which = _("The last one, {token}, is number {id} of {all} that the model knows.")
    if not made.is_last:
        which = _("The one that we follow, {token}, is number {id} of {all} that the model knows.")
    here = which.format(
        token=_quoted(made.labels[made.row]), id=count(made.ids[made.row]), all=count(made.n_vocab)
    )
    return f"{pieces} {here}"


def _vector(made: Machine) -> str:
    text = _(
        "Every token becomes a vector: {n} numbers that say which token it is and where it"
        " stands. That of {token} has length {norm}."
    )
    token = _quoted(made.labels[made.row])
    return text.format(n=count(made.n_embd), token=token, norm=short(made.norms[0]))


def _block(made: Machine, layer: int) -> str:
    say = made.answers[layer + 1]
    then = _("Asked now, it would say {token} ({share}).").format(
        token=_quoted(say.label), share=percent(say.prob)
    )
    return f"{_looks(made, layer, made.looks[layer])} {then}"


def _looks(made: Machine, layer: int, look: Look) -> str:
    query, key = made.at, look.keys[0]
    where = {"layer": layer, "head": look.head, "share": percent(look.weights[0], 0)}
    here = _quoted(made.labels[made.row])
    if key == query:
        text = _("Block {layer}: {token} has nothing before it to look at but itself.")
        return text.format(token=here, **where)
    shown = made.label_at(key) if key in made.positions else _("token {n}").format(n=count(key))
    text = _("Block {layer}: head {head} lets {token} look at {key} with {share} of its attention.")
    return text.format(token=here, key=_quoted(shown), **where)


def _next(made: Machine) -> str:
    best = made.best[0]
    text = _("The last vector becomes {n} chances, one for each token: {token} gets {share}.")
    return text.format(n=count(made.n_vocab), token=_quoted(best.label), share=percent(best.prob))


def _back(made: Machine) -> str:
    if made.is_last:
        return _(
            "One of them is chosen and joins the text; then all of it runs again. That is all that"
            " writing is. Click a word to write it."
        )
    following = made.at + 1
    if following in made.positions:
        came = _("In this text {token} came next.")
        return came.format(token=_quoted(made.label_at(following)))
    return _("In this text another token came next.")
