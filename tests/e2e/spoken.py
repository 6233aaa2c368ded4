"""The app with languages of the tests: ``python -m tests.e2e.spoken FOLDER run app.py``."""

from __future__ import annotations

import sys
from pathlib import Path

from streamlit.web import cli

from core import language
from pages.kit import prose

if __name__ == "__main__":
    folder = Path(sys.argv.pop(1))
    language.LOCALE, prose.PROSE = folder / "locale", folder / "prose"
    cli.main(prog_name="streamlit")
