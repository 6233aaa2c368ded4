"""Which code runs here: two machines that work together must run the same."""

from __future__ import annotations

import hashlib
import os
import socket
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

CORE = Path(__file__).parents[1]
#: What a result on the way is made of, beside our own code.
LIBRARIES = ("numpy", "torch", "transformers")


@cache
def code() -> str:
    """Twelve digits that stand for the files of core, Python and the libraries that compute."""
    made = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for library in LIBRARIES:
        made.update(version(library).split("+")[0].encode())
    for path in sorted(CORE.rglob("*.py")):
        made.update(str(path.relative_to(CORE)).encode() + path.read_bytes())
    return made.hexdigest()[:12]


@cache
def server() -> str:
    """This process among all that ask the cluster."""
    return f"{socket.gethostname()}:{os.getpid()}"
