"""The files of a checkpoint's folder: which there must be, and whether each is whole.

A safetensors file says in its header how long it is, so a file that was cut off is found before
a weight is read. Nothing here takes torch: the process that downloads uses it too.
"""

from __future__ import annotations

from pathlib import Path

from core.errors import BadCheckpoint
from core.language import _, on_one_line
from core.model.header import read_header
from core.model.small_json import LONGEST, is_long, read_json
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
#: Bytes of those that hold a vocabulary; GPT-2's tokenizer.json has 1.4 to 3.6 MB.
_LONG_FILES = dict.fromkeys(("tokenizer.json", "vocab.json", "merges.txt"), 16 * 2**20)
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
        listed = read_json(index)["weight_map"].values()
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


def check_weights(folder: Path) -> dict[str, tuple[int, ...]]:
    """Hold every weights file of a folder against the sizes in its own header.

    Returns
    -------
    dict
        The shape of each weight, by its name in the files.

    Raises
    ------
    BadCheckpoint
        Naming the first file that is missing, cut off or something else.
    """
    shapes: dict[str, tuple[int, ...]] = {}
    for path in weight_files(folder):
        name = on_one_line(path.name)
        if not path.is_file():
            raise BadCheckpoint(
                _("A part of the weights, {name}, is missing.").format(name=name),
                _("Download or copy the checkpoint again, with all its parts."),
            )
        size, header = path.stat().st_size, read_header(path)
        if size != header.size:
            raise BadCheckpoint(
                _("{name} is cut off: it has {size} of {whole}.").format(
                    name=name, size=byte_size(size), whole=byte_size(header.size)
                ),
                _("Download or copy the checkpoint again."),
            )
        shapes |= header.shapes
    return shapes


def check_small_files(folder: Path) -> None:
    """Refuse what beside the weights is too long to be a GPT-2's, or nested too deep.

    Raises
    ------
    BadCheckpoint
        Naming the first such file.
    """
    for name in SMALL_FILES:
        path = folder / name
        if not path.is_file():
            continue
        longest = _LONG_FILES.get(name, LONGEST)
        if is_long(path, longest):
            raise BadCheckpoint(
                _("{name} is longer than {size}: no GPT-2 needs so much.").format(
                    name=name, size=byte_size(longest)
                ),
                _("Download or export the checkpoint again."),
            )
        if name not in _LONG_FILES:
            _check_json(path)


def _check_json(path: Path) -> None:
    try:
        read_json(path)
    except (OSError, ValueError) as error:
        raise BadCheckpoint(
            _("{name} cannot be read.").format(name=path.name),
            _("Download or export the checkpoint again."),
        ) from error
