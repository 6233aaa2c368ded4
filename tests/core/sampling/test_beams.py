"""Beam search against transformers', step for step."""

from __future__ import annotations

import pytest
import torch

from core.sampling import beam_tree, beams


def search(engine, ids, n_beams: int, n_tokens: int, penalty: float = 1.0) -> beams.BeamState:
    state = beams.start(engine.loaded, ids, n_beams, n_tokens, penalty)
    while not state.done:
        state = engine.call(beams.advance, state)
    return state


def oracle(model, ids, n_beams: int, n_tokens: int, penalty: float, eos: int):
    given = torch.tensor([ids])
    out = model.generate(
        given,
        attention_mask=torch.ones_like(given),
        do_sample=False,
        num_beams=n_beams,
        num_return_sequences=n_beams,
        max_new_tokens=n_tokens,
        repetition_penalty=penalty,
        eos_token_id=eos,
        pad_token_id=eos,
        return_dict_in_generate=True,
        output_scores=True,
    )
    texts = []
    for row in out.sequences[:, len(ids) :].tolist():
        texts.append(tuple(row[: row.index(eos) + 1] if eos in row else row))
    # With one beam transformers searches greedily and gives no score.
    return texts, out.sequences_scores.tolist() if n_beams > 1 else None


@pytest.mark.parametrize(("n_beams", "penalty"), [(1, 1.0), (2, 1.0), (4, 1.0), (4, 1.3), (6, 1.0)])
def test_equal_to_transformers(storyteller, oracle_of, n_beams: int, penalty: float) -> None:
    ids = storyteller.ids("The king said to his daughter")
    state = search(storyteller, ids, n_beams, 10, penalty)
    model = oracle_of(storyteller.loaded.source)
    texts, scores = oracle(model, ids, n_beams, 10, penalty, storyteller.tokenizer.eos_token_id)
    assert [h.token_ids for h in state.finished] == texts
    if scores is not None:
        assert [h.score for h in state.finished] == pytest.approx(scores, abs=1e-4)


@pytest.mark.parametrize("n_beams", [2, 4])
def test_equal_when_beams_end_early(storyteller, oracle_of, monkeypatch, n_beams: int) -> None:
    # A token that leading beams write plays end-of-text, so that beams do end.
    ids = storyteller.ids("Once upon a time there was a king who had a beautiful daughter")
    eos = search(storyteller, ids, n_beams, 6).finished[0].token_ids[1]
    monkeypatch.setattr(
        type(storyteller.tokenizer), "eos_token_id", property(lambda _self: eos), raising=False
    )
    state = search(storyteller, ids, n_beams, 14)
    texts, scores = oracle(oracle_of(storyteller.loaded.source), ids, n_beams, 14, 1.0, eos)
    assert any(text[-1] == eos for text in texts), "the example must end early"
    assert [h.token_ids for h in state.finished] == texts
    assert scores is not None
    assert [h.score for h in state.finished] == pytest.approx(scores, abs=1e-4)


def test_the_tree_holds_together(storyteller) -> None:
    state = search(storyteller, storyteller.ids("The cat"), 3, 6)
    table = beam_tree.tree_table(state)
    alive = beam_tree.living(state)
    assert table["best"].sum() == len(state.finished[0].token_ids)
    for i, node in enumerate(state.nodes):
        assert node.parent < i
        assert node.step == (state.nodes[node.parent].step + 1 if node.parent >= 0 else 0)
        assert node.score <= (state.nodes[node.parent].score if node.parent >= 0 else 0.0)
        has_living_child = any(n.parent == i and j in alive for j, n in enumerate(state.nodes))
        is_end = any(h.node == i for h in state.finished)
        assert (i in alive) == (has_living_child or is_end)
    for step in range(6):
        lanes = sorted(table["lane"][table["step"] == step].tolist())
        assert lanes == list(range(len(lanes)))


def test_at_the_end_of_the_context(tiny) -> None:
    ids = tuple(range(100, 163))  # 63 of 64 positions: two tokens fit, the second is never read
    assert len(search(tiny, ids, 2, 10).finished[0].token_ids) == 2
    with pytest.raises(ValueError, match="beam"):
        beams.start(tiny.loaded, ids, 0, 3)
