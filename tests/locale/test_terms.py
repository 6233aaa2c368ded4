"""One translation for each term of the field, in the catalogue and in the prose."""

from __future__ import annotations

import re

import pytest

from pages.kit.glossary import _read as glossary_in
from tests.locale.italian import CODE, Term, prose_of, terms, texts


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.name)
def test_a_term_is_never_called_otherwise(term: Term) -> None:
    if not term.forbidden:
        pytest.skip("nobody has called it otherwise so far")
    wrong = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, term.forbidden))})(?![\w-])", re.I)
    found = {place: text for place, text in texts() if wrong.search(prose_of(text))}
    assert not found, f"{term.name} is “{term.translation}”: {found}"


def test_the_glossary_calls_terms_as_the_list_does() -> None:
    listed = {term.name.casefold(): term.translation.casefold() for term in terms()}
    english, italian = glossary_in("en"), glossary_in(CODE)
    for key, term in english.items():
        for name in {term.name.casefold(), *(other.casefold() for other in term.others)}:
            if name in listed:
                theirs = italian[key]
                called = [theirs.name.casefold(), *(other.casefold() for other in theirs.others)]
                assert listed[name] in called, key


def test_a_term_s_english_name_stands_beside_its_italian_one() -> None:
    """A learner meets both: papers and code are English."""
    english, italian = glossary_in("en"), glossary_in(CODE)
    assert english.keys() == italian.keys()
    missing = [
        key
        for key, term in italian.items()
        if english[key].name.casefold()
        not in {name.casefold() for name in (term.name, *term.others)}
    ]
    assert not missing
    for key, term in italian.items():
        place = (english[key].page, english[key].panel)
        assert (term.page, term.panel) == place, key


def test_nothing_is_forbidden_that_is_asked_for() -> None:
    wanted = {term.translation for term in terms()}
    for term in terms():
        assert not wanted & set(term.forbidden), term.name
