"""Lessons as files: what is read, what is refused, and how that is said."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import pytest

from pages.course.key_numbers import in_bold
from pages.course.reading import LONGEST, MOST, OURS, Mistake, read, read_folder
from pages.course.texts import as_text, cut

ROOT = Path(__file__).parent.parent.parent
TRIAL = Path(__file__).parent.parent / "lessons" / "a-trial"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(TRIAL, tmp_path / "a-trial")
    return tmp_path / "a-trial"


def change(folder: Path, old: str, new: str, file: str = "lesson.yaml") -> None:
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def wrong(folder: Path) -> str:
    with pytest.raises(Mistake) as caught:
        read(folder, "en")
    return str(caught.value)


def test_ours_have_no_mistake():
    found, mistakes = read_folder(OURS, "en")
    assert not mistakes
    assert len(found) == len(list(OURS.glob("*/lesson.yaml")))


def test_a_lesson_as_it_is_written():
    found = read(TRIAL, "en")
    assert [step.id for step in found.lesson.path(short=True)] == [
        "count", "pieces", "look", "off", "so",
    ]  # fmt: skip
    assert found.words.sections["count"].text.startswith("How many [tokens](glossary?term=token)")
    assert found.words.sections["so"].options == {"facts": "Facts", "chances": "Chances"}
    assert found.words.sections["looked"].feedback["right"] == "You found it."
    assert found.lesson.opened(found.lesson.step("so")).page == "sampling"


def test_another_language_is_the_source_where_it_is_not_there():
    assert read(TRIAL, "it").words == read(TRIAL, "en").words


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("page: overview", "page: nowhere", "line 9: steps.0.open.page: there is no page"),
        ("kind: see", "kind: sea", "line 8: steps.0.kind: Input should be 'see'"),
        ("minutes: 5", "minutes: five", "line 3: minutes: Input should be a valid integer"),
        ("minutes: 5", "minutes: 5\nhours: 1", "line 4: hours: Extra inputs"),
        ("check: n_tokens", "check: n_words", "there is no check 'n_words'; there are"),
        ("check: n_tokens", "check: top_token", "gives a token, not a number"),
        ("with: {head: previous}", "with: {heads: L0.H1}", "takes no 'heads'; it takes"),
        ("of: count", "of: nobody", "step pieces: no step before it asks as 'nobody'"),
        ("    of: count\n", "", "line 15: steps.2: a reveal needs `of`"),
        ("  - id: pieces", "  - id: count", "two steps are called count"),
        ("of: fixed\n", "of: count\n", "answers count and is about another text"),
        ("right: chances", "right: luck", "`right` names one of the options"),
        ("id: a-trial", "id: b-trial", "`id` is the folder's name, a-trial"),
        ("steps:", "steps: [", "not YAML"),
        ("{page: overview, panel: machine}", "&a {page: overview}\n    uses: *a", "write it out"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_cure(folder: Path, old: str, new: str, said: str):
    change(folder, old, new)
    message = wrong(folder)
    assert message.startswith("a-trial/lesson.yaml")
    assert said in message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("## pieces", "## piece", "the section “## pieces” is missing"),
        ("- facts: Facts", "", "in “## so” a line “- facts: …” is missing"),
        ("**{weight}**", "**{wait}**", "in “## looked” nothing fills {wait}"),
        ("title: A trial", "titel: A trial", "`title:` is missing"),
    ],
)
def test_words_that_are_missing_are_named(folder: Path, old: str, new: str, said: str):
    change(folder, old, new, "en.md")
    message = wrong(folder)
    assert message.startswith("a-trial/en.md")
    assert said in message


def test_what_hurts_is_refused(folder: Path, tmp_path: Path):
    (folder / "lesson.yaml").write_text("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n")
    assert "write it out" in wrong(folder)
    for line in ("[" * 1_900, "[" * 1_000 + "]" * 900, "- " * 900 + "x", "{a: " * 400):
        (folder / "lesson.yaml").write_text("a:\n" + f"  {line}\n" * 50)
        assert "not YAML" in wrong(folder)
    (folder / "lesson.yaml").write_text("x" * (LONGEST + 1))
    assert "make two lessons of it" in wrong(folder)
    (folder / "lesson.yaml").write_bytes(b"\xff\xfe")
    assert "save it as UTF-8" in wrong(folder)
    (folder / "lesson.yaml").unlink()
    (folder / "lesson.yaml").symlink_to("/etc/hostname")
    assert "leads out of the folder" in wrong(folder)


def test_numbers_and_lines_that_hurt_leave_one_lesson_out(folder: Path):
    change(folder, "minutes: 5", "minutes: " + "9" * 1_900)
    assert "lesson.yaml" in wrong(folder)
    change(folder, "minutes: " + "9" * 1_900, "minutes: 2001-02-31")
    assert "not YAML that can be read" in wrong(folder)
    change(folder, "minutes: 2001-02-31", "minutes: " + "9" * 90_000)
    assert "line 3: longer than 2000 characters" in wrong(folder)
    assert read_folder(folder.parent, "en")[1] == [wrong(folder)]


@pytest.mark.parametrize("text", ["*a " * 600, "[" * 1_900, "**{" * 600, "- a:" + " " * 1_900])
def test_marks_that_never_close_are_looked_through_at_once(text: str):
    begin = time.perf_counter()
    whole = f"{text}\n" * 50  # as long as a file may be
    for look in (as_text, in_bold, cut, lambda text: cut(f"## a\n{text}")):
        look(whole)
    assert time.perf_counter() - begin < 5.0


def test_no_archive_is_opened_and_nothing_is_unpickled():
    """What does not unpack holds no bomb: the app writes zip files and reads none.

    What a replica of the host's own cluster answers is another thing: Ray itself unpickles it, and
    a cluster runs any code by design (README, "More than one machine").
    """
    sources = [*(ROOT / "core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
    reads = re.compile(
        r"ZipFile\([^)]*[\"']r[\"']|unpack_archive|tarfile|pickle\.loads?\(|torch\.load\(|yaml\.unsafe"
    )
    ours = [path for path in sources if not path.is_relative_to(ROOT / "core" / "cluster")]
    assert not [path.name for path in ours if reads.search(path.read_text(encoding="utf-8"))]


def test_a_link_out_of_the_folder_is_no_lesson(tmp_path: Path):
    inside = tmp_path / "lessons"
    inside.mkdir()
    (inside / "a-trial").symlink_to(TRIAL)
    assert read_folder(inside, "en") == ([], [])


def test_of_very_many_lessons_the_first_are_read(tmp_path: Path):
    for number in range(MOST + 5):
        shutil.copytree(TRIAL, tmp_path / f"lesson-{number:04}")
    found, mistakes = read_folder(tmp_path, "en")
    assert not found  # none is named as its folder
    assert len(mistakes) == MOST + 1
    assert f"more than {MOST} lessons" in mistakes[0]
