"""The front end's style sheet and first page, changed so that small fonts come for whole ones.

A first visit fetched 0.64 MB of fonts: four thousand icons, of which a hundred are used, and the
letters of all of Europe's alphabets. The small files lie beside this one. Where a text needs more
than they have, the browser fetches the whole font by itself: the style sheet says which characters
are in which (``unicode-range``), so nothing looks different.

They are asked for at the addresses of the whole ones, with what they hold as a query. A server that
has no such file, or another one, answers with the whole font, and what a browser keeps is never
stale.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

FOLDER = Path(__file__).parent
_FACE = re.compile(r"@font-face\{[^}]*\}")
_SOURCE = re.compile(r"url\(([^)]*/([^/)]+\.woff2))\)")


class SmallFonts:
    """The small fonts that stand for those of an installed front end.

    Parameters
    ----------
    static : the front end's folder
    made : the folder of the small fonts with their list, fonts.json

    Attributes
    ----------
    of : small file and the ranges of both, by the whole font's name; only those that were made of
        exactly the file that is installed
    """

    def __init__(self, static: Path, made: Path = FOLDER) -> None:
        self.of: dict[str, tuple[Path, dict[str, str]]] = {}
        for entry in json.loads((made / "fonts.json").read_text(encoding="utf-8")):
            whole = static / "static" / "media" / entry["whole"]
            if whole.is_file() and sha256(whole) == entry["sha256"]:
                self.of[entry["whole"]] = made / entry["small"], entry

    @cached_property
    def mark(self) -> str:
        """What tells this set of fonts from any other; empty for none."""
        if not self.of:
            return ""
        parts = [sha256(path) + json.dumps(told) for path, told in self.of.values()]
        return hashlib.sha256("".join(parts).encode()).hexdigest()[:12]

    def font(self, path: str, query: str) -> Path | None:
        """The small font that is asked for, if this is its address."""
        found = self.of.get(path.rsplit("/", 1)[-1])
        return found[0] if found and query == f"small={self.mark}" else None

    def changed(self, name: str, raw: bytes) -> bytes:
        """The front end's first page or style sheet, by its name, as it is to be sent."""
        if not self.of or not re.fullmatch(r"index\.(html|[^.]*\.css)", name):
            return raw
        text = raw.decode("utf-8")
        text = self._page(text) if name == "index.html" else _FACE.sub(self._faces, text)
        return text.encode("utf-8")

    def _page(self, text: str) -> str:
        """The first page: the links to style sheet and fonts, and nothing else of it."""
        names = [re.escape(name) for name in self.of]
        linked = rf'(href="[^"]*/(?:{"|".join(names)}|index\.[^/"]*\.css))"'
        return re.sub(linked, rf'\1?small={self.mark}"', text)

    def _faces(self, found: re.Match[str]) -> str:
        whole = found[0]
        source = _SOURCE.search(whole)
        told = self.of.get(source[2]) if source else None
        if source is None or told is None:
            return whole
        small = whole.replace(source[1], f"{source[1]}?small={self.mark}")
        if "in_small" not in told[1]:  # icons: the small one has all that is ever shown
            return small
        return _ranged(small, told[1]["in_small"]) + _ranged(whole, told[1]["in_whole"])


def _ranged(face: str, ranges: str) -> str:
    return f"{face[:-1].rstrip(';')};unicode-range:{ranges}}}"


def sha256(path: Path) -> str:
    """A file's digest."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def icons(*folders: Path) -> Iterator[str]:
    """The names of the icons that source files put on a page, some of them more than once.

    A file that puts such a name together gives all its quoted words, as each may be one.
    """
    for folder in folders:
        for path in folder.rglob("*"):
            if path.suffix in {".py", ".md", ".js", ".html", ".yaml"} and path.is_file():
                text = path.read_text(encoding="utf-8")
                yield from re.findall(r":material/([a-z0-9_]+)", text)
                if ":material/{" in text:
                    yield from re.findall(r"[\"']([a-z0-9_]+)[\"']", text)
