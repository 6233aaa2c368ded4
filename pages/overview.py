"""Overview: the whole journey of the prompt on one screen, and the model beside its family."""

from __future__ import annotations

from pages.panels.overview.family import family
from pages.panels.overview.history import history
from pages.panels.overview.machine import machine
from pages.panels.overview.parts import parts
from pages.panels.overview.place import place
from pages.shell.page import show

show("overview", machine, parts, family, place, history)
