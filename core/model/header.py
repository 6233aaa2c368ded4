"""The header of a safetensors file: how long the file is, and the shape of each weight in it.

Read before the weights are, so that a header that lies costs nothing: neither memory for numbers
that are not there nor time for a model that they do not fill. Nothing here takes torch.

References
----------
The safetensors format: eight bytes for the header's length, the header as JSON, the numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import BadCheckpoint
from core.language import _, on_one_line
from core.model.small_json import parsed

#: Bytes of a header; GPT-2 XL's has 60,000. The format itself lets 100 MB through.
LONGEST = 4 * 2**20


@dataclass(frozen=True)
class Header:
    """What a safetensors file says of itself.

    Attributes
    ----------
    size : bytes of the whole file
    shapes : of each weight, by its name in the file
    """

    size: int
    shapes: Mapping[str, tuple[int, ...]]


def read_header(path: Path) -> Header:
    """The header of a file of weights.

    Raises
    ------
    BadCheckpoint
        If it is another file, or no header that can be true.
    """
    name = on_one_line(path.name)
    with path.open("rb") as file:
        start = file.read(8)
        if start == b"version ":
            raise BadCheckpoint(
                _("{name} is only a pointer of Git LFS, not the weights.").format(name=name),
                _("Run “git lfs pull” in the folder of the checkpoint."),
            )
        length = int.from_bytes(start, "little")
        try:
            if len(start) < 8 or length > min(LONGEST, path.stat().st_size - 8):
                raise ValueError("no header")
            return _header(parsed(file.read(length)), 8 + length)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise BadCheckpoint(
                _("{name} is not a whole safetensors file.").format(name=name),
                _("Download or copy the checkpoint again."),
            ) from error


def _header(said: Any, begin: int) -> Header:
    weights = {name: value for name, value in said.items() if name != "__metadata__"}
    ends = [_whole(value["data_offsets"][1]) for value in weights.values()]
    shapes = {name: tuple(map(_whole, value["shape"])) for name, value in weights.items()}
    return Header(begin + max(ends, default=0), shapes)


def _whole(number: Any) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 2**63:
        raise ValueError(f"{number!r} is no length")
    return number
