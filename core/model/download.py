"""Checkpoints from the Hugging Face Hub: the local cache, and downloads.

A download runs in a process of its own. That process can be ended at any moment, so a load that
is left stops at once; a server that says nothing cannot hold anybody up; and the settings that
huggingface_hub reads when it is imported stay out of the server's process.

This file is both sides: `fetch` is called by `core.model.load`; `main` is the other process,
started as ``python -m core.model.download`` and reporting in lines of JSON.
"""

from __future__ import annotations

import json
import math
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from core.errors import BadCheckpoint, LearnerError, NoNetwork, NotEnoughMemory, UnknownModel
from core.language import _, on_one_line
from core.numbers import byte_size

#: Files beside the weights that a GPT-2 checkpoint may have; nothing else is downloaded.
SMALL_FILES = (
    "config.json",
    "generation_config.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "tokenizer.json",
    "vocab.json",
    "merges.txt",
)
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
#: Endings of weights that are programs in disguise (pickle), or of other frameworks.
OTHER_WEIGHTS = (".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx", ".gguf")

#: Seconds that the other process may need to start on a machine that is busy.
_START_LIMIT = 90.0
#: Seconds between two looks at whether the load was left.
_TICK = 0.1


# --- the local cache ------------------------------------------------------------------------


def cache_folder() -> Path:
    """Where the Hub's files lie on this machine."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE).absolute()


def endpoint() -> str:
    """The address of the Hub; ``HF_ENDPOINT`` names another."""
    from huggingface_hub import constants

    return (os.environ.get("HF_ENDPOINT") or constants.ENDPOINT).rstrip("/")


def offline() -> bool:
    """Whether this process was told to stay away from the Hub (``HF_HUB_OFFLINE``)."""
    value = os.environ.get("HF_HUB_OFFLINE") or os.environ.get("TRANSFORMERS_OFFLINE") or ""
    return value.upper() in {"1", "ON", "YES", "TRUE"}


def cached_folder(repo_id: str) -> Path | None:
    """The folder of a Hub id in the local cache, or None if no ``config.json`` lies there."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(repo_id, "config.json", cache_dir=cache_folder())
    except (HFValidationError, OSError, ValueError):
        return None
    return Path(found).parent if isinstance(found, str) else None


def cached_checkpoint(repo_id: str) -> Path | None:
    """The folder of a Hub id in the local cache if it is whole, so that no network is needed."""
    folder = cached_folder(repo_id)
    if folder is None or not has_vocabulary(folder):
        return None
    try:
        weights = weight_files(folder)
    except BadCheckpoint:
        return None
    return folder if all(path.is_file() for path in weights) else None


# --- the files of a checkpoint --------------------------------------------------------------


def has_vocabulary(folder: Path) -> bool:
    """Whether the files of a byte-pair tokenizer are there."""
    if (folder / "tokenizer.json").is_file():
        return True
    return (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file()


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files that a folder should have: one, or the shards of its index.

    Raises
    ------
    BadCheckpoint
        If there are no safetensors, or the index cannot be read. Shards that the index names
        and that are missing are not an error here.
    """
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    if not (folder / INDEX).is_file():
        raise _no_weights([path.name for path in folder.iterdir()], folder.name)
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        names = sorted({str(name) for name in index["weight_map"].values()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadCheckpoint(
            _("The list of the weights, {name}, cannot be read.").format(name=INDEX),
            _("Download or export the checkpoint again."),
        ) from error
    # A shard is a plain file of the same folder: no path may lead out of it, and no pickle.
    if not names or any(Path(n).name != n or not n.endswith(".safetensors") for n in names):
        raise BadCheckpoint(
            _("The list of the weights, {name}, names files that are not safetensors.").format(
                name=INDEX
            ),
            _("Save the model again with save_pretrained, which writes safetensors."),
        )
    return [folder / name for name in names]


def _no_weights(names: list[str], where: str) -> BadCheckpoint:
    pickled = sorted(name for name in names if name.endswith(OTHER_WEIGHTS))
    if pickled:
        return BadCheckpoint(
            _(
                "“{where}” holds its weights as {name}, a format that can run programs when it is"
                " opened or that belongs to another framework; it is not read."
            ).format(where=on_one_line(where), name=on_one_line(pickled[0])),
            _(
                "Use a checkpoint with model.safetensors; save_pretrained of transformers writes"
                " one."
            ),
        )
    return BadCheckpoint(
        _("“{where}” holds no weights: model.safetensors is missing.").format(
            where=on_one_line(where)
        ),
        _("Download or export the checkpoint again."),
    )


# --- this side ------------------------------------------------------------------------------


def fetch(
    repo_id: str,
    *,
    timeout: float,
    tick: Callable[[str, int, int], None],
    on_config: Callable[[Path], None],
) -> Path:
    """Download a checkpoint into the local cache.

    Parameters
    ----------
    repo_id : owner/model
    timeout : seconds without a sign of life after which the Hub counts as out of reach
    tick : called at least every 0.2 seconds with the stage ("connecting" or "downloading"), the
        bytes done and the bytes in all (0 while unknown); an exception from it ends the download
    on_config : called with the folder as soon as ``config.json`` is there and before any weights
        are; an exception from it ends the download

    Returns
    -------
    Path
        The folder of the checkpoint.

    Raises
    ------
    UnknownModel, NoNetwork, BadCheckpoint, NotEnoughMemory
    """
    if offline():
        raise NoNetwork(
            _("“{name}” is not on this computer, and the network is switched off.").format(
                name=repo_id
            ),
            _("Unset HF_HUB_OFFLINE, or stay with the embedded model."),
        )
    root = Path(__file__).resolve().parent.parent.parent
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")]).rstrip(
            os.pathsep
        ),
        # Without this, a folder named core where the server was started would be imported.
        "PYTHONSAFEPATH": "1",
        "HF_ENDPOINT": endpoint(),
        # The plain HTTP path is the one that is tested: it resumes and has time-outs.
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DOWNLOAD_TIMEOUT": str(max(1, math.ceil(timeout))),
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "core.model.download", repo_id, str(cache_folder()), str(timeout)],
        stdin=subprocess.PIPE,  # held open: the other process ends when this one does
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        text=True,
        encoding="utf-8",
    )
    try:
        return _follow(process, repo_id, timeout, tick, on_config)
    finally:
        _end(process)


def _follow(
    process: subprocess.Popen[str],
    repo_id: str,
    timeout: float,
    tick: Callable[[str, int, int], None],
    on_config: Callable[[Path], None],
) -> Path:
    """Read the other process's reports until it is done, fails, or falls silent."""
    reports: queue.Queue[dict[str, Any] | None] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with suppress(ValueError):
                reports.put(json.loads(line))
        reports.put(None)

    threading.Thread(target=read, name="hub reports", daemon=True).start()
    stage, done, total = "connecting", 0, 0
    limit = _START_LIMIT
    last = time.monotonic()
    while True:
        tick(stage, done, total)
        try:
            report = reports.get(timeout=_TICK)
        except queue.Empty:
            if time.monotonic() - last > limit:
                raise _silent(stage, limit) from None
            continue
        last = time.monotonic()
        if report is None:
            raise _broken(done, total)
        match report["event"]:
            case "started":
                # Its own time-outs come first; this one catches what has none (name servers).
                limit = 2 * timeout + 2
            case "files":
                total = report["total"]
                limit = 3 * timeout + 2
            case "file" if report["name"] == "config.json":
                on_config(Path(report["path"]).parent)
            case "bytes":
                stage, done = "downloading", report["done"]
            case "done":
                return Path(report["folder"])
            case "error":
                raise _as_learner_error(report, repo_id, done, total)


def _end(process: subprocess.Popen[str]) -> None:
    """End the other process, letting it remove the file it was writing."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()


def _embedded_cure() -> str:
    return _("Check the connection and try again, or stay with the embedded model.")


def _silent(stage: str, seconds: float) -> NoNetwork:
    if stage == "downloading":
        problem = _("The download stopped: no byte came for {seconds:.0f} seconds.").format(
            seconds=seconds
        )
    else:
        problem = _("The Hugging Face Hub does not answer.")
    return NoNetwork(problem, _embedded_cure())


def _broken(done: int, total: int) -> NoNetwork:

    return NoNetwork(
        _("The download broke off after {done} of {total}.").format(
            done=byte_size(done), total=byte_size(total)
        ),
        _("Try again: files that were whole are kept. Or stay with the embedded model."),
    )


def _as_learner_error(report: dict[str, Any], repo_id: str, done: int, total: int) -> LearnerError:
    match report["kind"]:
        case "unknown":
            return UnknownModel(
                _("The Hugging Face Hub has no public model “{name}”.").format(name=repo_id),
                _("Check the spelling (owner/model), or choose a model from the list."),
            )
        case "gated":
            return UnknownModel(
                _("“{name}” is not open to everyone.").format(name=repo_id),
                _("Ask its owner for access on the Hub, or choose a model from the list."),
            )
        case "files":
            return _no_weights(report["names"], repo_id)
        case "config":
            return BadCheckpoint(
                _("“{name}” holds no checkpoint: config.json is missing.").format(name=repo_id),
                _("Choose another checkpoint."),
            )
        case "index":
            return BadCheckpoint(
                _("The list of the weights, {name}, cannot be read.").format(name=INDEX),
                _("Choose another checkpoint."),
            )
        case "disk":
            return NotEnoughMemory(
                _("The download takes {need} of disk and {free} are free.").format(
                    need=byte_size(report["need"]), free=byte_size(report["free"])
                ),
                _("Make room on the disk, or choose a smaller model."),
            )
        case "server":
            return NoNetwork(
                _("The Hugging Face Hub answers with an error ({status}).").format(
                    status=report["status"]
                ),
                _embedded_cure(),
            )
        case _ if total:
            return _broken(done, total)
        case _:
            return NoNetwork(_("The Hugging Face Hub cannot be reached."), _embedded_cure())


# --- the other process ----------------------------------------------------------------------


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


def _resume_after_resets() -> None:
    """Let huggingface_hub resume where it would give up.

    It resumes a body that ends too early or stalls, but not one that the other side resets.
    """
    import httpx2
    from huggingface_hub import set_client_factory

    class Body(httpx2.SyncByteStream):
        def __init__(self, stream: httpx2.SyncByteStream) -> None:
            self.stream = stream

        def __iter__(self) -> Iterator[bytes]:
            try:
                yield from self.stream
            except httpx2.ReadError as error:
                raise httpx2.RemoteProtocolError(str(error)) from error

        def close(self) -> None:
            self.stream.close()

    class Client(httpx2.Client):
        def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
            response = super().send(request, **options)
            if options.get("stream"):
                response.stream = Body(response.stream)  # type: ignore[arg-type]
            return response

    set_client_factory(lambda: Client(follow_redirects=True, timeout=None))


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


def main(arguments: list[str]) -> None:
    """Download ``owner/model`` into a cache folder, reporting on standard output."""
    repo_id, cache, seconds = arguments[0], Path(arguments[1]), float(arguments[2])
    _end_with_parent()

    import httpx2
    from huggingface_hub import HfApi, constants, hf_hub_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    # A report every quarter of a megabyte; ten would leave a slow line without a sign of life.
    constants.DOWNLOAD_CHUNK_SIZE = 256 * 1024
    _resume_after_resets()
    _say("started")

    def get(name: str) -> Path:
        path = Path(
            hf_hub_download(
                repo_id,
                name,
                cache_dir=cache,
                etag_timeout=seconds,
                tqdm_class=_Bar,  # type: ignore[arg-type]
            )
        )
        _Bar.done += path.stat().st_size
        _say("file", name=name, path=str(path))
        _say("bytes", done=_Bar.done)
        return path

    try:
        info = HfApi().model_info(repo_id, timeout=seconds, files_metadata=True)
        sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
        if WEIGHTS in sizes:
            weights = [WEIGHTS]
        elif INDEX in sizes:
            weights = []
        else:
            _fail("files", names=sorted(sizes))
        if "config.json" not in sizes:
            _fail("config")
        get("config.json")
        small = [name for name in SMALL_FILES if name in sizes]
        if not weights:
            try:
                index = json.loads(get(INDEX).read_text(encoding="utf-8"))
                weights = sorted({str(name) for name in index["weight_map"].values()})
            except (ValueError, KeyError, TypeError, AttributeError):
                _fail("index")
            if not weights or not all(name in sizes for name in weights):
                _fail("index")
        total = sum(sizes[name] for name in [*small, *weights])
        total += sizes[INDEX] if WEIGHTS not in sizes else 0
        _check_disk(cache, total - _Bar.done)
        _say("files", total=total)
        for name in [*small[1:], *weights]:
            folder = get(name).parent
        _say("done", folder=str(folder))
    except GatedRepoError:
        _fail("gated")
    except (RepositoryNotFoundError, HFValidationError):
        _fail("unknown")
    except HfHubHTTPError as error:
        status = error.response.status_code
        _fail("unknown" if status in {401, 404} else "server", status=status)
    except (httpx2.HTTPError, LocalEntryNotFoundError, OSError) as error:
        _fail("network", text=type(error).__name__)


def _check_disk(cache: Path, need: int) -> None:
    """Refuse before the first byte what the disk cannot hold."""
    import shutil

    existing = next(p for p in [cache, *cache.parents] if p.exists())
    free = shutil.disk_usage(existing).free
    if need > free:
        _fail("disk", need=need, free=free)


if __name__ == "__main__":
    main(sys.argv[1:])
