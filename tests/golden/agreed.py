"""What differs on purpose since the record, each with its reason. Everything else is a loss.

One state was recorded anew, Embeddings' "impossible": a link to a token that the text does not have
opened the first token by accident, and opens the last one now, as it does on every other page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.golden.compare import differences

#: Old text -> new text.
TEXTS = {
    # A number of parameters reads one way everywhere (core.numbers): as on the overview before.
    "GPT-2 XL · 1,558 M · 6.43 GB to fetch": "GPT-2 XL · 1.6 B · 6.43 GB to fetch",
    "other · 0 M": "other · 11,344",
    "parameters: 17.9 M": "parameters: 18 M",
    "parameters: 0.0 M": "parameters: 11,344",
    # Sentences about a link stand in the order of the parameters.
    "The address of this page names no number for “head”. There is no layer 99: this model has"
    " layers 0 to 5. There is no token 77: this text has tokens 0 to 15. There is no token -1: this"
    " text has tokens 0 to 15.": "There is no layer 99: this model has layers 0 to 5. The address"
    " of this page names no number for “head”. There is no token 77: this text has tokens 0 to 15."
    " There is no token -1: this text has tokens 0 to 15.",
    "This link asks for something that the page cannot show: penalty=9 should be a nu…"
    " 662 characters 136623e4c2249647": "This link asks for something that the page cannot show:"
    " penalty=9 should be a nu… 662 characters 86367b4a75172985",
}

#: Differences that are agreed to, as `differences` tells them.
LINES = {
    # A stepper with nothing to choose, as attention's were: its limit is not seen.
    r"(tokenizer|embeddings) widgets \[(tok_at|tok_page|token|follow)\] (max|disabled).*": (
        "a stepper with one possible value is switched off on every page"
    ),
    r"tokenizer address (tok_page|tok_per) is gone: '(77|7)'": (
        "what is not possible leaves the address on the server too, not in the browser only"
    ),
    r"\w+ widgets is gone: \{'kind': 'text_area', 'key': 'prompt'.*": (
        "the prompt is a field of our own, which Enter applies, and its words are a component's"
    ),
    r"\w+ components prompt_field is new: .*": "the same field",
    r"\w+ widgets is new: \{'kind': 'selectbox', 'key': 'language'.*": "a second language came",
    r"\w+ address lang is gone: 'xx'": "a language that the app does not have leaves the address",
    r"tokenizer address tok_at is gone: '5'": "the token that the page opens with needs no name",
}
#: Names that Streamlit itself wrote into the address where no test could see it.
_BOUND = {
    "attention": "attention_sort attention_hide_first",
    "layers": "watch",
    "sampling": "penalty temperature top_k top_p min_p seed length stop_at beams compare_length",
    "tokenizer": "tok_marks tok_under tok_per tok_page tok_at tok_form tok_word tok_step tok_find"
    " tok_case tok_a tok_b",
    "embeddings": "token dim word variants a b c shared s1 s2 after follow",
}
#: The embedded model's download, which records made before it came do not have.
_MODEL = "storyteller.zip"
#: Its sentences come in the order in which a page declares its parameters.
_PROBLEMS = "This link asks for something"


def losses(page: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """The differences of two records of a state that nobody agreed to."""
    kept = {kind: without_new(page, kind, old[kind], part) for kind, part in new.items()}
    for line in differences(_today(old), _today(kept), page):
        if not any(re.fullmatch(known, line, re.DOTALL) for known in LINES):
            yield line


def _today(part: Any) -> Any:
    """A record with the texts of today."""
    if isinstance(part, str):
        if part.startswith(_PROBLEMS):
            return ". ".join(sorted(part.split(". ")))
        return TEXTS.get(part, part)
    if isinstance(part, dict):
        return {key: _today(inner) for key, inner in part.items()}
    return [_today(inner) for inner in part] if isinstance(part, list) else part


def without_new(page: str, kind: str, old: Any, new: Any) -> Any:
    """A record of now without what came on purpose.

    Exports: every page offers the embedded model. Address: the app writes what Streamlit wrote.
    """
    if kind == "exports":
        return {name: file for name, file in new.items() if name in old or name != _MODEL}
    if kind == "address":
        bound = _BOUND.get(page, "").split()
        return {name: v for name, v in new.items() if name in old or name not in bound}
    return new
