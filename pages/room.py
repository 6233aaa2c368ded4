"""Classroom: a teacher opens a room, learners come in by link or code."""

from __future__ import annotations

from pages.shell.class_room import show_room

show_room()
