"""Embeddings against brute-force NumPy over the plain checkpoint's matrices."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from accelerate import disk_offload
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import OutOfRange
from core.model.load import load_model
from core.views import embeddings as E

TEXT = "They sat on the bank of the river. He took the money to the bank"


@pytest.fixture(scope="module")
def matrices(tiny_folder, oracle_of):
    """`wte` and `wpe` of the plain transformers model, as NumPy."""
    transformer = oracle_of(str(tiny_folder)).transformer
    return transformer.wte.weight.detach().numpy(), transformer.wpe.weight.detach().numpy()


@pytest.fixture(scope="module", params=["memory", "disk", "half"])
def loaded(request, tiny_folder, tmp_path_factory):
    """The same model with its weights in memory, on disk, and in 16 bits."""
    made = load_model(str(tiny_folder))
    if request.param == "disk":
        disk_offload(made.model, tmp_path_factory.mktemp("weights"))
        assert made.model.transformer.wte.weight.device.type == "meta"
    if request.param == "half":
        made.model.bfloat16()
    with torch.inference_mode():
        yield made


def tolerance(loaded) -> float:
    return 2e-2 if loaded.model.dtype == torch.bfloat16 else 1e-4


def brute(wte: np.ndarray, vector: np.ndarray, by: str) -> np.ndarray:
    products = wte @ vector
    if by == "dot":
        return products
    return products / (np.linalg.norm(wte, axis=1) * np.linalg.norm(vector))


@pytest.mark.parametrize("by", ["cosine", "dot"])
@pytest.mark.parametrize("ids", [(5822,), (464, 11, 262)])
def test_neighbours_are_the_best_of_all_tokens(loaded, matrices, by, ids) -> None:
    wte, _wpe = matrices
    found = E.neighbours(loaded, ids, by, 12, hide_variants=False)
    values = brute(wte, wte[list(ids)].mean(axis=0), by)
    values[list(ids)] = -np.inf
    order = np.argsort(-values)[:12]
    exact = loaded.model.dtype == torch.float32
    assert not exact or found.ids.tolist() == order.tolist()
    scale = np.abs(values[order]).max()
    assert np.abs(found.values - values[order]).max() <= tolerance(loaded) * scale
    assert not found.values.flags.writeable


def test_variants_are_hidden_and_better_ones_kept(tiny, matrices) -> None:
    wte, _wpe = matrices
    king = tiny.ids(" king")
    found = tiny.view(E.neighbours, king, "cosine", 30, True)
    pieces = tiny.view(E.search_index).pieces
    roots = [p.strip(" ").casefold() or p for p in found.pieces]
    assert len(set(roots)) == 30
    assert "king" not in roots
    # The slow way: walk down the whole ranking and keep the first of each family.
    seen, kept = {"king"}, []
    for i in np.argsort(-brute(wte, wte[king[0]], "cosine")):
        root = pieces[i].strip(" ").casefold() or pieces[i]
        if root not in seen:
            seen.add(root)
            kept.append(int(i))
    assert found.ids.tolist() == kept[:30]


def test_analogy(loaded, matrices) -> None:
    wte, _wpe = matrices
    a, b, c = (5822,), (582,), (2415,)  # " king", " man", " woman"
    found = E.analogy(loaded, a, b, c, 10)
    vector = wte[a[0]] - wte[b[0]] + wte[c[0]]
    values = brute(wte, vector, "cosine")
    close = tolerance(loaded)
    assert np.allclose(found.asked_values, values[[a[0], b[0], c[0]]], atol=close)
    assert np.allclose(found.answers.values, values[found.answers.ids], atol=close)
    assert found.answers.norm == pytest.approx(np.linalg.norm(vector), rel=close)
    assert not {" king", " man", " woman", "King", "woman"} & set(found.answers.pieces)
    if loaded.model.dtype == torch.float32:
        ranks = [int((values > values[i[0]]).sum()) + 1 for i in (a, b, c)]
        assert list(found.asked_ranks) == ranks
        family = E.search_index(loaded).family
        allowed = ~np.isin(family, family[[a[0], b[0], c[0]]])
        assert found.answers.values[0] == pytest.approx(values[allowed].max(), abs=1e-5)


def test_the_same_word_on_all_sides(tiny) -> None:
    word = tiny.ids(" dog")
    found = tiny.view(E.analogy, word, word, word, 5)
    plain = tiny.view(E.neighbours, word, "cosine", 5, True)
    assert found.asked_ranks == (1, 1, 1)
    assert found.answers.ids.tolist() == plain.ids.tolist()


def test_a_zero_vector_has_no_direction(tiny) -> None:
    values = E.likeness(np.zeros(3, np.float32), np.ones(3, np.float32), 0.0, "cosine")
    assert values.tolist() == [0, 0, 0]


@pytest.mark.parametrize("ids", [(), (-1,), (50257,)])
def test_no_such_token(tiny, ids) -> None:
    with pytest.raises(OutOfRange):
        tiny.view(E.neighbours, ids, "cosine", 5, True)


@given(
    values=st.lists(st.integers(-5, 5), min_size=1, max_size=200),
    k=st.integers(1, 20),
    modulus=st.integers(1, 40),
)
@settings(max_examples=150, deadline=None)
def test_best_equals_sorting(values, k, modulus) -> None:
    array = np.array(values, dtype=np.float32)
    family = np.arange(len(array)) % modulus
    order = np.lexsort((np.arange(len(array)), -array))
    assert E.best(array, k).tolist() == order[:k].tolist()
    seen, kept = {int(family[0])}, []
    for i in order:
        if family[i] not in seen:
            seen.add(int(family[i]))
            kept.append(int(i))
    assert E.best(array, k, family, frozenset({0})).tolist() == kept[:k]


def test_the_sum_is_what_enters_the_first_block(loaded, tiny, tiny_folder, matrices) -> None:
    wte, wpe = matrices
    ids = tiny.ids(TEXT)
    found = E.input_sum(loaded, ids[3:7], 3)
    close = tolerance(loaded)
    assert np.allclose(found.wte, wte[list(ids[3:7])], atol=close)
    assert np.allclose(found.wpe, wpe[3:7], atol=close)
    if loaded.model.dtype == torch.float32:
        assert np.array_equal(found.total, tiny.trace(TEXT).resid[0, 3:7])
        assert np.array_equal(found.total, found.wte + found.wpe)
    assert found.largest == max(np.abs(p).max() for p in (found.wte, found.wpe, found.total))
    with pytest.raises(OutOfRange):
        E.input_sum(loaded, ids[:2], 63)


# --- words ------------------------------------------------------------------------------------


def test_readings_of_a_word(tiny) -> None:
    tokenizer = tiny.tokenizer
    assert E.readings(tokenizer, "king")[0].pieces == (" king",)
    assert [r.whole for r in E.readings(tokenizer, "king")] == [True, True]
    several = E.readings(tokenizer, "Rumpelstiltskin")
    assert len(several[0].ids) > 1
    assert [len(r.ids) for r in several if not r.whole] == [1] * len(several[0].ids)
    assert E.readings(tokenizer, "") == ()
    assert E.readings(tokenizer, "   ")[0].pieces  # only spaces are tokens too
    for odd in ("\x00", "日本語", "🙂", "\ud800", "<|endoftext|>", "<script>"):
        for reading in E.readings(tokenizer, odd):
            assert reading.ids
            assert tiny.view(E.neighbours, reading.ids, "cosine", 3, True).ids.size == 3


def test_words_are_found_and_exchanged(tiny) -> None:
    ids = tiny.ids(TEXT)
    place = E.word_of(tiny.tokenizer, ids, "bank")
    assert place is not None
    assert tiny.tokenizer.decode(list(ids[place.start : place.stop])) == " bank"
    assert E.word_of(tiny.tokenizer, ids, "zebra") is None
    words = E.words_of(tiny.tokenizer, TEXT, len(ids))
    assert [i for w in words for i in w] == list(range(len(ids)))
    swapped = E.exchanged(ids, words[4], words[1])
    assert sorted(swapped) == sorted(ids)
    assert E.exchanged(swapped, words[1], words[4]) == ids
    with pytest.raises(ValueError, match="overlap"):
        E.exchanged(ids, range(1, 3), range(2, 4))
    assert E.words_of(tiny.tokenizer, "one two", 1) == (range(0, 1),)
    long = E.words_of(tiny.tokenizer, "x Rumpelstiltskin", 2)
    assert len(long) == 1  # the second word is cut, so it is left out


def test_words_of_different_lengths_keep_the_rest_in_order() -> None:
    assert E.exchanged((0, 1, 2, 3, 4, 5), range(4, 5), range(1, 3)) == (0, 4, 3, 1, 2, 5)


# --- maps and positions -----------------------------------------------------------------------


@pytest.mark.parametrize("n", [3, 20, 150])
def test_principal_axes_equal_a_singular_value_decomposition(n) -> None:
    points = np.random.default_rng(n).normal(size=(n, 120)).astype(np.float32)
    points[:, 0] *= 9
    points[:, 1] *= 5
    found = E.principal_axes(points, 2)
    centred = points - points.mean(axis=0)
    _left, singular, right = np.linalg.svd(centred, full_matrices=False)
    share = singular**2 / (singular**2).sum()
    assert np.allclose(found.explained, share[:2], rtol=1e-3)
    assert np.allclose(np.abs(found.axes @ right[:2].T), np.eye(2), atol=2e-2)
    assert (found.axes[[0, 1], np.abs(found.axes).argmax(axis=1)] > 0).all()
    # Turning the cloud round turns the picture round, but never the axes.
    assert np.allclose(E.principal_axes(-points, 2).axes, found.axes, atol=1e-3)
    assert np.allclose(found.place(points).mean(axis=0), 0, atol=1e-3)


def test_fewer_than_three_points_are_no_map(tiny) -> None:
    for points in (np.ones((1, 4)), np.ones((5, 4)), np.eye(4)[:2]):
        with pytest.raises(E.TooFewPoints) as caught:
            E.principal_axes(points)
        assert caught.value.cure
    with pytest.raises(E.TooFewPoints):
        tiny.view(E.word_map, tiny.trace("the the the"), ())
    assert tiny.view(E.word_map, tiny.trace("a b c"), ()).tokens.shape == (3, 2)


def test_word_map(tiny, matrices) -> None:
    wte, _wpe = matrices
    words = [w for kind in E.WORD_SETS for w in E.single_tokens(tiny.tokenizer, kind)]
    assert len(words) == sum(map(len, E.WORD_SETS.values()))  # GPT-2 knows each as one token
    ids = tuple(i for _text, i in words)
    trace = tiny.trace(TEXT)
    found = tiny.view(E.word_map, trace, ids)
    once = np.array(list(dict.fromkeys([*ids, *trace.token_ids])))
    points = wte[once] / np.linalg.norm(wte[once], axis=1, keepdims=True)
    centred = points - points.mean(axis=0)
    _left, singular, right = np.linalg.svd(centred, full_matrices=False)
    axes = right[:2] * np.sign(right[[0, 1], np.abs(right[:2]).argmax(axis=1)])[:, None]
    assert np.allclose(found.explained, (singular**2 / (singular**2).sum())[:2], rtol=1e-3)
    assert np.allclose(found.words, centred[: len(ids)] @ axes.T, atol=1e-4)
    last = trace.resid[-1] / np.linalg.norm(trace.resid[-1], axis=1, keepdims=True)
    assert np.allclose(found.path[-1], (last - points.mean(axis=0)) @ axes.T, atol=1e-4)
    low_x, high_x, low_y, high_y = found.reach
    assert low_x <= found.path[..., 0].min()
    assert high_y >= found.path[..., 1].max()
    assert found.trail(2, 1).shape == (3, 2)
    assert np.array_equal(found.trail(2, 1)[-1], found.path[1, 2])
    assert low_y < high_y
    assert low_x < high_x


def test_positions(loaded, matrices) -> None:
    _wte, wpe = matrices
    close = tolerance(loaded)
    norms = np.linalg.norm(wpe, axis=1)
    found = E.position_similarity(loaded)
    similarity = found.cosine
    assert np.abs(found.coarse / 100.0 - 1 - similarity).max() <= 0.005 + 1e-6
    assert np.allclose(similarity, wpe @ wpe.T / np.outer(norms, norms), atol=close)
    assert np.allclose(E.position_norms(loaded), norms, rtol=close)
    by_distance = found.by_distance
    assert by_distance[0] == pytest.approx(1.0, abs=1e-5)
    assert by_distance[3] == pytest.approx(
        np.mean([similarity[i, i + 3] for i in range(len(wpe) - 3)]), abs=1e-5
    )
    assert E.position_map(loaded).points.shape == (len(wpe), 3)


def test_exchanging_words_changes_nothing_before_them(tiny) -> None:
    ids = tiny.ids(TEXT)
    words = E.words_of(tiny.tokenizer, TEXT, len(ids))
    moved = E.change(tiny.trace(ids).resid, tiny.trace(E.exchanged(ids, words[4], words[11])).resid)
    assert moved.shape == (4, len(ids))
    swapped = [*words[4], *words[11]]
    report = E.swap_report(moved, words[4], words[11])
    assert report.before < 1e-5  # causal: nothing looks ahead
    rest = [i for i in range(len(ids)) if i not in swapped]
    assert moved[0, rest].max() == 0  # at the input only the exchanged words move
    assert moved[0, swapped].min() > 0
    assert report.moved == pytest.approx(moved[-1, swapped].mean())
    assert report.rest > 1e-4
    one, other = E.default_swap(E.encode(tiny.tokenizer, TEXT), words)
    assert one != other


# --- context ----------------------------------------------------------------------------------


def test_walk(loaded, tiny, matrices) -> None:
    wte, _wpe = matrices
    trace = tiny.trace(TEXT)
    found = E.walk(loaded, trace, 4, 5)
    own = trace.token_ids[4]
    close = tolerance(loaded)
    for stage in range(4):
        values = brute(wte, trace.resid[stage, 4], "cosine")
        assert found.cosine[stage] == pytest.approx(values[own], abs=close)
        assert np.allclose(found.values[stage], np.sort(values)[::-1][:5], atol=close)
        assert np.allclose(values[found.ids[stage]], found.values[stage], atol=close)
    assert np.allclose(found.norm, np.linalg.norm(trace.resid[:, 4], axis=1))
    with pytest.raises(OutOfRange):
        E.walk(loaded, trace, len(trace.token_ids), 5)


def test_meeting(tiny) -> None:
    one, other = tiny.trace("on the bank of the river"), tiny.trace("money to the bank")
    found = E.meeting(one, other, 2, 3)
    for stage in range(4):
        left, right = one.resid[stage], other.resid[stage]
        cosines = [
            [float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)) for b in right] for a in left
        ]
        assert found.same[stage] == pytest.approx(cosines[2][3], abs=1e-5)
        pairs = [
            cosines[i][j]
            for i in range(len(left))
            for j in range(len(right))
            if one.token_ids[i] != other.token_ids[j]
        ]
        assert found.others[stage] == pytest.approx(np.mean(pairs), abs=1e-5)
    assert np.allclose(E.meeting(one, one, 2, 2).same, 1, atol=1e-5)
    alone = tiny.trace(" bank")
    assert found.has_others
    assert not E.meeting(alone, alone, 0, 0).has_others


def test_matrix_facts(loaded, matrices) -> None:
    wte, _wpe = matrices
    found = E.matrix_facts(loaded)
    norms = np.linalg.norm(wte, axis=1)
    close = tolerance(loaded)
    assert found.shape == wte.shape
    assert found.share == pytest.approx(wte.size / loaded.shape.n_params)
    assert found.counts.sum() == len(wte)
    assert found.mean == pytest.approx(norms.mean(), rel=close)
    assert found.tied
    if loaded.model.dtype == torch.float32:
        assert set(found.longest) == set(np.argsort(norms)[-8:])
        assert set(found.shortest) == set(np.argsort(norms)[:8])


def test_the_matrix_is_not_copied(storyteller) -> None:
    """A search holds its scores and little else: no second matrix, per session or per search."""
    wte = storyteller.loaded.model.transformer.wte.weight
    before = wte.data_ptr()
    seen: list[int] = []
    product = E._products

    def spy(weight, vectors):
        seen.append(weight.data_ptr())
        return product(weight, vectors)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(E, "_products", spy)
        for word in (" dog", " cat"):
            storyteller.call(E.neighbours, storyteller.ids(word))
    assert seen == [before, before]


def test_index_is_made_once_for_a_model(tiny) -> None:
    first = tiny.call(E.search_index)
    assert tiny.call(E.search_index) is first
    assert first.family.shape == (50257,)
    table = dict(zip(first.pieces, first.family, strict=True))
    assert table[" king"] == table["King"] == table[" KING"]
    assert table["\t"] != table["\n"]
