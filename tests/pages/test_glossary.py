"""The glossary: every term is explained once, in one short sentence, and can be seen in a panel."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import pages.panels
from core.language import SOURCE_LANGUAGE
from pages.kit.glossary import glossary
from pages.kit.panel import PANELS
from pages.kit.prose import PROSE, marks, sections, unmarked
from pages.shell.journey import stops
from tests.app import open_page

for _found in pkgutil.walk_packages(pages.panels.__path__, "pages.panels."):
    importlib.import_module(_found.name)
REAL = dict(PANELS)
TERMS = glossary()
LONGEST = 35  # words
#: Pages with prose, and its sections.
TEXTS = [
    (stop.name, name)
    for stop in stops()
    for name in sections(SOURCE_LANGUAGE, stop.name)
]  # fmt: skip


def test_about_sixty_terms_in_order_and_none_twice() -> None:
    assert 55 <= len(TERMS) <= 80
    names = [name.casefold() for term in TERMS.values() for name in (term.name, *term.others)]
    assert len(names) == len(set(names)), sorted(n for n in names if names.count(n) > 1)
    first = [term.name.casefold() for term in TERMS.values()]
    assert first == sorted(first)
    written = (PROSE / "en" / "glossary.md").read_text(encoding="utf-8")
    assert len(re.findall("^## ", written, re.MULTILINE)) == len(TERMS)


@pytest.mark.parametrize("key", TERMS)
def test_a_term_is_one_short_sentence_and_a_panel(key: str) -> None:
    term = TERMS[key]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", key)
    assert len(term.meaning.split()) <= LONGEST
    assert term.meaning.endswith(".")
    assert not re.search(r"[.?!] [A-Z]", term.meaning), "one sentence"
    assert f"{term.page}/{term.panel}" in REAL
    assert not marks(term.meaning)


def test_what_the_italian_glossary_has_is_here() -> None:
    """The terms whose translation was looked up, by the names that they have in English."""
    known = {name.casefold() for term in TERMS.values() for name in (term.name, *term.others)}
    needed = """token, tokenizer, tokenization, vocabulary, subword, merge, prompt, context window,
        embedding, position embedding, dot product, cosine similarity, layer, block, attention,
        self-attention, attention head, output head, attention weight, attention pattern, query,
        key, value, score, causal mask, softmax, residual stream, residual connection, layer norm,
        mlp, hidden state, logit, logit lens, direct logit attribution, ablation, attention sink,
        induction head, sampling, nucleus, top-p, temperature, greedy, beam search, seed,
        prediction, training, fine-tuning, weights, surprise, bit, language model"""
    assert not {" ".join(name.split()) for name in needed.split(",")} - known


@pytest.mark.parametrize(("page", "name"), TEXTS)
def test_a_mark_names_a_term_and_marks_it_once(page: str, name: str) -> None:
    keys = [key for _words, key in marks(sections(SOURCE_LANGUAGE, page)[name])]
    assert set(keys) <= set(TERMS)
    assert len(keys) == len(set(keys))


def test_marks_are_links_and_can_be_taken_off() -> None:
    text = "The [raw scores](glossary?term=logit) and **[wte](glossary?term=embedding)**."
    assert marks(text) == [("raw scores", "logit"), ("wte", "embedding")]
    assert unmarked(text) == "The raw scores and **wte**."
    assert unmarked("[a page](https://example.org)") == "[a page](https://example.org)"


def test_prose_is_written_for_readers_of_the_files_too() -> None:
    for path in Path(PROSE).glob("*/*.md"):
        text = path.read_text(encoding="utf-8")
        assert "glossary?term=" not in text, "write (glossary.md#section)"


#: Texts of a panel's depth: opened on purpose, or a part of a panel that has its own sentences.
DEEP = {
    ("tokenizer", "pattern"), ("tokenizer", "endoftext"), ("embeddings", "analogy_limits"),
}  # fmt: skip


@pytest.mark.parametrize(("page", "name"), [text for text in TEXTS if text not in DEEP])
def test_a_panel_needs_two_sentences_at_most(page: str, name: str) -> None:
    text = unmarked(sections(SOURCE_LANGUAGE, page)[name])
    assert len(re.findall(r"[.!?][*\"]*(?= [A-Z*]|$)", text.replace("et al.", ""))) <= 2, text


#: Texts that stand inside a panel, under its own: what that marks is known there.
INSIDE = {
    ("tokenizer", "table"), ("attention", "sink_why"), ("attention", "rollout"),
    ("attention", "mean"), ("attention", "largest"), ("layers", "ln"), ("layers", "attn"),
    ("layers", "gelu"), ("layers", "growth"),
}  # fmt: skip
#: Words that also mean something else.
COMMON = {"score"}


def text_of(page: str, name: str) -> str:
    """A panel's own text; the six steps of the history are one panel, each with a heading."""
    found = sections(SOURCE_LANGUAGE, page)
    steps = [text.partition("\n")[2] for key, text in found.items() if key.startswith(f"{name}_")]
    return "\n".join([found[name], *(steps if name == "history" else [])])


@pytest.mark.parametrize(
    ("page", "name"),
    [t for t in TEXTS if t not in DEEP | INSIDE and not t[1].startswith("history_")],
)
def test_a_panel_marks_each_term_that_it_names(page: str, name: str) -> None:
    text = text_of(page, name)
    marked = [key for _words, key in marks(text)]
    assert len(marked) == len(set(marked))
    for words, _key in marks(text):  # "logit lens" says nothing of logits
        text = text.replace(f"[{words}]", "")
    for key in set(TERMS) - set(marked) - COMMON:
        bare = TERMS[key].name
        forms = f"{bare}|{bare}s|{bare.removesuffix('y')}ies"
        assert not re.search(rf"(?<![\w=-])({forms})\b", text, re.IGNORECASE), key


def test_the_page_lists_all_terms_and_needs_no_model() -> None:
    app = open_page("glossary")
    assert app.title[0].value == "What do the words mean?"
    (listed,) = [node for node in app.get("bidi_component") if node.key == "term_list"]
    assert all(f'"{key}"' in str(listed.proto) or key in str(listed.proto) for key in TERMS)


def test_every_page_carries_the_meanings_and_a_note_leads_to_real_pages_only() -> None:
    pages_of = {term.page for term in TERMS.values()}
    assert pages_of <= {stop.name for stop in stops()}
    app = open_page("overview", prompt="One")
    assert [node.key for node in app.get("bidi_component")].count("term_notes") == 1
