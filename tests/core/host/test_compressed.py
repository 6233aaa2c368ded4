"""The front end compressed, over Streamlit's own handler of its files."""

from __future__ import annotations

import gzip
import re
import time
from pathlib import Path

import brotli
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from streamlit.web.server.starlette.starlette_static_routes import (
    create_streamlit_static_assets_routes,
)

from core.host import compressed
from core.host.compressed import Compressed, accepted
from core.host.headers import static_folder

SCRIPT = max((static_folder() / "static" / "js").glob("index.*.js"), key=lambda p: p.stat().st_size)
INDEX = static_folder() / "index.html"
FONT = next((static_folder() / "static" / "media").glob("*.woff2"))
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}


def address(path: Path) -> str:
    return "/" + path.relative_to(static_folder()).as_posix()


def served(base: str = "") -> TestClient:
    guard = Middleware(Compressed, base=base)
    routes = create_streamlit_static_assets_routes(base)
    return TestClient(Starlette(routes=routes, middleware=[guard]))


@pytest.fixture(scope="module")
def client() -> TestClient:
    return served()


def raw(client: TestClient, path: str, **headers: str):
    """The answer and its bytes as they came."""
    with client.stream("GET", path, headers=headers) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize(
    ("header", "best"),
    [
        ("gzip, deflate, br, zstd", "br"), ("gzip, deflate", "gzip"), ("", ""), ("identity", ""),
        ("br;q=0, gzip;q=0.5", "gzip"), ("*", "br"), ("br;q=x", ""), ("GZIP;q=1.0", "gzip"),
        ("*;q=0", ""), ("," * 10_000, ""),
    ],
)  # fmt: skip
def test_what_a_browser_accepts(header: str, best: str):
    assert accepted(header) == best


@pytest.mark.parametrize("encoding", ["br", "gzip"])
@pytest.mark.parametrize("path", ["/", address(SCRIPT)])
def test_a_file_comes_smaller_and_is_the_same(client: TestClient, path: str, encoding: str):
    plain, whole = raw(client, path, **{"accept-encoding": "identity"})
    answer, body = raw(client, path, **{"accept-encoding": encoding})
    assert answer.headers["content-encoding"] == encoding
    assert int(answer.headers["content-length"]) == len(body) < len(whole) / 2
    plain_page = re.sub(rb"\?small=\w+", b"", UNPACK[encoding](body))  # see test_fonts
    assert plain_page == whole
    assert "content-encoding" not in plain.headers
    assert answer.headers["vary"] == "Accept-Encoding"
    for name in ("cache-control", "content-type", "last-modified"):
        assert answer.headers[name] == plain.headers[name]
    assert answer.headers["etag"] != plain.headers["etag"]


def test_who_has_it_already_is_told_so(client: TestClient):
    head = {"accept-encoding": "br"}
    first, _body = raw(client, "/", **head)
    again, body = raw(client, "/", **head, **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, body) == (304, b"")
    other, body = raw(client, "/", **head, **{"if-none-match": '"another"'})
    assert other.status_code == 200
    assert body


def test_the_work_is_done_once(monkeypatch: pytest.MonkeyPatch):
    calls = []
    make = compressed._MAKE["br"]
    monkeypatch.setitem(compressed._MAKE, "br", lambda whole: calls.append(whole) or make(whole))
    with served() as client:
        for _time in range(3):
            assert raw(client, address(SCRIPT), **{"accept-encoding": "br"})[1]
    assert calls.count(SCRIPT.read_bytes()) == 1


def test_what_every_first_visit_asks_for_is_made_when_the_server_starts(
    monkeypatch: pytest.MonkeyPatch,
):
    calls = []
    make = compressed._MAKE["br"]
    monkeypatch.setitem(compressed._MAKE, "br", lambda whole: calls.append(1) or make(whole))
    with served() as client:  # its lifespan runs
        linked = compressed._LINKED.findall(INDEX.read_text(encoding="utf-8"))
        end = time.monotonic() + 30
        while len(calls) < 30 and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(0.3)
        made = len(calls)
        assert len(linked) > made > 30  # not the fonts, not what is tiny
        for path in ["/", *(f"/{name}" for name in linked if name.endswith(".js"))]:
            raw(client, path, **{"accept-encoding": "br"})
    assert len(calls) == made


@pytest.mark.parametrize("path", [address(FONT), "/favicon.png"])
def test_what_would_not_get_smaller_goes_as_it_is(client: TestClient, path: str):
    answer, body = raw(client, path, **{"accept-encoding": "br"})
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers
    assert body


def test_a_part_of_a_file_is_that_part(client: TestClient):
    answer, body = raw(client, address(SCRIPT), **{"accept-encoding": "br", "range": "bytes=0-9"})
    assert answer.status_code == 206
    assert body == SCRIPT.read_bytes()[:10]


@pytest.mark.parametrize(
    "path",
    ["/static/../../config.py.js", "/static/%2e%2e/%2e%2e/config.js", "/static/js/%00.js",
     "/static/js", "/static/js/none.js", "/static/" + "a" * 5_000 + ".js"],
)  # fmt: skip
def test_a_path_that_leads_out_or_nowhere_is_left_to_streamlit(client: TestClient, path: str):
    answer, _body = raw(client, path, **{"accept-encoding": "br"})
    plain, _body = raw(client, path, **{"accept-encoding": "identity"})
    assert answer.status_code == plain.status_code
    assert "content-encoding" not in answer.headers


def test_a_link_that_leads_out_of_the_folder_is_no_file_of_ours(tmp_path: Path):
    inside, secret = tmp_path / "static", tmp_path / "secret.js"
    (inside / "static").mkdir(parents=True)
    secret.write_text("x" * 5_000)
    (inside / "static" / "out.js").symlink_to(secret)
    (inside / "static" / "in.js").write_text("x" * 5_000)
    guard = Compressed(Starlette(), folder=inside)
    assert guard.file("/static/out.js") is None
    assert guard.file("/static/in.js") is not None


def test_under_a_path_of_its_own():
    answer, body = raw(
        served("deep/app"), "/deep/app" + address(SCRIPT), **{"accept-encoding": "br"}
    )
    assert brotli.decompress(body) == SCRIPT.read_bytes()
    assert "content-encoding" in answer.headers
