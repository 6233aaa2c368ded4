"""What the sampling page says about stages, settings and choices."""

from __future__ import annotations

import numpy as np

from core.model.history import Moment
from core.sampling.explain import explain
from core.sampling.settings import SamplingSettings
from core.sampling.stages import pipeline
from pages.panels.sampling import words
from tests.core.sampling.examples import choice

LOGITS = np.log(np.array([0.5, 0.25, 0.125, 0.125], dtype=np.float32))


def formulas(token_id: int, settings: SamplingSettings, ids: tuple[int, ...] = ()) -> list[str]:
    stages = pipeline(LOGITS, settings, ids)
    return [words.formula(effect, settings) for effect in explain(stages, token_id, ids)]


def test_formulas_hold_the_numbers_that_decided() -> None:
    everything = SamplingSettings(2.0, 0.5, 2, 0.9, 0.1)
    first = formulas(0, everything, (0,))
    assert first[0] == "score −0.69 → e^−0.69 ÷ Σ e^score = 50.0%"
    assert first[1] == "in the text already: −0.69 × 2 = −1.39 → 33.3%"
    assert first[2].startswith("−1.39 ÷ 0.5 = −2.77 → ")
    assert first[3].startswith("place 1 of 2 allowed: kept → ")
    assert first[5].startswith("50.0% against 0.1 × 50.0% = 5.0%: kept")
    assert formulas(3, everything, (0,))[3:] == [
        "place 3 of 2 allowed: cut",
        "cut before",
        "cut before",
    ]
    assert formulas(1, SamplingSettings(2.0), (0,))[1].startswith("not in the text so far")
    assert formulas(2, SamplingSettings(top_p=0.5))[1] == (
        "the tokens before it hold 75.0%, the limit is 50.0%: cut"
    )


def test_settings_in_one_line() -> None:
    line = words.settings_line(SamplingSettings(1.2, 0.8, 1_000, 0.95, 0.05))
    assert line == "temperature 0.8, top-k 1,000, top-p 0.95, min-p 0.05, repetition penalty 1.2"
    assert words.settings_line(SamplingSettings()) == "temperature 1"
    assert words.settings_line(SamplingSettings(temperature=0)) == "greedy (temperature 0)"


def test_idle_knobs_are_told() -> None:
    assert words.idle_note(SamplingSettings(top_k=40)) == ""
    assert "so min-p have nothing" in words.idle_note(SamplingSettings(top_p=0, min_p=0.1))
    assert words.idle_note(SamplingSettings(temperature=0)).endswith("(marked ▸).")
    assert words.idle_note(SamplingSettings(temperature=0, top_k=3)).endswith(
        "top-k: nothing left to do."
    )


def test_a_choice_in_one_line() -> None:
    told = words.choice_line(choice(7))
    assert told.startswith("“=7” 50.0% (chosen by hand; 25.0% by the model alone, rank 2)")


def test_the_storyteller_says_how_much_it_has_read() -> None:
    moments = (Moment(1, 26_812_416, {}, {"induction": 0.8}, 9.0),)
    assert words.expect(moments).startswith("The Storyteller has read 27 million tokens, GPT-2")
    assert words.expect(()).startswith("Expect sentences")
