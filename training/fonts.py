"""Make the small fonts out of the installed Streamlit's: ``python -m training.fonts``.

Anew after Streamlit was updated or an icon came into use; a test says so. Needs fontTools.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from core.host.fonts.small import FOLDER, icons, sha256
from core.host.headers import static_folder

ROOT = Path(__file__).parents[1]
#: Western and central Europe's letters with their accents, the Greek ones of formulas, punctuation,
#: arrows, mathematics, shapes: what the pages are written in, and most of what is typed.
_LETTERS = [(0x20, 0x17F), (0x2B0, 0x304), (0x306, 0x30C), (0x327, 0x328), (0x391, 0x3C9),
            (0x1D40, 0x1D40), (0x1D62, 0x1D62), (0x2000, 0x209F), (0x20AC, 0x20AC),
            (0x2100, 0x2149), (0x2190, 0x27FF)]  # fmt: skip
#: Characters that a font lacks, up to which two of its ranges are told as one.
_GAP = 64
_TEXT = ("SourceSansVF-Upright", "SourceSansVF-Italic", "SourceCodeVF-Upright",
         "SourceCodeVF-Italic")  # fmt: skip
_ICONS = "MaterialSymbols-Rounded"
#: Names that the front end puts together without their prefix: of its tables and its menus.
_BARE = re.compile(r"[\"'`]([a-z0-9]+(?:_[a-z0-9]+)+)[\"'`]")


def ranges(characters: Iterable[int], gap: int = 0, without: Collection[int] = ()) -> str:
    """Characters as ``unicode-range`` spells them.

    Parameters
    ----------
    gap : others that may lie between two of them, which are told as one range then
    without : what must not be among the others
    """
    found: list[list[int]] = []
    for one in sorted(characters):
        near = found and one - found[-1][1] <= gap + 1
        if near and not any(other in without for other in range(found[-1][1] + 1, one)):
            found[-1][1] = one
        else:
            found.append([one, one])
    return ",".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in found)


def _save(whole: Path, small: Path, wanted: dict, closure: bool) -> None:
    """Write a font with some of its glyphs; its outlines and measures stay as they are."""
    options = subset.Options(layout_closure=closure)
    options.flavor = "woff2"
    font = subset.load_font(str(whole), options)
    cut = subset.Subsetter(options)
    cut.populate(**wanted)
    cut.subset(font)
    # What was changed must not go by its maker's name (Open Font License, 3); whose it is stays.
    for record in [r for r in font["name"].names if r.nameID in {1, 3, 4, 6, 16, 25}]:
        record.string = "Hood Subset" if record.nameID != 6 else "HoodSubset"
    subset.save_font(font, str(small), options)


def letters(whole: Path, small: Path) -> dict[str, str]:
    """Make a small text font; which characters are in it, and which in the whole one alone."""
    wanted = {one for first, last in _LETTERS for one in range(first, last + 1)}
    has = set(TTFont(whole).getBestCmap())
    _save(whole, small, {"unicodes": sorted(wanted & has)}, closure=True)
    return {"in_small": ranges(wanted & has), "in_whole": ranges(has - wanted, _GAP, wanted)}


def ligatures(font: TTFont) -> dict[str, str]:
    """The glyph of each icon, by its name."""
    letter = {glyph: chr(code).lower() for code, glyph in font.getBestCmap().items()}
    found: dict[str, str] = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            table = getattr(table, "ExtSubTable", table)
            for first, entries in getattr(table, "ligatures", {}).items():
                for one in entries:
                    name = "".join(letter[glyph] for glyph in [first, *one.Component])
                    found[name] = one.LigGlyph
    return found


def used() -> set[str]:
    """Names of icons that may come onto a page, and other words of the same files."""
    front = static_folder() / "static" / "js"
    found = set(icons(ROOT / "pages", ROOT / "core", front, static_folder().parent / "elements"))
    for path in front.glob("*.js"):
        found |= set(_BARE.findall(path.read_text(encoding="utf-8")))
    return found


def symbols(whole: Path, small: Path) -> dict[str, list[str]]:
    """Make a small font of icons: those of the app, and all that the front end may show."""
    glyphs = ligatures(TTFont(whole))
    names = sorted(used() & set(glyphs))
    wanted = {"text": "".join(names), "glyphs": [glyphs[name] for name in names]}
    _save(whole, small, wanted, closure=False)
    return {"icons": names}


def main() -> None:
    made = []
    for name in (_ICONS, *_TEXT):
        whole = next((static_folder() / "static" / "media").glob(f"{name}.*woff2"))
        small = FOLDER / f"{name}.woff2"
        told = symbols(whole, small) if name == _ICONS else letters(whole, small)
        made.append({"whole": whole.name, "sha256": sha256(whole), "small": small.name, **told})
        print(
            f"{name}: {whole.stat().st_size / 1e3:,.0f} kB, small {small.stat().st_size / 1e3:,.0f}"
        )
    (FOLDER / "fonts.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
