"""What the pages open with is really strong: each stored state is measured again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.engine.engine import Engine
from core.model.catalogue import STORYTELLER
from core.model.shining import NAME, Shining, shining
from core.views.effects import change_without
from pages.shell.examples import DEFAULT_PROMPT, examples, tries
from training.shining_states import STRONG

PROMPTS = [example.prompt for example in examples()] + [prompt for _title, prompt in tries()]


def test_every_prompt_that_the_app_offers_has_a_state() -> None:
    assert set(PROMPTS) <= set(shining().states)


@pytest.mark.parametrize("prompt", sorted(shining().states))
def test_the_stored_look_is_as_strong_as_it_says(storyteller: Engine, prompt: str) -> None:
    state, trace = shining().states[prompt], storyteller.trace(prompt)
    weights = storyteller.attention(trace, state.layer).weights(state.head)
    assert weights[state.token, state.key] == pytest.approx(state.weight, abs=2e-3)
    assert state.weight >= STRONG
    assert weights[state.token].argmax() == state.key  # what the page says first
    assert 0 < state.key <= state.token - 3
    assert trace.pieces[state.key].strip().isalnum()


@pytest.mark.parametrize("prompt", sorted(shining().states))
def test_without_the_stored_heads_the_model_says_something_else(
    storyteller: Engine, prompt: str
) -> None:
    state = shining().states[prompt]
    found = storyteller.view(change_without, storyteller.trace(prompt), frozenset(state.off))
    assert found.best_after != found.best_before or found.divergence > 0.5
    assert found.divergence == pytest.approx(state.bits, abs=5e-3)


def test_the_apps_first_prompt_shows_a_head_that_finds_the_next_word(storyteller: Engine) -> None:
    state, trace = shining().states[DEFAULT_PROMPT], storyteller.trace(DEFAULT_PROMPT)
    assert trace.token_ids[state.key] == trace.token_ids[state.token + 1]
    assert trace.pieces[state.key] == " king"
    assert state.weight > 0.8


@pytest.mark.parametrize("kind", ["name", "words"])
def test_what_is_to_be_copied_is_copied(storyteller: Engine, kind: str) -> None:
    held = json.loads((STORYTELLER / NAME).read_text(encoding="utf-8"))
    copy = next(one for one in held["copies"] if one["prompt"] == shining().copies[kind])
    trace = storyteller.trace(copy["prompt"])
    assert storyteller.tokenizer.decode([int(trace.logits.argmax())]) == copy["answer"]
    assert copy["answer"].strip() in copy["prompt"]
    assert copy["probability"] > 0.5


def test_the_stored_seed_is_the_one_that_was_read(storyteller: Engine) -> None:
    from training.shining import N_TOKENS, SETTINGS

    held = json.loads((STORYTELLER / NAME).read_text(encoding="utf-8"))
    for text in held["texts"][:2]:
        assert shining().seeds[text["prompt"]] == text["seed"]
        steps = storyteller.generate(
            storyteller.ids(text["prompt"]), SETTINGS, seed=text["seed"], max_new_tokens=N_TOKENS
        )
        ids = [step.token_id for step in steps]
        assert storyteller.tokenizer.decode(ids) == text["text"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"weights": 1}'])
def test_a_damaged_file_is_no_state(tmp_path: Path, text: str) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / NAME).write_text(text)
    assert shining(tmp_path) == Shining()


def test_states_of_other_weights_are_not_used(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / NAME).write_bytes((STORYTELLER / NAME).read_bytes())
    assert shining(tmp_path) == Shining()
