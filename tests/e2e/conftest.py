"""A running server and a real browser. Without Chromium these tests skip and say why."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import ConsoleMessage, Error, FloatRect, Page, expect

ROOT = Path(__file__).parent.parent.parent
ARTEFACTS = ROOT / "tests" / "artefacts"
WAIT = 120_000  # milliseconds; two cores may be shared by a whole test run
# How soon something is there is for the benchmarks; here it must come at all.
expect.set_options(timeout=WAIT / 4)

Visit = Callable[..., Page]


def _chromium() -> str | None:
    # The shell draws as Chromium does, without a window's chrome: half the time for a new page.
    shells = "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"
    for name in shells:
        found = shutil.which(name)
        if found:
            return found
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if _chromium() is None:
        if os.environ.get("REQUIRE_BROWSER"):
            raise pytest.UsageError("REQUIRE_BROWSER is set and no Chromium was found on the PATH")
        cure = "apt-get install chromium-headless-shell"
        skip = pytest.mark.skip(reason=f"no Chromium on the PATH ({cure})")
        for item in items:
            if Path(item.path).is_relative_to(Path(__file__).parent):
                item.add_marker(skip)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A test that failed tells what its page showed: on a busy machine it may not fail again."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    page = getattr(item, "funcargs", {}).get("page")
    if report.when == "call" and report.failed and page is not None:
        with suppress(Error):
            shown = page.evaluate("document.body.innerText")
            report.sections.append(("The page in the end", f"{page.url}\n{shown[:4000]}"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    quiet = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        # Young objects get more room: a tenth less work for a page, the same page.
        "--js-flags=--min-semi-space-size=64",
        # The shell would round each letter's width to whole pixels; screens of today do not.
        "--font-render-hinting=none",
    ]
    return {**browser_type_launch_args, "executable_path": _chromium(), "args": quiet}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    return {**browser_context_args, "viewport": {"width": 1280, "height": 720}}


@pytest.fixture(scope="session")
def app_url() -> Iterator[str]:
    """Address of the app as ``streamlit run app.py`` serves it."""
    with served() as url:
        yield url


@contextmanager
def served(*program: str, **settings: str) -> Iterator[str]:
    """A server of one's own, that has just begun to listen.

    Parameters
    ----------
    program : what runs the app, with its first arguments; Streamlit if none is named
    settings : go into its environment
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # So long a text is written that a click comes while it is.
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "GPT2_HOOD_MAX_NEW_TOKENS": "900"}
    environment |= settings
    ARTEFACTS.mkdir(exist_ok=True)
    record = ARTEFACTS / f"server-{port}.log"
    with record.open("w") as log:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", *(program or ("streamlit",)), "run", "app.py"),
                *("--server.port", str(port), "--server.address", "127.0.0.1"),
            ],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_for(url, server, record)
            yield url
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(url: str, server: subprocess.Popen, record: Path) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(record.read_text())
        try:
            with urllib.request.urlopen(url + "/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError("the server did not answer within two minutes")


def wait_for(page: Page, condition: str, arg: Any = None) -> None:
    """Wait until a function of the page's own says yes.

    Playwright's `wait_for_function` is `eval` in the page, which our policy forbids.
    """
    end = time.monotonic() + WAIT / 1000
    while time.monotonic() < end:
        # Whoever goes to another page meanwhile takes the question's ground away.
        with suppress(Error):
            if page.evaluate(condition, arg):
                return
        page.wait_for_timeout(50)
    raise TimeoutError(f"not within {WAIT / 1000:.0f} s: {condition}")


def wait_until_idle(page: Page) -> None:
    """Wait until the script has run to its end, the model is there and all is drawn."""
    page.wait_for_selector('[data-testid="stApp"]', timeout=WAIT)
    wait_for(
        page,
        """() => {
            const app = document.querySelector('[data-testid="stApp"]');
            return app && app.getAttribute('data-test-script-state') !== 'running'
              && !document.querySelector('[data-testid="stSkeleton"]')
              && !/Loading the model|Carico il modello/.test(document.body.innerText)
              && document.querySelector('h1');
        }""",
    )
    page.wait_for_timeout(300)
    wait_for(
        page,
        """() => document.querySelector('[data-testid="stApp"]')
                 .getAttribute('data-test-script-state') !== 'running'""",
    )


def wait_until_drawn(page: Page) -> None:
    """Wait until a new size or theme is drawn: nothing has moved for a quarter second."""
    page.evaluate(
        """() => new Promise((done) => {
            const main = document.querySelector('[data-testid="stMain"]') ?? document.body;
            const measure = () => [...main.querySelectorAll(
                '[data-testid="stElementContainer"], svg')]
                .map((one) => one.getBoundingClientRect())
                .map(({ top, width }) => `${top} ${width}`).join();
            let [last, since] = ['', performance.now()];
            const look = () => {
                const now = measure();
                if (now !== last) [last, since] = [now, performance.now()];
                if (performance.now() - since > 250) done(); else setTimeout(look, 50);
            };
            setTimeout(look, 50);
        })"""
    )


def box_of(page: Page, selector: str) -> FloatRect:
    box = page.locator(selector).first.bounding_box()
    assert box is not None, selector
    return box


def check_no_error(page: Page) -> None:
    """No exception box and no error in the console."""
    boxes = page.locator('[data-testid="stException"]')
    assert boxes.count() == 0, boxes.first.inner_text()
    assert not page.errors, page.errors  # type: ignore[attr-defined]


def check_fits(page: Page) -> None:
    """Nothing reaches beyond the window's width."""
    wider = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wider <= 1, f"the page is {wider} px wider than the window"


_SMALL = """() => {
    const found = [];
    const walk = (root) => root.querySelectorAll('*').forEach((node) => {
        if (node.shadowRoot) walk(node.shadowRoot);
        // Indices of formulas are small by rule; what has no extent is for screen readers.
        const text = [...node.childNodes].filter((n) => n.nodeType === 3)
            .map((n) => n.textContent).join('').trim();
        const box = node.getBoundingClientRect();
        if (!text || node.closest('.katex, style, script, noscript')) return;
        if (box.width < 2 || box.height < 2) return;
        const size = parseFloat(getComputedStyle(node).fontSize);
        if (size > 0 && size < 13.95) found.push(`${size} px: ${text.slice(0, 40)}`);
    });
    walk(document);
    return found;
}"""


def check_legible(page: Page) -> None:
    """Nothing to read is under 14 px; what charts and components draw on a canvas is not seen."""
    small = page.evaluate(_SMALL)
    assert not small, small


#: Tells of what the page's policy held back, wherever in the page it was.
TELL = """document.addEventListener('securitypolicyviolation', (event) => console.error(
    `held back: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`))"""


def listen(page: Page) -> list[str]:
    """What goes wrong in a page from now on, what its policy holds back with it."""
    errors: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        # On a deep link Streamlit's front end asks for its own address at the page's path
        # first and at the root when that is not there; the browser logs the first answer.
        # And a room that is over is not found.
        url = message.location.get("url", "")
        expected = re.search(r"/_stcore/(health|host-config)$|/room/\w+/state\?", url)
        if message.type == "error" and not expected:
            errors.append(f"{message.text} ({url})")

    page.add_init_script(TELL)
    page.on("console", on_console)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(WAIT)
    return errors


@pytest.fixture
def visit(page: Page, app_url: str) -> Iterator[Visit]:
    """Open a page of the app by name as a visitor meets it, and wait until it is drawn.

    ``visit("attention", prompt="...", layer="1")`` returns the playwright page;
    ``panel="all"`` opens all panels. Exception boxes and console errors fail the test, then and
    at its end.
    """
    page.errors = listen(page)  # type: ignore[attr-defined]

    def open_page(name: str = "", **query: str) -> Page:
        path = "" if name == "overview" else name
        page.goto(f"{app_url}/{path}" + (f"?{urlencode(query)}" if query else ""))
        wait_until_idle(page)
        check_no_error(page)
        return page

    yield open_page
    check_no_error(page)


@contextmanager
def whole(page: Page) -> Iterator[None]:
    """A window as high as the page: Streamlit scrolls inside of its main element."""
    height = page.evaluate(
        """() => Math.max(720, (document.querySelector('[data-testid="stMain"]')
                   || document.body).scrollHeight)"""
    )
    size = page.viewport_size or {"width": 1280, "height": 720}
    page.set_viewport_size({"width": size["width"], "height": min(12_000, height + 20)})
    wait_until_drawn(page)
    try:
        yield
    finally:
        page.set_viewport_size(size)


@pytest.fixture
def shot(page: Page) -> Callable[[str], Path]:
    """Save a picture of the whole page under tests/artefacts."""

    def save(name: str) -> Path:
        target = ARTEFACTS / f"{name}.png"
        with whole(page):
            page.wait_for_timeout(600)
            page.screenshot(path=target)
        return target

    return save
