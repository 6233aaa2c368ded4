"""Nothing on a page is out of a translator's reach: in a language that nobody speaks all is marked.

What stands outside the brackets and is no program, no prompt and no name cannot be translated.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

from core import language
from core.views.fixed_set import FIXED_SET
from pages.kit import glossary, prose
from pages.shell import terms
from pages.shell.examples import examples, tries
from pages.shell.hero import NAME
from pages.shell.journey import stops
from tests.app import open_page
from tests.golden.seen import _nodes
from tests.locale import pseudo

#: Two words of small letters, one after the other.
WORDS = re.compile(r"[A-Za-z][a-z']+(?: [a-z']+)+")
PROMPT = "Zug zug Bahn Zug zug"
#: What a component's proto holds beside its data: its own scripts.
_SCRIPTS = ("jsContent", "cssContent", "htmlContent")
#: Classes of the strips in a block's diagram.
STYLES = ("branch enter", "branch leave", "trunk start", "trunk end")
CACHED = (prose.sections, glossary._read, terms._packed)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    open_page("tokenizer", panel=None)  # `settle` knows the progress of a load by its English words
    folder = tmp_path_factory.mktemp("pseudo")
    pseudo.write_messages(folder / "locale")
    (folder / "prose").mkdir()
    pseudo.write_prose(folder / "prose")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(language, "LOCALE", folder / "locale")
        patch.setattr(prose, "PROSE", folder / "prose")
        forget()
        yield
    forget()


def forget() -> None:
    language.forget()
    for cached in CACHED:
        cached.cache_clear()


def texts(node: Any) -> Iterator[str]:
    """Every text of an element, with those inside of a component's data and a figure's spec."""
    found = MessageToDict(node.proto)
    for script in _SCRIPTS:
        found.pop(script, None)
    if "bytes" in found:
        (length,) = struct.unpack("<I", node.proto.bytes[:4])
        found["bytes"] = json.loads(node.proto.bytes[4 : 4 + length])
    for text in strings(found):
        try:
            yield from strings(json.loads(text))
        except ValueError:
            yield text


def strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from strings(inner)


def known() -> str:
    """English that is no words of ours: the prompts that a page offers, its name."""
    prompts = [example.prompt for example in examples()] + [prompt for _title, prompt in tries()]
    return "\n".join([NAME, PROMPT, *prompts, *STYLES, *FIXED_SET])


def left(app: AppTest) -> set[str]:
    found = set()
    for place in (app.main, app.sidebar):
        for node in _nodes(place):
            if getattr(node, "proto", None) is None or node.type in ("code", "latex", "text_area"):
                continue
            if getattr(node, "key", None) == "term_notes":  # names and links stay as they are
                continue
            for text in texts(node):
                # A table in Markdown and a line of code are not in brackets as a whole.
                plain = re.sub(r"`[^`]*`|&#\d+;|\u2060", "", pseudo.outside(text))
                if "|---" not in text:
                    found |= set(WORDS.findall(plain))
    return {text for text in found if text not in known()}


@pytest.mark.parametrize("name", [stop.name for stop in stops()])
def test_every_text_can_be_translated(name: str, spoken: None) -> None:
    app = open_page(name, prompt=PROMPT, lang=pseudo.CODE)
    assert pseudo.LEFT in app.title[0].value or name == stops()[0].name
    assert not left(app)
