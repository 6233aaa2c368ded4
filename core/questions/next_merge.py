"""Which two pieces of a word are joined next?"""

from __future__ import annotations

from core.engine.backend import Backend
from core.language import _
from core.questions import told
from core.questions.found import Found, Refused, by_label
from core.questions.reading import box, label, named, need_text
from core.questions.registry import check
from core.tokens.label import label as marked
from core.tokens.merges import Merge, Pair, replay
from core.tokens.pretokens import most_telling, pretokens
from core.tokens.vocabulary import vocabulary

#: Pairs to choose from, at most.
OFFERED = 5


@check(
    "next_merge",
    gives="token",
    numbers=("left", "right", "rank", "word", "pieces"),
    places=("word", "step"),
)
def next_merge(engine: Backend, prompt: str, *, word: str | None = None, step: int = 0) -> Found:
    """The pair with the lowest rank. A candidate's answer is a pair's place in that order.

    Parameters
    ----------
    word : as it stands, with its space; None for the most telling one of the prompt
    step : merges that are done already
    """
    vocab = vocabulary(engine.tokenizer)
    spans = pretokens(vocab, prompt if word is None else word)
    need_text(spans)
    chosen = most_telling(spans) if word is None else spans[0].text
    steps = replay(vocab, chosen.encode()).steps
    merge = _at(steps, step)
    pairs = (merge.winner, *merge.losers)[:OFFERED]
    names = [f"{label(engine, p.left)} + {label(engine, p.right)}" for p in pairs]
    traps = ["right", *("later" if p.rank is not None else "never" for p in pairs[1:])]
    pieces = [label(engine, i) for i in merge.before]
    return Found(
        right=0,
        numbers={
            **named(engine, left=merge.winner.left, right=merge.winner.right),
            **told.counts(rank=_rank(merge.winner)),
            "word": told.Told("word", marked(chosen)),
            "pieces": told.words(pieces),
        },
        places={"word": marked(chosen), "step": step},
        candidates=by_label(dict(enumerate(zip(names, traps, strict=True)))),
        recipe=_box(engine, chosen, step, merge),
    )


def _box(engine: Backend, word: str, step: int, merge: Merge):
    shown = [[merge.winner.left, merge.winner.right], [_rank(merge.winner)]]
    return box(engine, "next_merge", word=word, step=step, shown=shown)


def _rank(pair: Pair) -> int:
    return -1 if pair.rank is None else pair.rank


def _at(steps: tuple[Merge, ...], step: int) -> Merge:
    """Refuses a step at which there is nothing to choose."""
    if 0 <= step < len(steps) and steps[step].losers:
        return steps[step]
    raise Refused(
        _("At this step of this word there is no choice between pairs."),
        _("Choose a longer word, or an earlier step."),
    )
