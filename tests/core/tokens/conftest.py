"""The tokenizer of transformers, and our vocabulary of it."""

from __future__ import annotations

import pytest
from transformers import AutoTokenizer

from core.tokens.vocabulary import Vocabulary, vocabulary
from tests.conftest import STORYTELLER


@pytest.fixture(scope="module")
def oracle():
    return AutoTokenizer.from_pretrained(STORYTELLER)


@pytest.fixture(scope="module")
def words(oracle) -> Vocabulary:
    return vocabulary(oracle)
