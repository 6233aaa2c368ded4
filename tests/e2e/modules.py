"""The components' scripts as modules of a page of their own: what computes is tested by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route

from tests.e2e.conftest import ROOT

COMPONENTS = ROOT / "pages" / "components"
#: An address that only the browser's own routing knows.
_HOST = "http://components.test"
#: ``run("shared/ramp.js", "(ramp, share) => ramp.mix(...)", 0.5)``: the function's answer.
Run = Callable[..., Any]


def runner(page: Page) -> Run:
    """Call a function with a module and an argument, in the browser."""

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(f"{_HOST}/")
        if name == "":
            route.fulfill(body="<!doctype html><title>modules</title>", content_type="text/html")
        else:
            text = (COMPONENTS / name).read_text(encoding="utf-8")
            route.fulfill(body=text, content_type="text/javascript")

    page.route(f"{_HOST}/**", serve)
    page.goto(_HOST)

    def run(module: str, function: str, argument: Any = None) -> Any:
        return page.evaluate(
            "async ([url, text, argument]) => eval(text)(await import(url), argument)",
            [f"{_HOST}/{module}", function, argument],
        )

    return run
