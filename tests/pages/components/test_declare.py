"""What a browser gets of a component's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pages.components.shared.declare import bundle, thin

COMPONENTS = Path(__file__).parents[3] / "pages" / "components"
SCRIPTS = sorted(COMPONENTS.glob("*/view.js"))

SCRIPT = """\
/**
 * What it is for. * Not yet the end: **bold** / 2.
 */
import { a } from 'b';

  // A reason.
export default function () {
    const there = 'https://a.b/c'; // stays
    /* one line */
    const text = `
        <p>  // no comment, as it stands in a text

        </p>`;
    return a / text * 2; /* stays */
}
"""
THIN = """\
import { a } from 'b';
export default function () {
const there = 'https://a.b/c'; // stays
const text = `
        <p>  // no comment, as it stands in a text

        </p>`;
return a / text * 2; /* stays */
}"""


def test_comments_and_indents_stay_at_home_and_texts_as_they_are() -> None:
    assert thin(SCRIPT) == THIN


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.parent.name)
def test_what_does_something_is_all_there(script: Path) -> None:
    """But for comments and spaces at the ends of lines, it is the same text."""
    whole, sent = bundle(script), thin(bundle(script))
    assert len(sent) < len(whole)
    kept = [line.strip() for line in sent.splitlines() if line.strip()]
    lines = iter(line.strip() for line in whole.splitlines())
    assert all(line in lines for line in kept), "in its order"
    left_out = [line.strip() for line in whole.splitlines() if line.strip() not in kept]
    assert all(line.startswith(("//", "/*", "*")) for line in left_out if line), left_out


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.parent.name)
def test_no_text_goes_over_several_lines(script: Path) -> None:
    """A line of one that begins like a comment would be taken for one."""
    sent = thin(bundle(script)).splitlines()
    assert not [line for line in sent if line.count("`") % 2]
