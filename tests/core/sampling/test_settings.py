"""The knobs: what is refused, what acts and what is idle."""

from __future__ import annotations

import pytest

from core.sampling.settings import SamplingSettings


def test_idle_knobs_are_named() -> None:
    assert SamplingSettings(1.0, 0.0, 40, 0.9, 0.1).idle == (
        "top_k",
        "top_p",
        "min_p",
    )
    assert SamplingSettings(1.0, 1.0, 1, 0.9, 0.1).idle == ("top_p", "min_p")
    assert SamplingSettings(1.0, 1.0, 40, 0.0, 0.1).idle == ("min_p",)
    assert SamplingSettings(1.0, 0.8, 40, 0.9, 0.1).idle == ()


def test_active_stages_are_in_the_order_of_generate() -> None:
    assert SamplingSettings().active == ()
    all_on = SamplingSettings(1.2, 0.8, 40, 0.9, 0.1)
    assert all_on.active == ("repetition_penalty", "temperature", "top_k", "top_p", "min_p")
    assert SamplingSettings(1.2, 0.0, 40, 0.9, 0.1).active == ("repetition_penalty",)


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": -1.0},
        {"temperature": float("nan")},
        {"top_k": -1},
        {"top_p": 1.5},
        {"min_p": -0.1},
        {"repetition_penalty": 0.0},
    ],
)
def test_impossible_settings_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SamplingSettings(**wrong)
