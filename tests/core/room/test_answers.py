"""What a question takes for an answer, how answers are counted, the game, the hunt, the CSV."""

from __future__ import annotations

import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.room import BadAnswer, LocalRooms, Question, TooLate, as_csv
from core.room.hunt import Hunt
from core.room.limits import LONGEST_WORD
from core.room.questions import read, word
from core.room.tally import points, tally
from tests.core.room.clock import Clock

NEXT = Question(
    "token", "What comes next?", prompt="Once upon a", right=" time",
    model=((" time", 0.8), (" day", 0.1), (" Time", 0.05), (" hill", 0.01)), p_right=0.8,
    counts=True,
)  # fmt: skip


@given(some.text(max_size=LONGEST_WORD))
def test_a_word_is_one_line_of_what_can_be_read(text: str):
    try:
        found = word(text)
    except BadAnswer:
        return
    assert found == " ".join(found.split())
    assert 0 < len(found) <= LONGEST_WORD
    assert not set(found) & set("\n\r\t\x00\u202e\u2066\u200b")
    assert word(found) == found


@pytest.mark.parametrize("raw", ["", "  \n", "\u200d", "\u202e", None, 3, [], "🙂" * 250, "a" * 41])
def test_what_is_no_word_is_refused_in_a_sentence(raw: object):
    with pytest.raises(BadAnswer):
        word(raw)


def test_a_tower_of_accents_stays_in_its_line():
    assert len(word("a" + "\u0301" * 30)) <= 3


@pytest.mark.parametrize("raw", ["1e400", "nan", "inf", "", "x", None, True, [1], "1" * 30, "1e10"])
def test_what_is_no_number_is_refused(raw: object):
    with pytest.raises(BadAnswer):
        read(Question("number", "How many?"), raw)


@pytest.mark.parametrize(("raw", "number"), [("1,5", 1.5), (" 12 ", 12.0), (7, 7.0), ("-0", 0.0)])
def test_numbers_as_people_type_them(raw: object, number: float):
    assert read(Question("number", "How many?"), raw) == number


@pytest.mark.parametrize("raw", [-1, 2, "0", True, 0.0, None])
def test_an_option_is_one_of_them(raw: object):
    with pytest.raises(BadAnswer):
        read(Question("choice", "?", ("yes", "no")), raw)


@given(some.lists(some.dictionaries(some.sampled_from("abcdef"), some.integers(0, 2)), max_size=2))
def test_rows_hold_every_vote_of_every_round(rounds: list[dict]):
    question = Question("choice", "?", ("a", "b", "c"))
    rows = tally(question, rounds)
    for i, answers in enumerate(rounds):
        assert sum(row.votes[i] for row in rows) == len(answers)


def test_the_class_beside_the_model():
    rows = tally(NEXT, [{"a": "Time", "b": "time", "c": "day", "d": "rubbish"}])
    found = {row.label.casefold(): row for row in rows}
    assert found["time"].votes == (2,)
    assert found["time"].right
    assert found["time"].p == pytest.approx(0.85)  # " time" and " Time"
    assert found["day"].p == pytest.approx(0.1)
    assert found["hill"].votes == (0,)  # the model's own best are shown, too
    assert found["rubbish"].hidden
    assert not found["day"].hidden  # a word of the model's best needs no click
    assert rows[0] is found["time"]


def test_numbers_are_rows_in_their_order():
    rows = tally(Question("number", "?", right="6"), [{"a": 12.0, "b": 5.0, "c": 12.0}])
    assert [(row.label, row.votes, row.right) for row in rows] == [
        ("5", (1,), False), ("6", (0,), True), ("12", (2,), False),
    ]  # fmt: skip


def test_points_are_bits():
    half = Question(
        "token", "?", right=" time", model=((" time", 0.25),), p_right=0.25, counts=True
    )
    found = points(half, {"a": "time", "b": "Time ", "c": "day"})
    assert found.model == 2.0
    assert found.class_ == pytest.approx(-math.log2((2 + 2**-16) / 4))  # 1 bit: the class is better
    assert found.members == {"a": 2.0, "b": 2.0}
    nobody = points(half, {"a": "day", "b": "hill"})
    assert nobody.class_ == 16.0
    assert points(half, {}).class_ == 16.0
    sure = Question("token", "?", right="a", model=(("a", 1.0),), p_right=1.0, counts=True)
    assert points(sure, {"a": "a"}).members == {"a": 0.0}


def test_the_game_is_summed_up_and_names_nobody_if_the_teacher_likes():
    rooms = LocalRooms(Clock())
    code, key = rooms.open()
    people = [rooms.join(code) for _one in range(3)]
    for _turn in range(2):
        number = rooms.ask(code, key, NEXT)
        rooms.vote(code, people[0][0], number, "time")
        rooms.vote(code, people[1][0], number, "day")
        rooms.go_on(code, key, number, "reveal")
        rooms.go_on(code, key, number, "reveal")  # counts once
    score = rooms.state(code, people[0][0])["score"]
    assert score["tokens"] == 2
    assert score["model"] == "0.64 bits"
    assert score["class"] == "3.17 bits"  # 2 · log2(3)
    assert score["best"] == [[people[0][1], "0.64 bits"]]
    assert rooms.state(code, people[1][0])["points"] == "0.00 bits"
    rooms.name_scores(code, key, False)
    assert rooms.state(code, key)["score"]["best"] == []


@given(some.integers(1, 12), some.integers(1, 9))
def test_a_hunt_tries_every_head_once(n_heads: int, n_members: int):
    heads = [(i // 4, i % 4) for i in range(n_heads)]
    hunt = Hunt("text", "model", heads)
    members = [f"m{i}" for i in range(n_members)]
    first = [hunt.head_of(member) for member in members]
    assert len(set(first)) == min(n_heads, n_members)  # nobody waits while a head is free
    for _round in range(n_heads):
        for member in members:
            head = hunt.head_of(member)
            if head is not None:
                hunt.report(member, head, float(heads.index(head)))
    assert set(hunt.effects) == set(heads)
    assert [head for head, _bits, _who in hunt.ranked()] == heads[::-1]
    assert all(hunt.head_of(member) is None for member in members)


def test_a_head_is_reported_by_whoever_has_it():
    rooms = LocalRooms(Clock())
    code, key = rooms.open()
    secret, name = rooms.join(code)
    with pytest.raises(TooLate):
        rooms.report(code, secret, (0, 0), 1.0)
    rooms.begin_hunt(code, key, "text", "model", [(0, 0), (0, 1)])
    assert rooms.head_of(code, secret) == (0, 0)
    with pytest.raises(TooLate):
        rooms.report(code, secret, (0, 1), 1.0)
    rooms.report(code, secret, (0, 0), -1.5)
    seen = rooms.state(code, secret)
    assert seen["head"] == "L0.H1"
    assert seen["hunt"]["ranked"] == [["L0.H0", "−1.50 bits", name]]
    assert (seen["hunt"]["tried"], seen["hunt"]["of"]) == (1, 2)


def test_the_results_name_nobody_and_no_cell_is_a_formula():
    rooms = LocalRooms(Clock())
    code, key = rooms.open()
    secret, name = rooms.join(code)
    number = rooms.ask(code, key, Question("word", "=1+1"))
    rooms.vote(code, secret, number, "@SUM(A1)")
    rooms.go_on(code, key, number)
    assert "@SUM" not in as_csv(rooms.results(code, key))
    rooms.show(code, key, ["@SUM(A1)"])
    number = rooms.ask(code, key, NEXT)
    rooms.vote(code, secret, number, "time")
    rooms.ask(code, key, NEXT)  # of now: not revealed, not in it
    text = as_csv(rooms.results(code, key))
    table = list(csv.DictReader(io.StringIO(text)))
    assert [row["answer"] for row in table][:2] == ["'@SUM(A1)", "time"]
    assert table[0]["question"] == "'=1+1"
    assert table[1]["right"] == "yes"
    assert float(table[1]["model"]) == pytest.approx(0.85)
    assert secret not in text
    assert name not in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "poem"},
        {"kind": "choice"},
        {"kind": "choice", "options": ("one",)},
        {"kind": "choice", "options": tuple(map(str, range(49)))},
        {"kind": "word", "options": ("a", "b")},
        {"kind": "token", "counts": True},
        {"kind": "word", "prompt": "x" * 3000},
    ],
)
def test_a_question_that_cannot_be_asked_is_a_programmers_mistake(wrong: dict):
    with pytest.raises(ValueError):  # noqa: PT011
        Question(text="?", **wrong)
