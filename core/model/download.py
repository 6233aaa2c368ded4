"""The process that downloads: ``python -m core.model.download owner/model cache seconds``.

Started by `core.model.fetch`; reports on standard output in lines of JSON, and ends with the
process that started it. It takes no torch.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import httpx2
from huggingface_hub import HfApi, constants, hf_hub_download, set_client_factory
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
)

from core.model.files import INDEX, SMALL_FILES, WEIGHTS, shards

#: What a disk answers: that it is full, or that nothing may be written where models go.
_OF_THE_DISK = {
    **dict.fromkeys((errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)), "full"),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR), "locked"),
}


def _say(event: str, **values: Any) -> None:
    sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
    sys.stdout.flush()


def _fail(kind: str, **values: Any) -> NoReturn:
    _say("error", kind=kind, **values)
    raise SystemExit(1)


def _end_with_parent() -> None:
    """Leave, cleanly, when asked to and when the server that started this process is gone."""

    def leave(*_: object) -> NoReturn:
        raise SystemExit(1)  # unwinds the download, which removes its unfinished file

    signal.signal(signal.SIGTERM, leave)
    main_thread = threading.get_ident()

    def watch() -> None:
        while os.read(0, 1):
            pass
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(main_thread, signal.SIGTERM)
        else:  # Windows
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class _Body(httpx2.SyncByteStream):
    """A body whose resets look like an early end.

    huggingface_hub resumes a body that ends too early or stalls, but not one that the other side
    resets.
    """

    def __init__(self, stream: httpx2.SyncByteStream) -> None:
        self.stream = stream

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self.stream
        except httpx2.ReadError as error:
            raise httpx2.RemoteProtocolError(str(error)) from error

    def close(self) -> None:
        self.stream.close()


class _Client(httpx2.Client):
    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        response = super().send(request, **options)
        if options.get("stream"):
            response.stream = _Body(response.stream)  # type: ignore[arg-type]
        return response


class _Bar:
    """Stands in for tqdm in huggingface_hub: reports bytes instead of drawing."""

    done = 0

    def __init__(self, *_: Any, initial: float = 0, **__: Any) -> None:
        self.n = int(initial)

    def update(self, n: float | None = 1) -> None:
        self.n += int(n or 0)
        _say("bytes", done=_Bar.done + self.n)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def close(self) -> None:
        pass


@contextmanager
def _failures_reported() -> Iterator[None]:
    try:
        yield
    except GatedRepoError:
        _fail("gated")
    except (RepositoryNotFoundError, HFValidationError):
        _fail("unknown")
    except HfHubHTTPError as error:
        status = error.response.status_code
        _fail("unknown" if status in {401, 404} else "server", status=status)
    except (httpx2.HTTPError, LocalEntryNotFoundError, OSError) as error:
        number = error.errno if isinstance(error, OSError) else None
        _fail(_OF_THE_DISK.get(number or 0, "network"), text=type(error).__name__)


def _get(repo_id: str, cache: Path, seconds: float, name: str) -> Path:
    """One file, from the cache if it lies there."""
    found = hf_hub_download(
        repo_id,
        name,
        cache_dir=cache,
        etag_timeout=seconds,
        tqdm_class=_Bar,  # type: ignore[arg-type]
    )
    path = Path(found)
    _Bar.done += path.stat().st_size
    _say("file", name=name, path=str(path))
    _say("bytes", done=_Bar.done)
    return path


def _download(repo_id: str, cache: Path, seconds: float) -> None:
    """Fetch what a checkpoint needs, the configuration first and the weights last."""
    get = partial(_get, repo_id, cache, seconds)
    info = HfApi().model_info(repo_id, timeout=seconds, files_metadata=True)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
    listing = [name for name in (WEIGHTS, INDEX) if name in sizes][:1]
    if not listing:
        _fail("files", names=sorted(sizes))
    if "config.json" not in sizes:
        _fail("config")
    get("config.json")
    weights = listing if listing == [WEIGHTS] else _listed(get(INDEX), sizes)
    small = [name for name in SMALL_FILES if name in sizes]
    total = sum(sizes[name] for name in {*small, *weights, *listing})
    _check_disk(cache, total - _Bar.done)
    _say("files", total=total)
    for name in [*small[1:], *weights]:
        folder = get(name).parent
    _say("done", folder=str(folder))


def _listed(index: Path, sizes: dict[str, int]) -> list[str]:
    """The shards of an index, all of which the repository must have."""
    try:
        names = shards(index)
    except ValueError:
        _fail("index")
    if not names or not all(name in sizes for name in names):
        _fail("index")
    return names


def _check_disk(cache: Path, need: int) -> None:
    """Refuse before the first byte what the disk cannot hold."""
    existing = next(p for p in [cache, *cache.parents] if p.exists())
    free = shutil.disk_usage(existing).free
    if need > free:
        _fail("disk", need=need, free=free)


def main(arguments: list[str]) -> None:
    """Download ``owner/model`` into a cache folder, reporting on standard output."""
    repo_id, cache, seconds = arguments[0], Path(arguments[1]), float(arguments[2])
    _end_with_parent()
    # A report every quarter of a megabyte; ten would leave a slow line without a sign of life.
    constants.DOWNLOAD_CHUNK_SIZE = 256 * 1024
    set_client_factory(lambda: _Client(follow_redirects=True, timeout=None))
    _say("started")
    with _failures_reported():
        _download(repo_id, cache, seconds)


if __name__ == "__main__":
    main(sys.argv[1:])
