"""The token of the prompt that all pages follow."""

from __future__ import annotations

from core.errors import LearnerError, OutOfRange
from core.language import _
from core.model.bounds import check_position
from pages.kit import address
from pages.kit.controls import Position
from pages.kit.params import Values


class Chosen(Position):
    """One token for all pages, ``token=`` in the address; links of old named it otherwise."""

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


TOKEN = Chosen("token", title=lambda: _("Token"))
