"""The tokens of a text to take home, as CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from core.tokens.encoding import Encoding, Token
from core.tokens.label import hexed

COLUMNS = ["position", "id", "token", "bytes", "start", "end"]


def _row(position: int, token: Token) -> dict[str, Any]:
    values = (position, token.id, token.piece, hexed(token.data), token.start, token.end)
    return dict(zip(COLUMNS, values, strict=True))


def as_csv(encoded: Encoding) -> str:
    """All tokens as CSV: position, id, token, bytes in hex, first character, one past the last."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_row(i, t) for i, t in enumerate(encoded.tokens()))
    return out.getvalue()


def as_json(encoded: Encoding) -> str:
    """The text and all its tokens as JSON."""
    rows = [_row(i, t) for i, t in enumerate(encoded.tokens())]
    return json.dumps({"text": encoded.text, "tokens": rows}, ensure_ascii=False, indent=1)
