"""Reads lessons from folders: ours, and a teacher's own. A mistake leaves its lesson out and says
where it is and what cures it; the other lessons stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import frontmatter
import yaml
from pydantic import ValidationError

from core.language import SOURCE_LANGUAGE, _
from pages.course.checking import unsaid
from pages.course.lesson import Lesson
from pages.course.texts import Words, cut

#: Ours, in the order of the course.
OURS = Path(__file__).parent.parent / "lessons"
ORDER = (
    "what-comes-back", "are-tokens-words", "who-taught-meaning", "does-order-matter",
    "who-looks-where", "is-attention-importance", "when-does-it-decide", "is-it-chance",
    "does-it-plan", "beat-the-model", "where-is-the-difference",
)  # fmt: skip
#: So many bytes a file may have, so many lessons are read of one folder.
LONGEST, MOST = 100_000, 60
#: Characters of a line: what looks for marks in it may look at each pair of them.
LONGEST_LINE = 2_000
STRUCTURE = "lesson.yaml"


@dataclass(frozen=True)
class Read:
    """A lesson as it was read: its structure, and its words in the language that was asked for."""

    lesson: Lesson
    words: Words


class Mistake(Exception):
    """What is wrong with a lesson: the file, the line where that is known, and the cure."""

    def __init__(self, file: Path, line: int | None, text: str) -> None:
        place = f"{file.parent.name}/{file.name}" + (f", line {line}" if line else "")
        super().__init__(f"{place}: {text}")


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases, a few lines of which can stand for gigabytes; `off` and `no` are words,
    as the panels and options of those names are."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(problem="write it out: no * and & here", problem_mark=mark)
        return super().compose_node(parent, index)


_BOOL = "tag:yaml.org,2002:bool"
_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_PlainLoader.add_implicit_resolver(_BOOL, re.compile("^(?:true|false)$"), list("tf"))


def read_folder(folder: Path, language: str) -> tuple[list[Read], list[str]]:
    """The lessons of a folder, and a sentence for each that has a mistake."""
    found, mistakes = [], []
    names = sorted(_folders(folder), key=lambda path: (_place(path.name), path.name))
    if len(names) > MOST:
        text = _("{folder} has more than {n} lessons; the first ones are read.")
        mistakes.append(text.format(folder=folder.name, n=MOST))
    for path in names[:MOST]:
        try:
            found.append(read(path, language))
        except Mistake as mistake:
            mistakes.append(str(mistake))
    return found, mistakes


def _folders(folder: Path) -> Iterator[Path]:
    """Folders with a lesson in them; a link that leads out of the folder is none."""
    if not folder.is_dir():
        return
    whole = folder.resolve()
    for path in folder.iterdir():
        if (path / STRUCTURE).is_file() and path.resolve().is_relative_to(whole):
            yield path


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


def read(folder: Path, language: str) -> Read:
    """One lesson.

    Raises
    ------
    Mistake
    """
    file = folder / f"{language}.md"
    if not file.is_file():
        file = folder / f"{SOURCE_LANGUAGE}.md"
    stamp = tuple(_stamp(path) for path in (folder / STRUCTURE, file))
    return _read(folder, file, stamp)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError as error:
        raise Mistake(file, None, "there is no such file; a lesson needs one") from error
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=256)
def _read(folder: Path, words: Path, _stamp: tuple) -> Read:
    lesson = _structure(folder / STRUCTURE)
    if lesson.id != folder.name:
        raise Mistake(folder / STRUCTURE, None, f"`id` is the folder's name, {folder.name}")
    said = _words(words)
    for text in unsaid(lesson, said.sections):
        raise Mistake(words, None, text)
    return Read(lesson, said)


def _text(file: Path) -> str:
    if file.is_symlink() and not file.resolve().is_relative_to(file.parent.resolve()):
        raise Mistake(file, None, "a link that leads out of the folder is not followed")
    if file.stat().st_size > LONGEST:
        raise Mistake(file, None, f"longer than {LONGEST} bytes: make two lessons of it")
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Mistake(file, None, "not UTF-8: save it as UTF-8") from error
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST_LINE:
            raise Mistake(file, number, f"longer than {LONGEST_LINE} characters: break it")
    return text


def _structure(file: Path) -> Lesson:
    text = _text(file)
    try:
        node = yaml.compose(text, Loader=_PlainLoader)
        data = yaml.load(text, Loader=_PlainLoader)  # a SafeLoader: it makes plain data only
        return Lesson.model_validate(data)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise Mistake(file, line, f"not YAML: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise Mistake(file, None, "not YAML that can be read") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        text = first["msg"].removeprefix("Value error, ")
        raise Mistake(
            file, _line(node, first["loc"]), f"{where}: {text}" if where else text
        ) from error
    except ValueError as error:  # a number of thousands of digits, a 31 February
        raise Mistake(file, None, f"not YAML that can be read: {error}") from error


def _line(node: yaml.Node | None, place: tuple[int | str, ...]) -> int | None:
    """The line of what pydantic names by keys and numbers, as near as the file has it."""
    for part in place:
        if isinstance(node, yaml.MappingNode):
            inside = next((v for k, v in node.value if k.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            inside = node.value[part] if part < len(node.value) else None
        else:
            inside = None
        if inside is None:
            break
        node = inside
    return node.start_mark.line + 1 if node is not None else None


def _words(file: Path) -> Words:
    try:
        post = frontmatter.loads(_text(file), Loader=_PlainLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Mistake(file, 1, "the lines between --- and --- are not YAML") from error
    said = {key: str(value) for key, value in post.metadata.items()}
    for name in ("title", "question", "overturns"):
        if not said.get(name):
            raise Mistake(file, 1, f"`{name}:` is missing between --- and ---")
    return Words(said["title"], said["question"], said["overturns"], cut(post.content))
