"""Sentences that the panels of the sampling page share: stages, settings, choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.language import _
from core.model.history import Moment
from core.numbers import Number, bare, bits, count, decimal, listed, percent
from core.sampling.choice import Choice
from core.sampling.explain import Explanation
from core.sampling.settings import SamplingSettings
from core.tokens.label import label, piece

_STAGES: dict[str, Callable[[], str]] = {
    "logits": lambda: _("Model's own"),
    "repetition_penalty": lambda: _("Repetition penalty"),
    "temperature": lambda: _("Temperature"),
    "top_k": lambda: _("top-k"),
    "top_p": lambda: _("top-p"),
    "min_p": lambda: _("min-p"),
}


def stage_name(stage: str) -> str:
    """A stage in words."""
    return _STAGES[stage]()


def stage_setting(stage: str, settings: SamplingSettings) -> str:
    """What a stage is set to."""
    return {
        "logits": _("softmax of the scores"),
        "repetition_penalty": bare(settings.repetition_penalty),
        "temperature": f"÷ {bare(settings.temperature)}",
        "top_k": count(settings.top_k),
        "top_p": bare(settings.top_p),
        "min_p": bare(settings.min_p),
    }[stage]


def settings_line(settings: SamplingSettings) -> str:
    """The settings that do something, in one line."""
    penalty = (
        [_("repetition penalty {x:g}").format(x=Number(settings.repetition_penalty))]
        if settings.repetition_penalty != 1
        else []
    )
    if settings.greedy:
        return listed([_("greedy (temperature 0)"), *penalty])
    parts = [_("temperature {x:g}").format(x=Number(settings.temperature))]
    parts += [_("top-k {k}").format(k=count(settings.top_k))] if settings.top_k else []
    parts += [_("top-p {x:g}").format(x=Number(settings.top_p))] if settings.top_p < 1 else []
    parts += [_("min-p {x:g}").format(x=Number(settings.min_p))] if settings.min_p > 0 else []
    return listed(parts + penalty)


def idle_note(settings: SamplingSettings) -> str:
    """Which knobs do nothing, and why; empty if all that are switched on act."""
    names = listed(stage_name(name) for name in settings.idle)
    if not settings.greedy:
        one_left = _("One token is left after the cuts, so {names} have nothing left to do.")
        return one_left.format(names=names) if names else ""
    greedy = _(
        "**Temperature 0 means greedy:** nothing is drawn, the token with the highest score"
        " is taken (marked ▸)."
    )
    return greedy + (" " + _("{names}: nothing left to do.").format(names=names) if names else "")


def formula(effect: Explanation, settings: SamplingSettings) -> str:
    """What a stage did to one token, with its numbers."""
    p = percent(effect.probability)
    if effect.name == "logits":
        return _("score {z:.2f} → e^{z:.2f} ÷ Σ e^score = {p}").format(z=Number(effect.after), p=p)
    if effect.name == "repetition_penalty":
        return _penalty(effect, settings.repetition_penalty)
    if not effect.touched:
        return _("cut before")
    if effect.name == "temperature":
        return _("{z:.2f} ÷ {t:g} = {after:.2f} → {p}").format(
            z=Number(effect.before), t=Number(settings.temperature), after=Number(effect.after), p=p
        )
    facts = _held_against(effect, settings)
    if not effect.kept:
        return _("{facts}: cut").format(facts=facts)
    return _("{facts}: kept → {p}").format(facts=facts, p=p)


def _penalty(effect: Explanation, penalty: float) -> str:
    p = percent(effect.probability)
    if not effect.touched:
        return _("not in the text so far: score stays {z:.2f} → {p}").format(
            z=Number(effect.after), p=p
        )
    return _("in the text already: {z:.2f} {sign} {x:g} = {after:.2f} → {p}").format(
        z=Number(effect.before),
        sign="×" if effect.before < 0 else "÷",
        x=Number(penalty),
        after=Number(effect.after),
        p=p,
    )


def _held_against(effect: Explanation, settings: SamplingSettings) -> str:
    """A token's numbers and the limit of a cut."""
    if effect.name == "top_k":
        return _("place {rank} of {k} allowed").format(
            rank=count(effect.rank), k=count(settings.top_k)
        )
    if effect.name == "top_p":
        return _("the tokens before it hold {above}, the limit is {limit}").format(
            above=percent(effect.above), limit=percent(settings.top_p)
        )
    return _("{own} against {x:g} × {best} = {limit}").format(
        own=percent(effect.own),
        x=Number(settings.min_p),
        best=percent(effect.best),
        limit=percent(settings.min_p * effect.best),
    )


def likeliest(names: Sequence[str], surprises: Sequence[float]) -> str:
    """Which of several texts the model holds for most probable, and which for least.

    Parameters
    ----------
    names : the ways in which they were written; the first is greedy, the last beam search
    surprises : in bits per token
    """
    order = sorted(range(len(names)), key=lambda i: surprises[i])
    text = _("Most probable: {best} with {low} of surprise per token; least: {worst} with {high}.")
    text = text.format(
        best=names[order[0]],
        low=bits(surprises[order[0]]),
        worst=names[order[-1]],
        high=bits(surprises[order[-1]]),
    )
    if surprises[0] < surprises[-1]:
        text += " " + _(
            "Greedy did better here than beam search, which lets go of texts that begin weakly."
        )
    return text


def variety(settings: SamplingSettings, share: float) -> str:
    """How much samples differ: `share` is that of different ones among all their token pairs."""
    return _(
        "Samples drawn with {settings}; {share} of all their token pairs are different, and the"
        " more are, the more varied the texts."
    ).format(settings=settings_line(settings), share=percent(share))


def quoted(data: bytes) -> str:
    """A token's bytes as a label in quotes."""
    return f"“{label(piece(data))}”"


def choice_line(choice: Choice) -> str:
    """A choice in one line, for pointing at it."""
    how = {
        "drawn": _("drawn with u = {u:.4f}").format(u=Number(choice.u or 0.0)),
        "greedy": _("the most likely"),
        "by hand": _("chosen by hand"),
    }[choice.how]
    return _(
        "“{token}” {p} ({how}; {model_p} by the model alone, rank {rank}) · alternatives: {others}"
    ).format(
        token=label(piece(choice.data)),
        p=percent(choice.probability),
        how=how,
        model_p=percent(choice.model_probability),
        rank=count(choice.rank),
        others=listed(f"{quoted(data)} {percent(p)}" for data, p in choice.favourites),
    )


def expect(moments: tuple[Moment, ...]) -> str:
    """What the embedded model is, and what to expect of its texts."""
    told = _("Expect sentences that read as English, not a story that holds together.")
    if not moments:
        return told
    return (
        _("The Storyteller has read {n} million tokens, GPT-2 about ten thousand million.").format(
            n=decimal(moments[-1].tokens / 1e6, 0)
        )
        + f" {told}"
    )
