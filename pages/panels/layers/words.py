"""Sentences of the layers page."""

from __future__ import annotations

from collections.abc import Callable

from core.charts.layers.lens import row_names
from core.language import _, ngettext
from core.numbers import bits, count, decimal, percent, percents, signed
from core.views.attribution import Attribution, Reader
from core.views.block import BlockSteps
from core.views.effects import Change
from core.views.gelu import GeluSteps
from core.views.heads_at import HeadsAt
from core.views.layer_norm import NormSteps
from core.views.logit_lens import LogitLens
from core.views.neurons import Neurons
from core.views.residual import Growth
from pages.kit import words
from pages.kit.current import Current
from pages.kit.prose import term
from pages.kit.words import plain


def lens(now: Current, own: LogitLens, watched: int, got: LogitLens) -> str:
    """When the answer after the followed token appears, and where the watched word is.

    Parameters
    ----------
    own : of the followed token alone
    got : of the window that is shown
    """
    told = _(
        "After token {position} the model answers “{answer}” with {p}: first choice from row"
        " “{row}” on. The last row is the model's own output."
    ).format(
        position=own.start,
        answer=plain(now.label(own.top_ids[-1, 0, 0])),
        p=percent(own.top_probs[-1, 0, 0]),
        row=_settled(own),
    )
    if got.start <= own.start < got.stop:
        ranks = got.watched_ranks[:, own.start - got.start, 0]
        told += " " + _("“{word}” goes from rank {first} to rank {last}.").format(
            word=plain(now.label(watched)), first=count(ranks[0]), last=count(ranks[-1])
        )
    return told


def _settled(own: LogitLens) -> str:
    """The row from which the answer leads."""
    return row_names(len(own.top_ids) - 1)[int(own.settled[0])]


def window(got: LogitLens, word: str | None) -> str:
    """The title of the lens's picture; `word` is the watched one, if its ranks are shown."""
    title = _("Logit lens, {tokens}").format(tokens=words.tokens_from(got.start, got.stop - 1))
    return title if word is None else title + " · " + _("rank of “{word}”").format(word=word)


def pieces(n: int) -> str:
    """Why there is something to choose for a watched word that the model writes in n tokens."""
    if n == 1:
        return _("With its space and without it, this word is two different tokens.")
    return _(
        "The model writes this word as {n} tokens, one after the other; the grid watches one"
        " of them at a time."
    ).format(n=n)


def race(now: Current, own: LogitLens, names: list[str]) -> str:
    """Who leads at the end, and from where on; `names` are the runners', the best first."""
    best, second = percents(own.top_probs[-1, 0, :2].tolist())
    return _(
        "After “{token}” (token {position}): “{best}” ends with {p} and leads from row"
        " “{row}” on; the runner-up “{second}” ends with {q}."
    ).format(
        token=plain(now.labels[own.start]),
        position=own.start,
        best=plain(names[0]),
        p=best,
        row=_settled(own),
        second=plain(names[1]),
        q=second,
    )


def unique(names: list[str]) -> list[str]:
    """Two tokens may look alike (bytes that are no text); a mark keeps their lines apart."""
    return [
        f"{name} ({n})" if (n := names[: i + 1].count(name)) > 1 else name
        for i, name in enumerate(names)
    ]


def block(steps: BlockSteps, sizes: dict[str, float]) -> str:
    """What a block does to the length of a token's vector; `sizes` are its stations' lengths."""
    return _(
        "Layer {layer} takes this token's vector from length {before} to {after}: attention adds"
        " {attn} and the MLP {mlp}, so {more} writes more here. Each strip has its own scale."
    ).format(
        more=_("attention") if sizes["attn"] > sizes["mlp"] else _("the MLP"),
        layer=steps.layer,
        before=decimal(sizes["resid_pre"], 1),
        after=decimal(sizes["resid_post"], 1),
        attn=decimal(sizes["attn"], 1),
        mlp=decimal(sizes["mlp"], 1),
    )


def block_title(now: Current, steps: BlockSteps) -> str:
    """The title of the block's picture."""
    return _("Layer {layer} at work on token {position}, “{token}”").format(
        layer=steps.layer, position=steps.position, token=now.labels[steps.position]
    )


def norm_formula(norm: NormSteps) -> str:
    """Layer norm with its numbers, in LaTeX, where a minus sign is a hyphen."""
    mean, variance, eps = (f"{v:.{d}f}" for v, d in zip(norm.sums, (4, 4, 5), strict=True))
    taken = f"({mean})" if mean.startswith("-") else mean
    return (
        rf"\frac{{x - {taken}}}{{\sqrt{{{variance} + {eps}}}}}"
        r" \times \mathrm{gain} + \mathrm{bias}"
    )


def norm(found: NormSteps) -> str:
    """The numbers that all dimensions share."""
    return _(
        "The mean of all {n} numbers is {mean}; the variance, their mean squared distance from it,"
        " is {variance}, and its root, the spread, {spread}. The table has the eight largest"
        " dimensions."
    ).format(
        n=count(len(found.x)),
        mean=decimal(found.mean, 4),
        variance=decimal(found.variance, 4),
        spread=decimal(found.deviation, 4),
    )


def heads(layer: int, found: HeadsAt) -> str:
    """Which head adds most."""
    head = int(found.lengths.argmax())
    return _("Most is added here by {head}: a vector of length {length}.").format(
        head=words.head(layer, head), length=decimal(found.lengths[head])
    )


def gelu(found: GeluSteps) -> str:
    """How many neurons fire."""
    return ngettext(
        "{firing} of {n} neurons lets something positive through; the others almost nothing.",
        "{firing} of {n} neurons let something positive through; the others almost nothing.",
        found.n_firing,
    ).format(firing=count(found.n_firing), n=count(len(found.x)))


def growth(found: Growth, zero: float) -> str:
    """How long the stream becomes; `zero` is the final length of the first token's."""
    return _(
        "From {first} to {last} over {n}, {times} times as long. The first token's vector often"
        " grows far longer than the others'; in this text it ends with length {zero}."
    ).format(
        times=decimal(found.stream[-1] / found.stream[0], 1),
        first=decimal(found.stream[0], 1),
        last=decimal(found.stream[-1], 1),
        n=words.layers(len(found.attn)),
        zero=decimal(zero, 1),
    )


def question(read: Reader, name: Callable[[int], str]) -> str:
    """Which logit, or difference of two, is taken apart; `name` writes a token."""
    asked = _("Why “{token}”").format(token=name(read.token))
    if read.against is None:
        return asked
    return asked + _(" and not “{other}”").format(other=name(read.against))


def wrote(now: Current, read: Reader, got: Attribution, own: float) -> str:
    """The sums of the parts beside the model's own number."""
    sums = _(
        "embedding {embedding}, attention {attn}, MLPs {mlp}, biases {biases}, together {total}."
        " The model's own number is {own}."
    ).format(
        embedding=signed(got.embedding, 3),
        attn=signed(got.attn.sum(), 3),
        mlp=signed(got.mlp.sum(), 3),
        biases=signed(got.biases, 3),
        total=decimal(got.total, 4),
        own=decimal(own, 4),
    )
    return question(read, lambda token: plain(now.label(token))) + ": " + sums


def strongest(got: Attribution) -> str:
    """The head that adds or takes away most."""
    layer, head = got.strongest
    return _("Of all heads, {head} has the largest say: {value}.").format(
        head=words.head(layer, head), value=signed(got.heads[layer, head], 3)
    )


def neurons(got: Neurons, which: int) -> str:
    """How many neurons fire, and where the chosen one does most."""
    excited = got.activations[which]
    said = ngettext(
        "{firing} of {n} neurons fires at this token.",
        "{firing} of {n} neurons fire at this token.",
        got.n_firing,
    ).format(firing=count(got.n_firing), n=count(len(got.all_active)))
    if int(excited.argmax()) == got.position:
        own = _("Neuron {neuron} fires with {here}, more than anywhere else in this text.")
    else:
        own = _("Neuron {neuron} fires with {here} here, and most, with {most}, at token {at}.")
    return f"{said} " + own.format(
        neuron=got.neurons[which],
        here=decimal(excited[got.position]),
        most=decimal(excited.max()),
        at=int(excited.argmax()),
    )


def skip(now: Current, change: Change, n_blocks: int) -> str:
    """What the prediction loses without some parts."""
    if n_blocks == 0:
        return _("Nothing is left out, so nothing changes. Choose a layer above.")
    best, after = (plain(now.label(i)) for i in (change.best_before, change.best_after))
    if n_blocks == 2 * now.engine.shape.n_layer:
        start = _("Every block is left out: the embedding goes straight to the head. ")
    else:
        start = ngettext("{n} part is left out. ", "{n} parts are left out. ", n_blocks)
    if best == after:
        told = _("The first choice is still “{after}”; the prediction changes by {bits}.")
    else:
        told = _(
            "The first choice was “{best}” and is now “{after}”; the prediction changes by {bits}."
        )
    return start.format(n=n_blocks) + told.format(
        best=best, after=after, bits=bits(change.divergence)
    )


def costliest(part: str, layer: int, cost: float) -> str:
    """Which part the model misses most."""
    return _(
        "The model misses the {part} of layer {layer} most: without it, what the whole model would"
        " have written surprises it by {bits} more, on average ({divergence})."
    ).format(
        part=_("attention") if part == "attn" else _("MLP"),
        layer=layer,
        bits=bits(cost),
        divergence=term("divergence", _("Kullback–Leibler divergence")),
    )
