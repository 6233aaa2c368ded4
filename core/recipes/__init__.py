"""The "Show the Python" boxes: a few lines that print the numbers of a figure."""

from core.recipes.recipe import Recipe, recipe

__all__ = ["Recipe", "recipe"]
