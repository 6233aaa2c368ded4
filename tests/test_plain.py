"""A host that runs app.py as a plain script: no routes, no headers of ours; every page works.

Its disk takes nothing, as a read-only one or a full one: the app never needs to write. Its folder
is one as people have: with a space, an umlaut and a bracket.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.visitor import Visitor
from pages.shell.journey import beside, stops

ROOT = Path(__file__).parent.parent
PAGES = [stop.name for stop in [*stops(), *beside()]]
#: What `streamlit run` does with a file in which it finds no `st.App`.
PLAIN = """
import errno, os, sys

def refuse(event, arguments):
    path, flags = (arguments[0], arguments[2]) if event == "open" else ("", 0)
    writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if (writes and path != os.devnull) or event in ("os.mkdir", "os.rename", "os.link"):
        raise OSError(errno.EROFS, "Read-only file system", str(arguments[0]))

sys.addaudithook(refuse)
from streamlit.web import bootstrap
options = {"server.port": int(sys.argv[1]), "server.address": "127.0.0.1"}
bootstrap.load_config_options(options)
bootstrap.run("app.py", False, [], options)
"""


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Address and log of such a server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("plain") / "log"
    folder = _copied(tmp_path_factory.mktemp("Käthes Rechner (2)"))
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-c", PLAIN, str(port)], cwd=folder, stdout=out, stderr=out
        )
        try:
            _wait(port, server, log)
            yield f"127.0.0.1:{port}", log
        finally:
            server.terminate()
            server.wait(30)


def _copied(folder: Path) -> Path:
    """The app in another folder."""
    whole = shutil.ignore_patterns("__pycache__")
    for name in ("core", "pages", ".streamlit"):
        shutil.copytree(ROOT / name, folder / name, ignore=whole)
    shutil.copy(ROOT / "app.py", folder)
    return folder


def _wait(port: int, server: subprocess.Popen, log: Path) -> None:
    for _try in range(400):
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError("the server did not answer")


def test_it_is_such_a_host(plain: tuple[str, Path]):
    with urllib.request.urlopen(f"http://{plain[0]}/ready", timeout=10) as answer:
        assert "content-security-policy" not in answer.headers
        assert b"<!DOCTYPE html>" in answer.read()  # no route of ours: the front end


def test_every_page_works(plain: tuple[str, Path]):
    address, log = plain
    visitor = Visitor(address)
    try:
        for name in PAGES:
            visitor.open(name, {"prompt": "Once upon a time"})
            assert not visitor.errors(), name
            assert any(visitor.shown.values()), name
    finally:
        visitor.close()
    assert "Traceback" not in log.read_text()
    assert "Read-only" not in log.read_text()
