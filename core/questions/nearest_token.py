"""Which token lies nearest to another one?"""

from __future__ import annotations

from collections.abc import Iterator

from core.engine.backend import Backend
from core.model.loaded import LoadedModel
from core.questions import told
from core.questions.found import FAIR, Found, by_label
from core.questions.reading import box, label, named, token_of, too_close
from core.questions.registry import check
from core.views.neighbours import neighbours, scores
from core.views.wte import mean_row, search_index

#: Names for the words beside the nearest one.
OTHERS = 4


@check(
    "nearest_token", gives="token", numbers=("token", "nearest", "cosine", "others"),
    places=("id", "word"),
)  # fmt: skip
def nearest_token(engine: Backend, prompt: str, *, token: int | str) -> Found:
    """The nearest token by cosine, case and space variants left out.

    Among the wrong ones are a token that is spelled alike, its neighbour in the numbering, and
    the one that leads after no word in particular: what one would expect of a list made by hand.

    Parameters
    ----------
    token : a word of one token (meant as in a sentence, with a space before it), or an id
    """
    asked = token_of(engine, token)
    near = engine.view(neighbours, (asked,), "cosine", 1 + OTHERS, True)
    nearest, cosine = int(near.ids[0]), float(near.values[0])
    choices = {nearest: (label(engine, nearest), "right")}
    for other, trap in engine.view(_wrong, asked, nearest):
        choices[other] = (label(engine, other), trap)
    if len(choices) == 1:
        raise too_close()
    return Found(
        right=nearest,
        numbers={
            **named(engine, token=asked, nearest=nearest),
            **told.decimals(cosine=cosine),
            "others": told.words([label(engine, i) for i in near.ids[1:]]),
        },
        places={"id": asked, "word": search_index(engine.loaded).pieces[asked].strip()},
        candidates=by_label(choices),
        recipe=box(engine, "nearest_token", token=asked, shown=[[nearest], [cosine]]),
    )


def _wrong(loaded: LoadedModel, asked: int, nearest: int) -> tuple[tuple[int, str], ...]:
    """Token ids and traps of the wrong answers, all clearly farther away than the nearest."""
    index = search_index(loaded)
    values = scores(loaded, mean_row(loaded, (asked,)), "cosine")
    far = values < max(values[nearest], 0.0) / FAIR
    found: dict[int, str] = {}
    for trap, ids in {
        "spelled": _alike(index.pieces, asked),
        "beside": (i for d in range(1, 500) for i in (asked + d, asked - d)),
        "usual": iter(range(len(values))),
    }.items():
        for i in ids:
            fits = 0 <= i < len(values) and far[i] and i not in found
            if fits and index.family[i] != index.family[asked] and _is_word(index.pieces[i]):
                found[i] = trap
                break
    if not found and far.any():  # a vocabulary without words: any token, so that there is a choice
        found[int(far.argmax())] = "usual"
    return tuple(found.items())


def _is_word(piece: str) -> bool:
    return len(piece) > 3 and piece[:1] == " " and piece[1:].isalpha()


def _alike(pieces: tuple[str, ...], asked: int) -> Iterator[int]:
    """Tokens that begin with the same letters, two or more, the longest common part first."""
    text = pieces[asked]
    for n in range(len(text) - 1, 2, -1):
        yield from (i for i, piece in enumerate(pieces) if piece[:n] == text[:n])
