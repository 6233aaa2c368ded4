"""The token of the prompt that all pages follow."""

from __future__ import annotations

from core.errors import LearnerError, OutOfRange
from core.language import _
from core.model.bounds import check_position
from pages.kit import address
from pages.kit.controls import Position
from pages.kit.follows import Follows
from pages.kit.params import Values


class Chosen(Follows[int], Position):
    """One token for all pages, ``token=`` in the address; links of old named it otherwise.

    Until somebody chooses one, each page opens with its own.
    """

    #: Names that links of old use, page by page.
    OLDER = ("query", "follow", "together_query")

    def _asked(self) -> list[str]:
        names = (self.name, *self.OLDER)
        return next((found for found in map(address.asked, names) if found), [])[-1:]

    def remember(self, at: Values) -> None:
        super().remember(at)
        for name in self.OLDER:
            address.put(name, [])

    def problem(self, raw: str, at: Values) -> str | LearnerError:
        try:
            check_position(int(raw), len(at.now.ids))
        except OutOfRange as error:
            return error
        except ValueError:
            pass
        return super().problem(raw, at)


def _first(at: Values) -> int:
    """The last token, which the next word follows; on Attention one that has a strong look."""
    state = at.now.shining
    return state.token if state is not None and at.now.page == "attention" else at.now.last


TOKEN = Chosen("token", default=_first, title=lambda: _("Token"))
