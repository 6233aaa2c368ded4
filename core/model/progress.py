"""How far a load is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.language import _
from core.numbers import byte_size


@dataclass(frozen=True)
class LoadProgress:
    """How far a load is.

    Attributes
    ----------
    stage : ``importing``, ``connecting``, ``downloading``, ``weights``, ``warming`` or ``ready``;
        ``cluster`` where models run in one
    done_bytes : of the stage
    total_bytes : of the stage; 0 while unknown
    """

    stage: str
    done_bytes: int = 0
    total_bytes: int = 0

    @property
    def message(self) -> str:
        """The stage in words, in the language of the session that asks."""
        done, total = byte_size(self.done_bytes), byte_size(self.total_bytes)
        match self.stage:
            case "importing":
                return _("waking up PyTorch")
            case "connecting":
                return _("asking the Hugging Face Hub")
            case "cluster":
                return _("asking the cluster")
            case "downloading" if not self.total_bytes:
                return _("downloading, {done}").format(done=done)
            case "downloading":
                return _("downloading, {done} of {total}").format(done=done, total=total)
            case "weights":
                return _("reading the weights, {done} of {total}").format(done=done, total=total)
            case "warming":
                return _("running the first token")
            case _:
                return _("ready")


#: Told about each step of a load; an exception from it ends the load.
Progress = Callable[[LoadProgress], None]
