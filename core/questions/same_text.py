"""Does the model write the same text twice?"""

from __future__ import annotations

from core.engine.backend import Backend
from core.questions import told
from core.questions.found import Found
from core.questions.reading import box
from core.questions.registry import check
from core.questions.writing import text_of, written
from core.sampling.settings import SamplingSettings


@check(
    "same_text",
    gives="choice",
    outcomes=("same", "different"),
    numbers=("first_text", "second_text", "n", "temperature", "first_seed", "second_seed"),
    places=("temperature",),
)
def same_text(
    engine: Backend,
    prompt: str,
    *,
    temperature: float = 1.0,
    seeds: tuple[int, ...] = (1, 2),
    n: int = 20,
) -> Found:
    """Whether two texts of one prompt are equal.

    Parameters
    ----------
    temperature : 0 takes the most likely token each time, whatever the seeds
    seeds : two, of the random numbers
    n : tokens

    Raises
    ------
    ValueError
        If there are not two seeds, or a number is not possible.
    """
    new = _twice(engine, prompt, temperature, seeds, n)
    first, second = (text_of(engine, one) for one in new)
    values = {"temperature": float(temperature), "seeds": list(seeds), "n": n}
    return Found(
        right="same" if new[0] == new[1] else "different",
        numbers={
            **told.texts(first_text=first, second_text=second),
            **told.counts(n=n, first_seed=seeds[0], second_seed=seeds[1]),
            **told.settings(temperature=temperature),
        },
        places={"temperature": f"{temperature:g}"},
        recipe=box(engine, "same_text", prompt=prompt, shown=new, **values),
    )


def _twice(
    engine: Backend, prompt: str, temperature: float, seeds: tuple[int, ...], n: int
) -> list[tuple[int, ...]]:
    if len(seeds) != 2 or min(seeds) < 0:
        raise ValueError("two seeds are needed, 0 or more each")
    settings = SamplingSettings(temperature=float(temperature))
    ids = engine.trace(prompt).token_ids
    return [written(engine, ids, n, settings, seed) for seed in seeds]
