"""Nothing of a language is missing, doubtful, wrong or left over (``python -m core.locale``)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from core import language
from core.language import available_languages
from core.language.catalogue import wrong_placeholders
from core.locale import work
from core.locale.__main__ import main
from core.locale.work import faults, read, update

LANGUAGES = available_languages()[1:]


@pytest.mark.parametrize("code", LANGUAGES)
def test_nothing_is_missing_doubtful_wrong_or_left_over(code: str) -> None:
    """``python -m core.locale update it`` brings the new messages, ``check`` names them."""
    assert not faults(code)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_placeholder_is_there(code: str) -> None:
    told = [message for message in read(code) if message.id and not message.fuzzy]
    wrong = {str(message.id): wrong_placeholders(message) for message in told}
    assert not {source: found for source, found in wrong.items() if found}


def said_in_code() -> set[str]:
    """Every text that is given to `_` or to `ngettext` as it stands."""
    found: set[str] = set()
    for path in (path for folder in work.SOURCES for path in (work.ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                texts = node.args[: {"_": 1, "ngettext": 2}.get(node.func.id, 0)]
                said = [text.value for text in texts if isinstance(text, ast.Constant)]
                found |= {text for text in said if isinstance(text, str)}
    return found


def test_every_text_reaches_the_translators() -> None:
    """Those who gather the messages do not look into f-strings."""
    gathered: set[str] = set()
    for message in work.template():
        gathered |= {message.id} if isinstance(message.id, str) else set(message.id)
    assert said_in_code() - gathered == set()


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of languages and a project of one file with three messages."""
    (tmp_path / "core").mkdir()
    (tmp_path / "pages" / "prose" / "en").mkdir(parents=True)
    (tmp_path / "core" / "one.py").write_text(
        'A = _("A token."), _("{n} of {all}"), ngettext("{n} part", "{n} parts", 2)\n',
        encoding="utf-8",
    )
    (tmp_path / "pages" / "prose" / "en" / "one.md").write_text("## first\nOne.\n")
    monkeypatch.setattr(work, "ROOT", tmp_path)
    monkeypatch.setattr(work, "PROSE", tmp_path / "pages" / "prose")
    monkeypatch.setattr(work, "LOCALE", tmp_path / "locale")
    monkeypatch.setattr(language, "LOCALE", tmp_path / "locale")
    return tmp_path


def put(old: str, new: str) -> None:
    path = work.path_of("it")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_language_is_begun_told_what_it_lacks_and_finished(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["update", "it"]) == 0
    assert "3 messages, 3 to translate" in capsys.readouterr().out
    assert main(["check", "it"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 4
    assert "missing: core/one.py: 'A token.'" in told
    assert "missing: one.md ## first" in told
    put('msgid "A token."\nmsgstr ""', 'msgid "A token."\nmsgstr "Un token."')
    put('msgid "{n} of {all}"\nmsgstr ""', 'msgid "{n} of {all}"\nmsgstr "{n} su {all}"')
    put('msgstr[0] ""\nmsgstr[1] ""', 'msgstr[0] "una parte"\nmsgstr[1] "{n} parti"')
    prose = elsewhere / "pages" / "prose" / "it" / "one.md"
    prose.parent.mkdir()
    prose.write_text("## first\nUno.\n")
    assert main(["check", "it"]) == 0


def test_what_is_wrong_with_a_language_is_told(elsewhere: Path) -> None:
    update("it")
    put('msgid "A token."\nmsgstr ""', '#, fuzzy\nmsgid "A token."\nmsgstr "Due token."')
    put('msgid "{n} of {all}"\nmsgstr ""', 'msgid "{n} of {all}"\nmsgstr "{n} su {tutti}"')
    put('msgstr[0] ""\nmsgstr[1] ""', 'msgstr[0] "{n} parte"\nmsgstr[1] ""')
    path = work.path_of("it")
    with path.open("a", encoding="utf-8") as file:
        file.write('\nmsgid "Gone."\nmsgstr "Sparito."\n')
    prose = elsewhere / "pages" / "prose" / "it" / "one.md"
    prose.parent.mkdir()
    prose.write_text("## second\nDue.\n")
    assert sorted(line.split(":")[0] for line in faults("it")) == [
        "fuzzy", "missing", "missing", "placeholders", "unused", "unused",
    ]  # fmt: skip


def test_an_update_keeps_what_is_there_and_changes_nothing_else(elsewhere: Path) -> None:
    update("it")
    put('msgid "A token."\nmsgstr ""', 'msgid "A token."\nmsgstr "Un token."')
    before = work.path_of("it").read_bytes()
    update("it")
    assert work.path_of("it").read_bytes() == before
    source = elsewhere / "core" / "one.py"
    source.write_text(source.read_text().replace("A token.", "A token here."), encoding="utf-8")
    update("it")
    text = work.path_of("it").read_text(encoding="utf-8")
    assert '#, fuzzy\nmsgid "A token here."\nmsgstr "Un token."' in text
