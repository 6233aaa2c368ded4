"""The Python of every reveal that was seen, for the notebook at the end."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from core.recipes import Recipe
from pages.course.asking import Question
from pages.course.texts import as_text, asks
from pages.kit.current import Current
from pages.kit.memory import Memory
from pages.kit.prose import unmarked
from pages.kit.python_box import show_python

#: So many are kept; of more the first ones go.
MOST = 60
#: By model and step.
SEEN_BOXES = Memory[dict[tuple[Any, str], Recipe]]("lesson_boxes_seen", {})
_SOURCE = re.compile(r"^source = .*$", re.MULTILINE)


def for_learner(now: Current, recipe: Recipe) -> Recipe:
    """A check's program with the model where this learner finds it: a check knows its server."""
    line = f"source = {json.dumps(now.source, ensure_ascii=False)}"
    code, found = _SOURCE.subn(lambda _match: line, recipe.code, count=1)
    if found and now.source_note:
        code = f"# {now.source_note}\n{code}"
    return replace(recipe, code=code)


def show(now: Current, step: str, question: Question, *, title: str, text: str) -> None:
    """Draw a reveal's box and keep it, if the question was the model's to answer.

    Parameters
    ----------
    step : the reveal, as ``lesson/step``
    title, text : of the lesson, and of the reveal: the notebook says them
    """
    if question.found is None:
        return
    recipe = for_learner(now, question.found.recipe)
    show_python(recipe)
    asked = as_text(question.words(asks(question.section.text)))
    said = {"question": f"{title}: {asked}", "text": unmarked(question.words(text))}
    kept = {k: v for k, v in SEEN_BOXES.get().items() if k != (now.engine.key, step)}
    kept[now.engine.key, step] = replace(recipe, name=step.replace("/", "-"), **said)
    SEEN_BOXES.set(dict(list(kept.items())[-MOST:]))


def of_model(model: Any) -> list[Recipe]:
    """The boxes that were seen about one model: a notebook loads one."""
    return [recipe for (key, _step), recipe in SEEN_BOXES.get().items() if key == model]
