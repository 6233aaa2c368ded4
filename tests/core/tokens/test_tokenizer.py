"""Our own tokenizing held against transformers', ids and spans both."""

from __future__ import annotations

import csv
import io
import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from core.errors import BadSearch, OutOfRange, TooMuchText
from core.tokens import merges, spelling
from core.tokens import tokenizer as ours
from core.tokens import vocabulary as vocab
from tests.conftest import STORYTELLER

REAL = [
    "Once upon a time, there wasn't a king's daughter; they'll've known that it's 3,141.59!",
    "def half(x):\n    if x:\n        return x / 2\n\treturn None  \n\n\n",
    "A family 👩‍👩‍👧, a smile 🙂, 日本語, ñ, ǆ and e\u0301\u0327 — مرحبا بالعالم",
    "DON'T don'T 'S 's '' ' s 1234567890 ½ Ⅷ ²  \u00a0 \u2003 x",
    "a\x00b\x07\x7f\r\n\t <script>alert(1)</script> $x_1$ **b** [l](u) <|endoftext|>",
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    " ",
    "\ufeff\u200b\U000e0041",
]


@pytest.fixture(scope="module")
def oracle():
    return AutoTokenizer.from_pretrained(STORYTELLER)


@pytest.fixture(scope="module")
def words(oracle) -> vocab.Vocabulary:
    return vocab.vocabulary(oracle)


def truth(oracle, text: str) -> list[tuple[int, tuple[int, int]]]:
    found = oracle(text, split_special_tokens=True, return_offsets_mapping=True, verbose=False)
    return list(zip(found["input_ids"], map(tuple, found["offset_mapping"]), strict=True))


def agree(oracle, words, text: str) -> None:
    want = truth(oracle, text)
    merged = merges.merge_text(words, text)
    assert [(t.id, (t.start, t.end)) for t in merged] == want
    assert ours.encode(oracle, text) == merged
    assert b"".join(t.data for t in merged) == text.encode()


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.text(max_size=60)
    | st.text(alphabet=" \n\t'streamdvl019.,日🙂é\u0301", max_size=60)
    | st.lists(st.sampled_from(REAL), max_size=3).map(" ".join)
)
def test_merges_are_gpt2s_on_any_text(oracle, words, text: str) -> None:
    agree(oracle, words, text)


@pytest.mark.parametrize("text", REAL)
def test_merges_are_gpt2s_on_real_text(oracle, words, text: str) -> None:
    agree(oracle, words, text)


def test_a_worked_example(words) -> None:
    # " the": first " t" (rank 0), then "he" (rank 2), then both together; id = 256 + rank.
    played = merges.replay(words, b" the")
    assert [step.winner.rank for step in played.steps] == [0, 2, 6]
    assert played.ids == (262,)
    first = played.steps[0]
    lost = [words.data[pair.left] + words.data[pair.right] for pair in first.losers]
    assert lost == [b"he", b"th"]
    ranks = [pair.rank for pair in (first.winner, *first.losers)]
    assert ranks == sorted(rank for rank in ranks if rank is not None)
    # All occurrences of a pair are joined in one step, and pairs without a rule never.
    twice = merges.replay(words, b"hehe")
    assert len(twice.steps[0].after) == 2
    assert merges.replay(words, b"\x00\x01").steps == ()


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=24))
def test_blocks_fill_the_picture(words, text: str) -> None:
    played = merges.replay(words, text.encode())
    blocks = merges.blocks(played)
    top = max(block.high for block in blocks)
    area = sum((b.end - b.start) * (b.high - b.low) for b in blocks)
    assert area == len(text.encode()) * top
    ends = sorted((b.start, b.id) for b in blocks if b.last is None)
    assert tuple(number for _start, number in ends) == played.ids
    for n_merges in range(len(played.steps) + 1):
        standing = [b for b in blocks if b.step <= n_merges and (b.last or 999) > n_merges]
        now = tuple(b.id for b in sorted(standing, key=lambda b: b.start))
        assert now == played.after(n_merges)


def test_every_token_is_built_from_bytes(words) -> None:
    # All 50,000 would take long; every 37th is as good a witness.
    for number in range(256, 50256, 37):
        built = merges.family(words, number)
        assert built.ids == (number,)
        assert built.steps[-1].product == number
    end = merges.family(words, 50256)
    assert end.steps == ()
    assert words.data[50256] == b"<|endoftext|>"


def test_typed_end_of_text_stays_text(oracle) -> None:
    tokens = ours.encode(oracle, "<|endoftext|>")
    assert 50256 not in [t.id for t in tokens]
    assert len(tokens) > 1


def test_lone_surrogates_and_limits(oracle) -> None:
    assert ours.encoding(oracle, "a\ud83db").text == "a\ufffdb"
    with pytest.raises(TooMuchText, match=r"1,048,576 characters; this server reads at most 100"):
        ours.encoding(oracle, "x" * 2**20, 100_000)


def test_what_is_remembered_is_the_same_and_cannot_be_changed(oracle) -> None:
    first = ours.encoding(oracle, REAL[0])
    assert ours.encoding(oracle, REAL[0]) is first
    with pytest.raises(ValueError, match="read-only"):
        first.ids[0] = 1


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=40))
def test_groups_are_texts(oracle, text: str) -> None:
    tokens = ours.encode(oracle, text)
    parts = ours.groups(tokens)
    assert [n for a, b in parts for n in range(a, b)] == list(range(len(tokens)))
    cleaned = ours.clean(text)
    for a, b in parts:
        whole = b"".join(t.data for t in tokens[a:b]).decode()  # raises if cut inside a character
        assert cleaned[tokens[a].start : tokens[b - 1].end] == whole


def test_groups_are_as_small_as_can_be(oracle) -> None:
    tokens = ours.encode(oracle, "a🙂日b")
    parts = [b"".join(t.data for t in tokens[a:b]).decode() for a, b in ours.groups(tokens)]
    assert parts == ["a", "🙂", "日", "b"]


@pytest.mark.parametrize(
    ("span", "kind"),
    [
        (" dog", "letters"),
        ("'s", "contraction"),
        ("'S", "other"),
        (" 12", "numbers"),
        ("½", "numbers"),
        (" !?", "other"),
        ("\n ", "space"),
        ("🙂", "other"),
        ("日本", "letters"),
    ],
)
def test_kinds(span: str, kind: str) -> None:
    assert ours.kind_of(span) == kind


def test_spans_cover_the_text_and_the_opening_keeps_its_tokens(oracle, words) -> None:
    text = "".join(REAL) * 5
    spans = ours.pretokens(words, text)
    assert "".join(s.text for s in spans) == text
    start = ours.opening(words, text, 300)
    assert 0 < len(start) <= 300
    tokens = ours.encode(oracle, start)
    assert tokens == ours.encode(oracle, text)[: len(tokens)]


def test_four_dogs(oracle) -> None:
    forms = ours.variants("dog")
    assert forms == (" dog", "dog", " Dog", "Dog", " DOG", "DOG")
    ids = [tuple(t.id for t in ours.encode(oracle, form)) for form in forms]
    assert len(set(ids)) == 6
    assert [len(i) for i in ids[:4]] == [1, 1, 1, 1]


def test_costs(oracle) -> None:
    made = ours.encoding(oracle, "Hé 🙂, it's 12")
    cost = ours.cost(made)
    assert (cost.characters, cost.words) == (13, 4)
    assert cost.bytes == 13 + 1 + 3
    assert cost.split_characters == 0
    assert ours.cost(ours.encoding(oracle, "a🙂b🙂")).split_characters == 2
    assert cost.tokens == len(truth(oracle, made.text)) == sum(ours.by_kind(made).values())
    assert ours.by_kind(made)["contraction"] == 1
    assert cost.share(cost.tokens * 4) == 0.25
    found = ours.difference(made, ours.encoding(oracle, made.text + " 7 8 9"))
    assert (found.more, found.kind, found.of_kind) == (3, "numbers", 3)
    assert ours.difference(made, made).kind is None
    rows = ours.stacked({"a": made}, {kind: kind for kind in ours.KINDS})
    assert rows[-1]["to"] == cost.tokens
    empty = ours.cost(ours.encoding(oracle, ""))
    assert (empty.tokens, empty.tokens_per_word, empty.bytes_per_token) == (0, 0.0, 0.0)


def test_export(oracle) -> None:
    made = ours.encoding(oracle, 'a "b",\n🙂')
    rows = list(csv.DictReader(io.StringIO(ours.as_csv(made))))
    assert [int(float(r["id"])) for r in rows] == made.ids.tolist()
    assert bytes.fromhex("".join(r["bytes"] for r in rows)).decode() == made.text
    loaded = json.loads(ours.as_json(made))
    assert loaded["text"] == made.text
    assert [t["id"] for t in loaded["tokens"]] == made.ids.tolist()


# --- searching ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "by", "fits"),
    [
        ("dog", "text", lambda d: b"dog" in d.lower()),
        ("🙂", "text", lambda d: "🙂".encode() in d),
        ("F0 9F", "bytes", lambda d: b"\xf0\x9f" in d),
        ("0x20,0x64", "bytes", lambda d: b" d" in d),
        ("^ [0-9]+$", "regex", lambda d: d[:1] == b" " and d[1:].isdigit() and d.isascii()),
    ],
)
def test_search_finds_what_fits(words, query: str, by: str, fits) -> None:
    found = vocab.search(words, query, by, match_case=False)
    assert set(found.tolist()) == {i for i, d in enumerate(words.data) if fits(d)}
    lengths = [len(words.data[i]) for i in found]
    assert lengths == sorted(lengths)


def test_case_matters_when_asked(words) -> None:
    both = vocab.search(words, "Dog", "text", match_case=False)
    one = vocab.search(words, "Dog", "text", match_case=True)
    assert set(one) < set(both)


def test_ids_keep_their_order_and_decode(words, oracle) -> None:
    ids = vocab.search(words, "[3290, 464 220]", "ids")
    assert ids.tolist() == [3290, 464, 220]
    assert vocab.decode(words, ids) == oracle.decode(ids)
    assert vocab.decode(words, [8582]) == "<F0 9F>"
    assert vocab.decode(words, [50256]) == "<|endoftext|>"
    assert len(vocab.search(words, "", "text")) == 50257


@pytest.mark.parametrize(
    ("query", "by", "error", "says"),
    [
        ("(", "regex", BadSearch, "not a regular expression"),
        ("a(?!b)", "regex", BadSearch, "look-around"),
        ("((a{1000}){1000}){1000}", "regex", BadSearch, "not a regular expression"),
        ("x" * 201, "text", BadSearch, "at most 200"),
        ("F", "bytes", BadSearch, "pairs"),
        ("zz", "bytes", BadSearch, "pairs"),
        ("464, dog", "ids", BadSearch, "not a whole number"),
        ("1.5", "ids", BadSearch, "not a whole number"),
        ("²", "ids", BadSearch, "not a whole number"),
        ("50257", "ids", OutOfRange, "from 0 to 50,256"),
        ("-1", "ids", OutOfRange, "from 0 to 50,256"),
        ("9" * 40, "ids", BadSearch, "not a whole number"),
        ("1 " * 10_001, "ids", BadSearch, "too many"),
    ],
)
def test_bad_searches_are_refused_in_words(words, query, by, error, says) -> None:
    with pytest.raises(error, match=says):
        vocab.search(words, query, by)


def test_no_pattern_can_hang_the_server(words) -> None:
    # A backtracking matcher would need 2**100 steps for the long rows of dashes.
    assert len(vocab.search(words, "^(-+)+x$", "regex")) == 0


@given(st.binary(max_size=30))
def test_bytes_that_are_no_text_are_shown_in_hex(data: bytes) -> None:
    shown = vocab.spell(data)
    if "\ufffd".encode() not in data:
        assert "\ufffd" not in shown
    try:
        assert shown == data.decode()
    except UnicodeDecodeError:
        assert "<" in shown


def test_byte_lanes_are_aligned(oracle, words) -> None:
    made = ours.encoding(oracle, "Oh🙂 日!")
    found = spelling.splits(made)
    assert [s.text for s in found] == ["🙂", " 日"]
    tokens = made.tokens(*spelling.stretch(made, found[0].first))
    rows = spelling.aligned(made, tokens)
    for lane in range(4):
        spans = sorted((r["start"], r["end"]) for r in rows if r["lane"] == lane)
        assert spans[0][0] == 0
        assert all(a[1] == b[0] for a, b in pairwise(spans))
        assert spans[-1][1] == sum(len(t.data) for t in tokens)
    assert all(r["split"] for r in rows if r["lane"] == 0 and r["text"] == "🙂")
    table = spelling.table(words, made.text)
    assert sum(row["moved"] for row in table) == 68
    assert sum(row["count"] for row in table) == len(made.text.encode())


def test_vocabulary_is_shared_and_read_only(oracle, words) -> None:
    assert vocab.vocabulary(oracle) is words
    assert len(words) == 50257
    assert np.count_nonzero(words.rank >= 0) == 50000
    with pytest.raises(ValueError, match="read-only"):
        words.rank[0] = 1


def test_labels_mark_a_tokens_own_spaces_only() -> None:
    assert ours.label(" dog") == "␣dog"
    assert (
        ours.label(ours.piece(b"\xf0\x9f")) == "<F0 9F>"
    )  # what stands between bytes is no space byte
    assert ours.label(ours.piece(b" \xe6")) == "<20 E6>"
    assert ours.label("a < b") == "a␣<␣b"
