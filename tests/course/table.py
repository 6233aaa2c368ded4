"""The README's table of the course, written anew: ``python -m tests.course.table``.

What stands in bold is what the lessons' checks compute. Words and the other numbers of a row are
a person's: the test of this table names those that no check says any more.
"""

from __future__ import annotations

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # as in tests/conftest.py; set before any import
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import re
from pathlib import Path

from core.engine.engine import Engine
from core.language import set_language
from core.model.load import load_model
from core.questions import ask
from pages.course.key_numbers import key_sentences
from pages.course.reading import OURS, Read, read_folder

ROOT = Path(__file__).parents[2]
#: The front door in its languages.
READMES = {"en": ROOT / "README.md", "it": ROOT / "README.it.md"}
#: The reveals whose numbers the table gives.
SHOWN = {
    "what-comes-back": ["read"], "are-tokens-words": ["pays"], "who-taught-meaning": ["used"],
    "does-order-matter": ["after"], "who-looks-where": ["shown", "mask"],
    "is-attention-importance": ["useless", "needed"], "when-does-it-decide": ["path", "missed"],
    "is-it-chance": ["flat"], "does-it-plan": ["memory"],
    "where-is-the-difference": ["way", "carried"],
}  # fmt: skip
BOLD = re.compile(r"\*\*(.+?)\*\*")
_ROWS = re.compile(r"(?<=\n\|---\|---\|---\|\n)(?:\|.*\n)+")


def rows(text: str) -> list[list[str]]:
    """The table's cells, a list a row."""
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in _lines(text)]


def _lines(text: str) -> list[str]:
    return next(m[0] for m in _ROWS.finditer(text) if "**" in m[0]).splitlines()


def said_of(engine: Engine, read: Read) -> str:
    """What a lesson says of its numbers on this model, those of the table in bold."""
    if read.lesson.id not in SHOWN:
        return _of_the_game(engine, read)
    said = {step.id: sentence for step, sentence in key_sentences(engine, read)}
    return " ".join(said[step] for step in SHOWN[read.lesson.id])


def _of_the_game(engine: Engine, read: Read) -> str:
    text = next(one.text for step in read.lesson.steps for one in step.ask if one.text)
    found = ask(engine, "surprise_of", read.lesson.prompt, text=text).numbers
    return f"**{found['bits']}** **{found['per_token']}**"


def written(row: str, said: str) -> str:
    """A row with what is in bold computed anew.

    Raises
    ------
    ValueError
        Where the lesson says another number of things.
    """
    bold = BOLD.findall(said)
    if len(bold) != len(BOLD.findall(row)):
        raise ValueError(f"{row}\nhas not as many numbers in bold as the lesson: {said}")
    left = iter(bold)
    return BOLD.sub(lambda _match: f"**{next(left)}**", row)


def main() -> None:
    """Write the tables of all READMEs anew."""
    engine = Engine(load_model("storyteller"))
    try:
        for language, path in READMES.items():
            set_language(language)
            text = path.read_text(encoding="utf-8")
            lessons = read_folder(OURS, language)[0]
            for row, read in zip(_lines(text), lessons, strict=True):
                text = text.replace(row, written(row, said_of(engine, read)))
            path.write_text(text, encoding="utf-8")
    finally:
        engine.close()


if __name__ == "__main__":
    main()
