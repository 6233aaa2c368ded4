"""A room for a class: a code, drawn names, questions and votes. Nothing of it is written down.

from core.room import LocalRooms, Question

rooms = LocalRooms(time.monotonic)
code, key = rooms.open()
secret, name = rooms.join(code)
number = rooms.ask(code, key, Question("choice", "Does it plan?", ("yes", "no")))
rooms.vote(code, secret, number, 1)
rooms.go_on(code, key, number, "reveal")
rooms.state(code, key)["result"]
"""

from core.room.errors import (
    BadAnswer,
    NoPlace,
    NoSuchRoom,
    NotYours,
    RoomError,
    TooLate,
    TooOften,
)
from core.room.questions import Question
from core.room.results import Result, as_csv
from core.room.rooms import LocalRooms, Rooms

__all__ = [
    "BadAnswer",
    "LocalRooms",
    "NoPlace",
    "NoSuchRoom",
    "NotYours",
    "Question",
    "Result",
    "RoomError",
    "Rooms",
    "TooLate",
    "TooOften",
    "as_csv",
]
