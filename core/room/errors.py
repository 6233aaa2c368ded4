"""What can go wrong with a room: a sentence for the person at the screen each."""

from __future__ import annotations

from core.errors import LearnerError
from core.language import _, on_one_line
from core.numbers import count
from core.room.limits import LONGEST_WORD, MEMBERS, ROOMS


class RoomError(LearnerError):
    """Something about a room."""

    def __reduce__(self) -> tuple:
        return _again, (type(self), self.problem, self.cure)


def _again(kind: type[RoomError], problem: str, cure: str) -> RoomError:
    """The same error in another process: who catches it asks for its kind."""
    error = kind.__new__(kind)
    LearnerError.__init__(error, problem, cure)
    return error


class NoSuchRoom(RoomError):
    """A code that opens nothing: mistyped, old, or of another server."""

    def __init__(self, code: str) -> None:
        super().__init__(
            _("There is no room {code} here.").format(code=on_one_line(code)[:20] or "–"),
            _("Look at the code on the big screen; a room ends with its lesson."),
        )


class NotYours(RoomError):
    """A deed of the teacher's by somebody else, or a secret that the room does not know."""

    def __init__(self) -> None:
        super().__init__(_("This room is led by another person."), _("You can join it."))


class NoPlace(RoomError):
    """A room, or the server, is full."""

    @classmethod
    def in_room(cls) -> NoPlace:
        return cls(
            _("This room is full: {n} people are in it.").format(n=count(MEMBERS)),
            _("Look at the screen of a neighbour."),
        )

    @classmethod
    def for_rooms(cls) -> NoPlace:
        return cls(
            _("All {n} rooms of this server are in use.").format(n=count(ROOMS)),
            _("Try again later; a room that nobody looks at makes way after half an hour."),
        )


class TooLate(RoomError):
    """A vote on what is not asked now."""

    def __init__(self) -> None:
        super().__init__(_("This question takes no answers now."), _("Wait for the next one."))


class TooOften(RoomError):
    """More requests than a person sends."""

    def __init__(self) -> None:
        super().__init__(_("That was too often."), _("Wait a second and try again."))


class BadAnswer(RoomError):
    """An answer that the question cannot take."""

    @classmethod
    def too_long(cls) -> BadAnswer:
        return cls(
            _("That is too long."),
            _("Type at most {n} characters.").format(n=count(LONGEST_WORD)),
        )

    @classmethod
    def nothing(cls) -> BadAnswer:
        return cls(_("There is nothing in it to read."), _("Type a word."))

    @classmethod
    def no_number(cls) -> BadAnswer:
        return cls(_("That is not a number."), _("Type digits, such as 12 or 0.5."))

    @classmethod
    def no_option(cls) -> BadAnswer:
        return cls(_("That is none of the answers."), _("Choose one of those on the screen."))
