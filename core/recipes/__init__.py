"""The "Show the Python" boxes: a few lines that print the numbers of a figure."""

from core.recipes.base import Recipe, preamble

__all__ = ["Recipe", "preamble"]
