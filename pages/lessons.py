"""Lessons: the course, its lessons one by one, what was believed before and after."""

from __future__ import annotations

from pages.shell.course import show_course

show_course()
