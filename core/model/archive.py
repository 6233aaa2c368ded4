"""A checkpoint's folder as one file to take away."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path


def zipped(folder: Path) -> bytes:
    """A folder as a zip file that unpacks to a folder of its name; weights hardly shrink.

    Parameters
    ----------
    folder : a checkpoint in the Hub's layout, without folders of its own
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.iterdir()):
            if path.is_file():
                archive.write(path, f"{folder.name}/{path.name}")
    return made.getvalue()
