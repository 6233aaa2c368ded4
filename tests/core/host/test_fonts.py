"""Small fonts: what stands in for what, and that nothing which is shown is missing."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import brotli
import pytest
from fontTools.ttLib import TTFont
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from streamlit.web.server.starlette.starlette_static_routes import (
    create_streamlit_static_assets_routes,
)

from core.host.compressed import Compressed
from core.host.fonts.small import FOLDER, SmallFonts, icons
from core.host.headers import hashes, static_folder
from pages.shell.journey import stops
from training.fonts import ligatures, used

ROOT = Path(__file__).parents[3]
MADE = json.loads((FOLDER / "fonts.json").read_text(encoding="utf-8"))
INDEX = static_folder() / "index.html"
SHEET = next((static_folder() / "static" / "css").glob("index.*.css"))
FACE = re.compile(r"@font-face\{[^}]*\}")


@pytest.fixture(scope="module")
def client() -> TestClient:
    routes = create_streamlit_static_assets_routes("")
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Compressed)]))


def sent(client: TestClient, path: str) -> str:
    with client.stream("GET", path, headers={"accept-encoding": "br"}) as answer:
        return brotli.decompress(b"".join(answer.iter_raw())).decode("utf-8")


def test_the_fonts_were_made_of_those_that_are_installed():
    small = SmallFonts(static_folder())
    again = "Streamlit has other fonts now: python -m training.fonts"
    assert set(small.of) == {entry["whole"] for entry in MADE}, again
    for path, entry in small.of.values():
        whole = static_folder() / "static" / "media" / entry["whole"]
        assert path.stat().st_size < whole.stat().st_size * 0.6


def test_every_icon_that_is_named_is_there():
    there = set(next(entry["icons"] for entry in MADE if "icons" in entry))
    whole = next(entry["whole"] for entry in MADE if "icons" in entry)
    known = set(ligatures(TTFont(static_folder() / "static" / "media" / whole)))
    assert used() & known == there, "an icon came into use: python -m training.fonts"
    named = set(icons(ROOT / "pages", ROOT / "core"))
    assert {"lightbulb", "restart_alt"} <= named & there
    assert {stop.icon.split("/")[1].strip(":") for stop in stops()} <= there


def points(ranges: str) -> set[int]:
    found: set[int] = set()
    for one in ranges.split(","):
        first, _, last = one.removeprefix("U+").partition("-")
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


@pytest.mark.parametrize("entry", [e for e in MADE if "in_small" in e], ids=lambda e: e["small"])
def test_a_character_comes_from_one_of_both_fonts(entry: dict):
    small, whole = points(entry["in_small"]), points(entry["in_whole"])
    assert not small & whole
    assert {ord(c) for c in "azAZ09 àèìòùÄÖÜß“”‘’–—…·×−≈→←↑↓€"} <= small
    if "Sans" in entry["small"]:
        assert {ord(c) for c in "Σθ"} <= small  # formulas
    assert "я" not in map(chr, small)


def test_the_first_page_links_them_and_its_scripts_stay_those_of_the_policy(client: TestClient):
    page, whole = sent(client, "/"), INDEX.read_text(encoding="utf-8")
    mark = SmallFonts(static_folder()).mark
    assert page.replace(f"?small={mark}", "") == whole
    assert page.count(f"?small={mark}") == 2  # the style sheet, and the font that is fetched early
    assert list(hashes(page)) == list(hashes(whole))


def test_the_style_sheet_names_small_and_whole(client: TestClient):
    mark, whole = SmallFonts(static_folder()).mark, SHEET.read_text(encoding="utf-8")
    assert sent(client, f"/static/css/{SHEET.name}") == whole  # no cache holds ours for it
    sheet = sent(client, f"/static/css/{SHEET.name}?small={mark}")
    assert FACE.sub("", sheet) == FACE.sub("", whole)
    faces = [face for face in FACE.findall(sheet) if "Source Sans" in face]
    assert [f"?small={mark}" in face for face in faces] == [True, False, True, False]
    assert all("unicode-range:U+" in face for face in faces)
    (symbols,) = [face for face in FACE.findall(sheet) if "Material" in face]
    assert f"?small={mark}" in symbols


@pytest.mark.parametrize("entry", MADE, ids=lambda e: e["small"])
def test_a_font_comes_small_to_who_names_it_whole_to_everybody_else(client: TestClient, entry):
    address = f"/static/media/{entry['whole']}"
    mark = SmallFonts(static_folder()).mark
    small = client.get(f"{address}?small={mark}")
    assert small.content == (FOLDER / entry["small"]).read_bytes()
    assert "immutable" in small.headers["cache-control"]
    assert small.headers["content-type"] == "font/woff2"
    for other in (address, f"{address}?small=0", f"{address}?small={mark}&x=1"):
        assert (
            client.get(other).content
            == (static_folder() / "static" / "media" / entry["whole"]).read_bytes()
        )
    kept = client.get(f"{address}?small={mark}", headers={"if-none-match": small.headers["etag"]})
    assert kept.status_code == 304


def test_other_fonts_than_ours_were_made_of_stay_as_they_are(tmp_path: Path):
    shutil.copytree(static_folder() / "static" / "media", tmp_path / "static" / "media")
    for entry in MADE:
        (tmp_path / "static" / "media" / entry["whole"]).write_bytes(b"another font")
    small = SmallFonts(tmp_path)
    assert (small.of, small.mark) == ({}, "")
    raw = INDEX.read_bytes()
    assert small.changed("index.html", raw) == raw
    assert small.font(f"/static/media/{MADE[0]['whole']}", "small=") is None


def test_each_address_of_the_app_gets_the_page_and_nothing_else_does(client: TestClient):
    person = {"accept-encoding": "br", "accept": "text/html,*/*"}
    for path in ("/attention", "/lessons/deep"):
        with client.stream("GET", path, headers=person) as answer:
            body = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "br"
        assert "?small=" in brotli.decompress(body).decode("utf-8")
    page = client.get("/a/_stcore/health", headers=person)
    assert page.status_code == 404
    assert "content-encoding" not in page.headers
