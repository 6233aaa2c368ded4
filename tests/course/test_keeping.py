"""What a browser keeps of the course: back as it was, and nothing that is foreign or broken."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.course.answers import Given
from pages.course.keeping import LONGEST, LONGEST_TEXT, MOST, Kept, packed, unpacked
from pages.kit.words import plain

ODD = "<b>*odd*</b> [x](http://example.org) :smile: {n} `code` $x$"
GIVEN = Given("odd", plain(ODD), "wrong", False, "A prompt", "“␣was”", 2, "What comes next?")
KEPT = Kept(
    frozenset({"who-looks-where", "is-it-chance/cold"}),
    ("is-it-chance/twice", "is-it-chance/cold"),
    {
        "is-it-chance/twice": GIVEN,
        "are-tokens-words/count": Given(9, "9", "right", True, "A", "9"),
        "are-tokens-words/order": Given(["a", "b"], "A → B", "wrong", False, "A", "B → A"),
    },
    {"looks-up": "agree"},
    {"looks-up": "disagree", "same-answer": "unsure"},
)


def test_what_was_packed_comes_back():
    assert unpacked(packed(KEPT)) == KEPT
    assert unpacked(packed(Kept())) == Kept()


def test_texts_are_stored_as_texts_and_come_back_as_nothing_but_texts():
    assert json.loads(packed(KEPT))["answers"]["is-it-chance/twice"]["said"] == ODD
    stored = packed(KEPT).replace("“␣was”", "![](http://example.org/x.png)")
    kept = unpacked(stored)
    assert kept is not None
    assert kept.answers["is-it-chance/twice"].truth == plain("![](http://example.org/x.png)")


@pytest.mark.parametrize(
    "text",
    [
        None, 7, "", "null", "[]", "{", "NaN", '{"version": 2, "done": ["a"]}', "[" * 50_000,
        '{"version": ' + "9" * 5_000 + "}", " " * (LONGEST + 1),
    ],
)  # fmt: skip
def test_what_is_foreign_is_ignored(text: object):
    assert unpacked(text) is None


def test_what_is_broken_in_it_is_left_out_and_the_rest_stays():
    whole = json.loads(packed(KEPT))
    good = whole["answers"]["are-tokens-words/count"]
    whole["answers"] |= {
        "a/../../b": good,
        "a/b/c": good,
        "a/object": good | {"value": {}},
        "a/infinite": good | {"value": float("inf")},
        "a/huge": good | {"value": 10**30},
        "a/long": good | {"said": "x" * 5_000},
        "a/extra": good | {"more": 1},
        "a/text": "no answer",
        "a/number": good | {"number": "1"},
    }
    whole["done"] += [7, None, "<script>", "A", "x" * 60]
    whole["seen"] = {"not": "a list"}
    whole["before"] = {"looks-up": "agree", "same-answer": "perhaps", "unknown": "agree"}
    whole["after"] = [1]
    kept = unpacked(json.dumps(whole))
    assert kept == Kept(KEPT.done, (), KEPT.answers, {"looks-up": "agree"}, {})


@given(st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["done", "seen", "answers", "before", "a/b"]), inner),
    max_leaves=8,
))  # fmt: skip
def test_no_json_is_an_error(found: object):
    text = json.dumps({"version": 1, "answers": found, "done": found, "before": found})
    assert unpacked(text) is not None
    unpacked(json.dumps(found))


def test_very_much_is_bounded():
    many = {f"a/step-{n}": Given("x" * 5_000, "y", "right", True, "z" * 5_000) for n in range(900)}
    few = {f"a/step-{n}": Given(n, "y" * 5_000, "right", True, "z" * 5_000) for n in range(900)}
    assert json.loads(packed(Kept(answers=many)))["answers"] == {}  # too long to be an answer
    kept = json.loads(packed(Kept(answers=few, seen=tuple(few))))
    assert list(kept["answers"]) == [f"a/step-{n}" for n in range(900 - MOST, 900)]
    assert len(kept["seen"]) == MOST
    assert all(len(given["prompt"]) == LONGEST_TEXT for given in kept["answers"].values())
