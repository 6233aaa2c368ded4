"""The results of a lesson as a page to print: one file, no names, nothing that it would load."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from core.language import _, current_language
from core.numbers import percent
from core.room.results import Result
from core.room.tally import Row

_STYLE = """
body { font: 12pt/1.45 sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 13pt; margin: 1.6rem 0 0.3rem; } article { break-inside: avoid; }
pre { white-space: pre-wrap; background: #f2f2f2; padding: 0.5rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: 0.2rem 0.6rem;
border-bottom: 1px solid #999; } td + td, th + th { text-align: right; }
tr.right { font-weight: bold; } .lines { border-bottom: 1px solid #999; height: 2rem; }
"""


def as_page(title: str, found: Sequence[Result], *, answers: bool) -> str:
    """The questions as HTML: with what the class answered, or as a worksheet with empty lines.

    All that anybody typed is escaped.
    """
    parts = "".join(_article(number, one, answers) for number, one in enumerate(found, 1))
    return (
        f'<!doctype html><html lang="{current_language.get()}"><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>{parts}</html>"
    )


def _article(number: int, one: Result, answers: bool) -> str:
    prompt = f"<pre>{escape(one.prompt)}</pre>" if one.prompt else ""
    body = _table(one) if answers else _lines(one)
    return f"<article><h2>{number}. {escape(one.text)}</h2>{prompt}{body}</article>"


def _lines(one: Result) -> str:
    """Room for an answer, and the options where there are some."""
    options = "".join(f"<li>{escape(text)}</li>" for text in one.options)
    return f"<ol type='a'>{options}</ol>" if options else '<div class="lines"></div>' * 2


def _table(one: Result) -> str:
    votes = [_("First vote"), _("Second vote")] if len(one.answered) > 1 else [_("Class")]
    model = any(row.p is not None for row in one.rows)
    heads = [_("Answer"), *votes, *([_("Model")] if model else [])]
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    rows = "".join(_row(row, one.answered, model) for row in one.rows)
    return f"<table><tr>{head}</tr>{rows}</table>"


def _row(row: Row, answered: Sequence[int], model: bool) -> str:
    cells = [row.label + (" ✓" if row.right else "")]
    cells += [
        f"{n} · {percent(n / max(1, all_), 0)}" for n, all_ in zip(row.votes, answered, strict=True)
    ]
    if model:
        cells.append("" if row.p is None else percent(row.p))
    kind = ' class="right"' if row.right else ""
    return f"<tr{kind}>" + "".join(f"<td>{escape(text)}</td>" for text in cells) + "</tr>"
