"""Glossary: what the words of the field mean, and where each can be seen."""

from __future__ import annotations

from pages.shell.terms import show_all

show_all()
