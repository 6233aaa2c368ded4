"""What have a word and the same word behind a space in common?"""

from __future__ import annotations

from core.engine.backend import Backend
from core.questions import told
from core.questions.found import Found
from core.questions.reading import box, need_text
from core.questions.registry import check
from core.tokens.encoding import encode


@check(
    "ids_shared", gives="number", numbers=("shared", "ids", "ids_with_space", "pieces"),
    places=("word",),
)  # fmt: skip
def ids_shared(engine: Backend, prompt: str, *, text: str, with_space: str | None = None) -> Found:
    """How many token ids two ways of writing a word share.

    Parameters
    ----------
    text : the word
    with_space : its other form; None for the word behind a space
    """
    other = f" {text}" if with_space is None else with_space
    tokens, others = (encode(engine.tokenizer, written) for written in (text, other))
    need_text(tokens)
    need_text(others)
    ids, ids_other = [t.id for t in tokens], [t.id for t in others]
    n = len({*ids} & {*ids_other})
    return Found(
        right=n,
        numbers={
            **told.counts(shared=n),
            "ids": told.words([str(i) for i in ids]),
            "ids_with_space": told.words([str(i) for i in ids_other]),
            "pieces": told.words([t.label for t in tokens]),
        },
        places={"word": text},
        traps={} if n == len(ids) else {len(ids): "all"},
        recipe=box(engine, "ids_shared", text=text, with_space=other, shown=[[n], ids, ids_other]),
    )
