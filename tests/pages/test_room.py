"""The page of a room and the bar's own script, under AppTest: there a browser cannot ask itself."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core import cache
from core.room.here import ROOMS
from core.settings import Settings
from pages.shell import class_asks, class_bar
from pages.shell.journey import beside
from pages.shell.seat import Seat
from tests.app import open_page, settle

SEAT = "room_seat"


def seat_of(app: AppTest) -> Seat:
    return app.session_state[SEAT]


def shown(app: AppTest) -> str:
    """All that the page says."""
    return "\n".join(str(part.value) for part in [*app.markdown, *app.text, *app.title, *app.code])


@pytest.fixture
def teacher() -> AppTest:
    app = open_page("room")
    app.button(key="room_open").click().run()
    settle(app)
    return app


def test_a_room_is_opened_with_one_click_and_joined_by_its_link(teacher: AppTest):
    lead = seat_of(teacher)
    assert lead.teaches
    assert lead.code in [title.value for title in teacher.title]
    assert any(f"?room={lead.code}" in code.value for code in teacher.code)
    learner = open_page("room", room=lead.code)
    mine = seat_of(learner)
    assert (mine.code, mine.role) == (lead.code, "learner")
    assert mine.name in shown(learner).replace("&#32;", " ")
    assert "room" not in learner.query_params  # a link that is sent on is no invitation
    assert ROOMS.state(lead.code, lead.secret)["here"] == 1
    assert mine.secret not in shown(learner)


def test_a_code_is_typed_as_people_type(teacher: AppTest):
    code = seat_of(teacher).code
    app = open_page("room")
    app.text_input(key="room_code").set_value(f" {code.lower()} ")
    next(button for button in app.button if button.label == "Join").click().run()
    settle(app)
    assert seat_of(app).code == code


@pytest.mark.parametrize(("typed", "said"), [("", "four letters"), ("AAAA", "no room AAAA")])
def test_a_wrong_code_is_told(typed: str, said: str):
    app = open_page("room")
    app.text_input(key="room_code").set_value(typed)
    next(button for button in app.button if button.label == "Join").click().run()
    settle(app)
    assert said in shown(app)


def test_a_link_to_a_room_that_is_over_is_told_and_the_page_works():
    app = open_page("attention", room="ZZZZ")
    assert "There is no room ZZZZ here." in shown(app)
    app.button(key="close_room_problem").click().run()
    settle(app)
    assert "There is no room" not in shown(app)


def test_whoever_has_the_key_leads(teacher: AppTest):
    lead = seat_of(teacher)
    again = open_page("room", room=lead.code, lead=lead.secret)
    assert seat_of(again).teaches
    assert "lead" not in again.query_params
    other = open_page("room", room=lead.code, lead="guessed")
    assert "led by another person" in shown(other)


def test_a_room_ends_with_its_teacher(teacher: AppTest):
    lead = seat_of(teacher)
    learner = open_page("room", room=lead.code)
    teacher.button(key="room_end").click().run()
    settle(teacher)
    assert not ROOMS.is_open(lead.code)
    learner.run()
    settle(learner)
    assert SEAT not in learner.session_state
    assert any(button.key == "room_open" for button in learner.button)


def test_the_game_asks_for_words_that_the_model_knows(teacher: AppTest):
    lead = seat_of(teacher)
    teacher.button(key="room_begin_game").click().run()
    settle(teacher)
    asked = ROOMS.state(lead.code, lead.secret)["question"]
    assert asked["kind"] == "token"
    assert asked["prompt"] == "There was once a"
    secret, _name = ROOMS.join(lead.code)
    ROOMS.vote(lead.code, secret, asked["number"], "poor")
    ROOMS.go_on(lead.code, lead.secret, asked["number"], "reveal")
    seen = ROOMS.state(lead.code, secret)
    right = next(row for row in seen["result"]["rows"] if row["right"])
    assert right["label"] == "poor"
    assert right["votes"] == [1]
    assert 0 < right["p"] < 1
    assert seen["score"]["tokens"] == 1


def test_the_heads_are_shared_out(teacher: AppTest):
    lead = seat_of(teacher)
    teacher.button(key="room_begin_hunt").click().run()
    settle(teacher)
    secret, _name = ROOMS.join(lead.code)
    state = ROOMS.state(lead.code, secret)
    assert state["head"] == "L0.H0"
    assert state["hunt"]["of"] == 48
    class_asks.try_head(Seat(lead.code, secret, "learner"))
    ranked = ROOMS.state(lead.code, secret)["hunt"]["ranked"]
    assert ranked[0][0] == "L0.H0"


def test_where_routes_are_not_served_the_bar_hands_over_what_is_done(teacher: AppTest):
    lead = seat_of(teacher)
    asked = {"deed": "ask", "kind": "choice", "text": "Yes?", "options": ["yes", "no"]}
    class_bar._by_script(lead, "teach", asked)
    state = ROOMS.state(lead.code, lead.secret)
    assert state["question"]["text"] == "Yes?"
    for bad in ({"deed": "x"}, {}, None, {"deed": "next", "question": "one"}):
        class_bar._by_script(lead, "teach", bad)
    assert ROOMS.state(lead.code, lead.secret) == state


def test_a_host_without_rooms_shows_no_page_for_them(monkeypatch: pytest.MonkeyPatch):
    assert "room" in {stop.name for stop in beside()}
    monkeypatch.setattr(cache, "settings", lambda: Settings(rooms=False))
    assert {stop.name for stop in beside()} == {"lessons", "glossary"}
    app = open_page("room")
    assert "room_open" not in {button.key for button in app.button}
