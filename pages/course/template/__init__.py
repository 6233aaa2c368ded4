"""A lesson to start from, its files full of comments: what a teacher downloads."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

FOLDER = Path(__file__).parent / "my-first-lesson"


def template() -> bytes:
    """The folder as a ZIP file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(FOLDER.iterdir()):
            archive.write(file, f"{FOLDER.name}/{file.name}")
    return packed.getvalue()
