"""The headers, by Starlette's own client."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from core.host.headers import SecurityHeaders, ancestors, hashes, policy, static_folder

PAGE = """<!-- <script>never()</script> --><script type="module" src="./a.js"></script>
<script>
  window.ready = false
</script><SCRIPT nonce="x">two()</SCRIPT>"""


def test_the_inline_scripts_of_a_page_are_named_and_no_others():
    bodies = ["\n  window.ready = false\n", "two()"]
    digests = [hashlib.sha256(body.encode()).digest() for body in bodies]
    assert [*hashes(PAGE)] == [f"'sha256-{b64encode(one).decode()}'" for one in digests]


def test_the_installed_front_end_has_scripts_of_its_own_and_the_policy_names_them():
    page = (static_folder() / "index.html").read_text(encoding="utf-8")
    found = [*hashes(page)]
    assert found
    scripts = re.search(r"script-src ([^;]*)", policy(page, ["self"]))
    assert scripts is not None
    assert scripts[1].split() == ["'self'", "blob:", "'wasm-unsafe-eval'", *found]


@pytest.mark.parametrize("word", ["'unsafe-eval'", "http:", "https:", "*"])
def test_the_policy_lets_nothing_in_from_anywhere(word: str):
    assert word not in policy(PAGE, ["self"])


def test_who_may_frame_the_app():
    assert ancestors(["self", "https://*.streamlit.app"]) == "'self' https://*.streamlit.app"
    assert ancestors(["'none'"]) == "'none'"
    assert ancestors([]) == "'none'"


@pytest.mark.parametrize(
    "bad",
    [["https://a; script-src *"], ["self\r\nx: y"], ["a b"], ["javascript:x"], ["none", "self"]],
)
def test_a_name_that_is_no_origin_gets_into_no_header(bad: list[str]):
    with pytest.raises(ValueError, match="frame_ancestors"):
        ancestors(bad)


def served(frames: tuple[str, ...]) -> TestClient:
    async def hello(_request):
        return PlainTextResponse(
            "hello", headers={"server": "mine", "referrer-policy": "no-referrer"}
        )

    guard = Middleware(SecurityHeaders, frames=frames)
    return TestClient(Starlette(routes=[Route("/", hello)], middleware=[guard]))


@pytest.mark.parametrize("path", ["/", "/not-there"])
def test_every_answer_has_them_also_a_refusal(path: str):
    headers = served(("self",)).get(path).headers
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert "camera=()" in headers["permissions-policy"]
    assert "server" not in headers


def test_what_an_answer_says_itself_stays_and_an_old_header_never_contradicts_the_new():
    headers = served(("self", "https://*.streamlit.app")).get("/").headers
    assert headers["referrer-policy"] == "no-referrer"
    assert "x-frame-options" not in headers
    assert served(("none",)).get("/").headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(("address", "secure"), [("https://a.example", 1), ("http://a.example", 0)])
def test_over_tls_a_cookie_goes_over_tls_only(address: str, secure: int):
    async def hello(_request):
        answer = PlainTextResponse("hello")
        answer.set_cookie("one", "1")
        answer.set_cookie("two", "2", secure=True)
        return answer

    app = Starlette(routes=[Route("/", hello)], middleware=[Middleware(SecurityHeaders)])
    said = TestClient(app, base_url=address).get("/").headers.get_list("set-cookie")
    assert [one.lower().count("secure") for one in said] == [secure, 1]
