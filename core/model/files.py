"""The files of a checkpoint's folder: which there must be, and whether each is whole.

A safetensors file says in its header how long it is, so a file that was cut off is found before
a weight is read. Nothing here takes torch: the process that downloads uses it too.

References
----------
The safetensors format: eight bytes for the header's length, the header as JSON, the numbers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import BinaryIO

from core.errors import BadCheckpoint
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


def has_vocabulary(folder: Path) -> bool:
    """Whether the files of a byte-pair tokenizer are there."""
    if (folder / "tokenizer.json").is_file():
        return True
    return (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file()


def shards(index: Path) -> list[str]:
    """The names of the files that an index of weights lists.

    Raises
    ------
    ValueError
        If it cannot be read.
    """
    try:
        listed = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{index} is no index of weights") from error
    return sorted({str(name) for name in listed})


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
        raise no_weights([path.name for path in folder.iterdir()], folder.name)
    try:
        names = shards(folder / INDEX)
    except ValueError as error:
        raise no_index(_("Download or export the checkpoint again.")) from error
    # A shard is a plain file of the same folder: no path may lead out of it, and no pickle.
    if not names or any(Path(n).name != n or not n.endswith(".safetensors") for n in names):
        raise BadCheckpoint(
            _("The list of the weights, {name}, names files that are not safetensors.").format(
                name=INDEX
            ),
            _("Save the model again with save_pretrained, which writes safetensors."),
        )
    return [folder / name for name in names]


def no_index(cure: str) -> BadCheckpoint:
    """The error of an index that cannot be read."""
    problem = _("The list of the weights, {name}, cannot be read.").format(name=INDEX)
    return BadCheckpoint(problem, cure)


def no_weights(names: list[str], where: str) -> BadCheckpoint:
    """The error of a folder or a repository without safetensors; `names` are its files."""
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
    problem = _("“{where}” holds no weights: model.safetensors is missing.")
    return BadCheckpoint(
        problem.format(where=on_one_line(where)), _("Download or export the checkpoint again.")
    )


def check_weights(folder: Path) -> None:
    """Hold every weights file of a folder against the sizes in its own header.

    Raises
    ------
    BadCheckpoint
        Naming the first file that is missing, cut off or something else.
    """
    for path in weight_files(folder):
        name = on_one_line(path.name)
        if not path.is_file():
            raise BadCheckpoint(
                _("A part of the weights, {name}, is missing.").format(name=name),
                _("Download or copy the checkpoint again, with all its parts."),
            )
        size, whole = path.stat().st_size, _whole_size(path, name)
        if size != whole:
            raise BadCheckpoint(
                _("{name} is cut off: it has {size} of {whole}.").format(
                    name=name, size=byte_size(size), whole=byte_size(whole)
                ),
                _("Download or copy the checkpoint again."),
            )


def _whole_size(path: Path, name: str) -> int:
    """Bytes that a safetensors file has by its header."""
    with path.open("rb") as file:
        if file.read(8) == b"version ":
            raise BadCheckpoint(
                _("{name} is only a pointer of Git LFS, not the weights.").format(name=name),
                _("Run “git lfs pull” in the folder of the checkpoint."),
            )
        file.seek(0)
        try:
            return _read_header(file, path.stat().st_size)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise BadCheckpoint(
                _("{name} is not a whole safetensors file.").format(name=name),
                _("Download or copy the checkpoint again."),
            ) from error


def _read_header(file: BinaryIO, size: int) -> int:
    start = file.read(8)
    length = int.from_bytes(start, "little")
    if len(start) < 8 or length > size - 8:
        raise ValueError("no header")
    header = json.loads(file.read(length))
    ends = (v["data_offsets"][1] for k, v in header.items() if k != "__metadata__")
    return 8 + length + max(ends, default=0)
