"""The Content-Security-Policy in a real browser, and the ear for what it holds back.

Every page of every other test here keeps the policy, too: what it holds back is an error there.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Error, Page

from tests.e2e.conftest import Visit


def test_a_script_that_somebody_smuggles_in_is_held_back_and_heard(
    visit: Visit, page: Page
) -> None:
    with page.expect_response("**/glossary*") as answer:
        visit("glossary")
    assert "'unsafe-eval'" not in answer.value.headers["content-security-policy"]
    with pytest.raises(Error, match="Content Security Policy"):
        page.add_script_tag(content="window.smuggled = 1")
    page.wait_for_timeout(300)
    errors = page.errors  # type: ignore[attr-defined]
    assert any("held back: script-src" in one for one in errors), errors
    assert page.evaluate("window.smuggled") is None
    errors.clear()  # what is left in the end fails a test
