"""A room by its verbs: names, votes, phases, secrets, bounds, time."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from core.room import LocalRooms, NoPlace, NoSuchRoom, NotYours, Question, TooLate
from core.room.limits import AWAY, DESERTED, LIFETIME, MEMBERS, ROOMS
from core.room.names import CODE_LENGTH, LETTERS, drawn
from tests.core.room.clock import Clock

HANDS = Question("choice", "Does it plan?", ("yes", "no"), right="no")
TWICE = Question("choice", "Does it plan?", ("yes", "no", "both"), twice=True)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rooms(clock: Clock) -> LocalRooms:
    return LocalRooms(clock)


def test_a_code_is_four_letters_and_is_found_however_it_is_typed(rooms: LocalRooms):
    code, _key = rooms.open()
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(LETTERS)
    secret, _name = rooms.join(f" {code[:2].lower()}-{code[2:]} ")
    assert rooms.role(code, secret) == "learner"


@pytest.mark.parametrize(
    "wrong", ["", "AEIO", "BCDFG", "<b>", "x" * 10_000, "\x00" * 4, "ＢＣＤＦ"]
)
def test_a_wrong_code_is_told_in_a_sentence(rooms: LocalRooms, wrong: str):
    rooms.open()
    with pytest.raises(NoSuchRoom) as told:
        rooms.join(wrong)
    assert len(str(told.value)) < 200


def test_whoever_comes_back_with_their_secret_is_who_they_were(rooms: LocalRooms):
    code, _key = rooms.open()
    secret, name = rooms.join(code)
    assert rooms.join(code, secret) == (secret, name)  # a reload, or a second tab
    other, other_name = rooms.join(code, "of another room")
    assert other != secret
    assert other_name != name
    assert rooms.state(code, secret)["here"] == 2


def test_names_are_drawn_once_each():
    names = drawn(random.Random(1))
    assert len(names) == len(set(names)) >= MEMBERS
    assert "blue heron" in names


def test_bounds(rooms: LocalRooms):
    code, _key = rooms.open()
    names = {rooms.join(code)[1] for _one in range(MEMBERS)}
    assert len(names) == MEMBERS
    with pytest.raises(NoPlace):
        rooms.join(code)
    for _room in range(ROOMS - 1):
        rooms.open()
    with pytest.raises(NoPlace):
        rooms.open()
    assert len(rooms) == ROOMS


def test_a_deserted_room_makes_way_when_all_are_taken(rooms: LocalRooms, clock: Clock):
    taken = [rooms.open() for _room in range(ROOMS)]
    clock.now += DESERTED + 1
    for code, key in taken[1:]:
        rooms.state(code, key)
    rooms.open()
    assert rooms.role(*taken[0]) == ""
    assert all(rooms.role(*one) == "teacher" for one in taken[1:])
    with pytest.raises(NoPlace):
        rooms.open()


def test_a_room_ends_after_four_hours_and_with_its_teacher(rooms: LocalRooms, clock: Clock):
    code, key = rooms.open()
    secret, _name = rooms.join(code)
    clock.now += LIFETIME - 1
    assert rooms.state(code, secret)["here"] == 1
    clock.now += 1
    with pytest.raises(NoSuchRoom):
        rooms.state(code, secret)
    other, other_key = rooms.open()
    with pytest.raises(NotYours):
        rooms.end(other, key)
    rooms.end(other, other_key)
    with pytest.raises(NoSuchRoom):
        rooms.join(other)


def test_who_sleeps_is_not_here_and_comes_back(rooms: LocalRooms, clock: Clock):
    code, key = rooms.open()
    secret, name = rooms.join(code)
    clock.now += AWAY + 1
    assert rooms.state(code, key)["here"] == 0  # the teacher is none of the class
    assert rooms.state(code, secret)["name"] == name
    assert rooms.state(code, key)["here"] == 1
    clock.now -= 60  # no monotonic clock does that; nothing breaks if one did
    assert rooms.state(code, secret)["name"] == name


def test_a_vote_counts_once_and_the_last_one_is_the_one(rooms: LocalRooms):
    code, key = rooms.open()
    secret, _name = rooms.join(code)
    number = rooms.ask(code, key, HANDS)
    for answer in (0, 0, 1):
        rooms.vote(code, secret, number, answer)
    assert rooms.state(code, key)["answered"] == 1
    rooms.go_on(code, key, number)
    rows = rooms.state(code, secret)["result"]["rows"]
    assert [row["votes"] for row in rows] == [[0], [1]]
    assert [row["right"] for row in rows] == [False, True]


def test_after_the_reveal_and_for_another_question_nothing_is_taken(rooms: LocalRooms):
    code, key = rooms.open()
    secret, _name = rooms.join(code)
    with pytest.raises(TooLate):
        rooms.vote(code, secret, 1, 0)
    number = rooms.ask(code, key, HANDS)
    with pytest.raises(TooLate):
        rooms.vote(code, secret, number + 1, 0)
    rooms.go_on(code, key, number, "reveal")
    with pytest.raises(TooLate):
        rooms.vote(code, secret, number, 0)
    assert rooms.state(code, secret)["answered"] == 0


def test_vote_talk_vote_again_reveal(rooms: LocalRooms):
    code, key = rooms.open()
    first, _name = rooms.join(code)
    second, _name = rooms.join(code)
    number = rooms.ask(code, key, TWICE)
    rooms.vote(code, first, number, 0)
    rooms.vote(code, second, number, 0)
    rooms.go_on(code, key, number, "talk")
    rooms.go_on(code, key, number, "talk")  # a double click
    assert rooms.state(code, first)["phase"] == "talk"
    with pytest.raises(TooLate):
        rooms.vote(code, first, number, 1)
    rooms.go_on(code, key, number)
    assert rooms.state(code, first)["answered"] == 0
    rooms.vote(code, first, number, 2)
    rooms.go_on(code, key, number)
    result = rooms.state(code, first)["result"]
    assert result["totals"] == [2, 1]
    assert [row["votes"] for row in result["rows"]] == [[2, 0], [0, 0], [0, 1]]
    assert next(row["said"] for row in result["rows"]) == ["100%", "0%"]


def test_nobody_sees_an_answer_before_the_reveal(rooms: LocalRooms):
    code, key = rooms.open()
    secret, _name = rooms.join(code)
    other, _name = rooms.join(code)
    number = rooms.ask(
        code, key, Question("token", "What comes next?", right=" king", model=((" king", 0.5),))
    )
    rooms.vote(code, secret, number, "zebra")
    for who in (key, other):
        seen = json.dumps(rooms.state(code, who))
        assert "zebra" not in seen
        assert "king" not in seen
        assert secret not in seen
    assert rooms.state(code, secret)["mine"] == "zebra"


def test_only_the_teacher_teaches(rooms: LocalRooms):
    code, key = rooms.open()
    _code, other_key = rooms.open()
    secret, _name = rooms.join(code)
    for wrong in (secret, other_key, ""):
        for deed in (
            lambda wrong: rooms.ask(code, wrong, HANDS),
            lambda wrong: rooms.go_on(code, wrong, 1),
            lambda wrong: rooms.show(code, wrong, ["x"]),
            lambda wrong: rooms.clear(code, wrong),
            lambda wrong: rooms.lead(code, wrong, "attention"),
            lambda wrong: rooms.keep(code, wrong, "a text"),
            lambda wrong: rooms.fix(code, wrong, True),
            lambda wrong: rooms.name_scores(code, wrong, False),
            lambda wrong: rooms.begin_hunt(code, wrong, "x", "m", [(0, 0)]),
            lambda wrong: rooms.results(code, wrong),
            lambda wrong: rooms.end(code, wrong),
        ):
            with pytest.raises(NotYours):
                deed(wrong)
    with pytest.raises(NotYours):
        rooms.state(code, "stranger")
    assert rooms.role(code, key) == "teacher"


def test_prompts_are_locked_and_unlocked_for_all(rooms: LocalRooms):
    code, key = rooms.open()
    secret, _name = rooms.join(code)
    assert not rooms.is_fixed(code)
    before = rooms.state(code, secret)["version"]
    for _twice in range(2):
        rooms.fix(code, key, True)
    seen = rooms.state(code, secret)
    assert rooms.is_fixed(code)
    assert seen["fixed"]
    assert seen["version"] == before + 1  # nobody draws anew for what is so already
    rooms.fix(code, key, False)
    assert not rooms.state(code, secret)["fixed"]


def test_free_words_wait_for_the_teachers_click(rooms: LocalRooms):
    code, key = rooms.open()
    secret, _name = rooms.join(code)
    number = rooms.ask(code, key, Question("word", "One word for it?"))
    rooms.vote(code, secret, number, "<b>magic</b>")
    rooms.go_on(code, key, number)
    seen = rooms.state(code, secret)
    assert seen["result"] == {"rows": [], "totals": [1], "hidden": 1}
    assert "hidden" not in seen
    assert rooms.state(code, key)["hidden"] == ["<b>magic</b>"]
    rooms.show(code, key, ["<b>magic</b>"])
    (row,) = rooms.state(code, secret)["result"]["rows"]
    assert (row["label"], row["votes"]) == ("<b>magic</b>", [1])


def test_where_the_class_is_led_and_let_go(rooms: LocalRooms):
    code, key = rooms.open()
    secret, _name = rooms.join(code)
    assert rooms.state(code, secret)["lead"] is None
    rooms.lead(code, key, "attention?panel=head&layer=3")
    first = rooms.state(code, secret)["lead"]
    assert first["place"] == "attention?panel=head&layer=3"
    rooms.lead(code, key, "layers")
    assert rooms.state(code, secret)["lead"]["number"] == first["number"] + 1
    rooms.keep(code, key, "a long text")
    second = rooms.state(code, secret)["lead"]
    assert second == {"number": first["number"] + 2, "place": "layers", "beside": True}
    assert rooms.text(code) == "a long text"
    rooms.keep(code, key, "a long text")
    assert rooms.state(code, secret)["lead"] == second
    rooms.keep(code, key, "x" * 50_001)  # too long for a room, too
    assert not rooms.state(code, secret)["lead"]["beside"]
    rooms.lead(code, key, "", on=False)
    assert rooms.state(code, secret)["lead"] is None
    for bad in ("https://example.org", "//example.org", "javascript:alert(1)", "a/b", "A", "x#y",
                "?" + "x" * 5000, "attention?a b", "..", "\\\\x"):  # fmt: skip
        with pytest.raises(ValueError, match="address"):
            rooms.lead(code, key, bad)


def test_a_reader_who_is_up_to_date_gets_the_counts_alone(rooms: LocalRooms):
    code, key = rooms.open()
    secret, _name = rooms.join(code)
    whole = rooms.state(code, secret)
    short = rooms.state(code, secret, whole["version"])
    assert short == {"version": whole["version"], "here": 1, "answered": 0, "mine": None}
    rooms.ask(code, key, HANDS)
    assert rooms.state(code, secret, whole["version"])["question"]["text"] == HANDS.text


@settings(max_examples=25, deadline=None)
@given(
    some.lists(some.lists(some.integers(0, 2), min_size=1, max_size=8), min_size=2, max_size=12),
    some.booleans(),
)
def test_many_at_once_every_vote_is_counted_once(given: list[list[int]], cut: bool):
    """Members vote at the same time, some again and again, while the teacher may close the vote:
    what was taken is counted, the last answer of each, and nothing that was refused."""
    rooms = LocalRooms(Clock())
    code, key = rooms.open()
    number = rooms.ask(code, key, TWICE)
    members = [rooms.join(code)[0] for _one in given]
    taken: list[list[int]] = [[] for _one in given]
    begin = threading.Barrier(len(given) + 1)

    def vote(i: int) -> None:
        begin.wait()
        for answer in given[i]:
            try:
                rooms.vote(code, members[i], number, answer)
            except TooLate:
                return
            taken[i].append(answer)

    threads = [threading.Thread(target=vote, args=(i,)) for i in range(len(given))]
    for thread in threads:
        thread.start()
    begin.wait()
    if cut:
        rooms.go_on(code, key, number, "talk")
    for thread in threads:
        thread.join()
    rooms.go_on(code, key, number, "reveal")
    result = rooms.state(code, key)["result"]
    expected = Counter(answers[-1] for answers in taken if answers)
    assert [row["votes"][0] for row in result["rows"]] == [expected[i] for i in range(3)]
    assert result["totals"][0] == sum(map(bool, taken))
    if not cut:
        assert taken == given


def test_two_hundred_join_at_once_and_none_has_anothers_name(rooms: LocalRooms):
    code, key = rooms.open()
    found: list[tuple[str, str]] = []
    threads = [
        threading.Thread(target=lambda: found.append(rooms.join(code))) for _one in range(MEMBERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({secret for secret, _name in found}) == len({name for _s, name in found}) == MEMBERS
    assert rooms.state(code, key)["here"] == MEMBERS
