"""Drawn names, such as "blue heron", codes and secrets: nobody tells who they are."""

from __future__ import annotations

import random
import secrets

from core.language import _

#: No vowels, so that four letters make no word, and none that looks or sounds like another.
LETTERS = "BCDFGHJKLMPRTWXZ"
CODE_LENGTH = 4


def colours() -> list[str]:
    """What comes first in a name."""
    return [
        _("blue"), _("green"), _("red"), _("yellow"), _("white"), _("black"), _("silver"),
        _("golden"), _("violet"), _("orange"), _("brown"), _("grey"), _("pink"), _("bright"),
        _("quick"), _("calm"), _("bold"), _("gentle"),
    ]  # fmt: skip


def animals() -> list[str]:
    """What comes second: animals that nobody minds to be."""
    return [
        _("heron"), _("otter"), _("badger"), _("falcon"), _("dolphin"), _("fox"), _("hare"),
        _("robin"), _("lynx"), _("swan"), _("beaver"), _("owl"), _("seal"), _("deer"),
        _("magpie"), _("turtle"), _("tiger"), _("crane"),
    ]  # fmt: skip


def drawn(dice: random.Random | None = None) -> list[str]:
    """All names, in an order by chance; a room gives them out one after the other."""
    named = [
        _("{colour} {animal}").format(colour=colour, animal=animal)
        for colour in colours()
        for animal in animals()
    ]
    (dice or random.SystemRandom()).shuffle(named)
    return named


def new_code() -> str:
    """Four letters."""
    return "".join(secrets.choice(LETTERS) for _letter in range(CODE_LENGTH))


def as_code(typed: str) -> str:
    """A code as somebody typed it: small letters, spaces and dashes do not matter."""
    return "".join(c for c in typed[:40].upper() if c.isalnum())[: CODE_LENGTH + 1]


def new_secret() -> str:
    """What only its owner knows: who has it is that member, or that teacher."""
    return secrets.token_urlsafe(16)
