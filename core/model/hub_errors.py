"""What can go wrong on the way to the Hub, in sentences for learners."""

from __future__ import annotations

from typing import Any

from core.errors import BadCheckpoint, LearnerError, NoNetwork, NotEnoughMemory, UnknownModel
from core.language import _, on_one_line
from core.model.files import no_index, no_weights
from core.model.hub import cache_folder
from core.numbers import Number, byte_size


def switched_off(repo_id: str) -> NoNetwork:
    """The network is switched off, and the model is not on this computer."""
    return NoNetwork(
        _("“{name}” is not on this computer, and the network is switched off.").format(
            name=repo_id
        ),
        _("Unset HF_HUB_OFFLINE, or stay with the embedded model."),
    )


def silent(stage: str, seconds: float) -> NoNetwork:
    """Nothing was heard for some seconds."""
    problem = _("The Hugging Face Hub does not answer.")
    if stage == "downloading":
        problem = _("The download stopped: no byte came for {seconds:.0f} seconds.").format(
            seconds=Number(seconds)
        )
    return NoNetwork(problem, _check_connection())


def broken(done: int, total: int) -> NoNetwork:
    """The download ended too early, after `done` of `total` bytes."""
    return NoNetwork(
        _("The download broke off after {done} of {total}.").format(
            done=byte_size(done), total=byte_size(total)
        ),
        _("Try again: files that were whole are kept. Or stay with the embedded model."),
    )


def reported(report: dict[str, Any], repo_id: str, done: int, total: int) -> LearnerError:
    """The error that the downloading process reported, after `done` of `total` bytes."""
    match report["kind"]:
        case "unknown" | "gated":
            return _closed(repo_id, gated=report["kind"] == "gated")
        case "files":
            return no_weights(report["names"], repo_id)
        case "config":
            problem = _("“{name}” holds no checkpoint: config.json is missing.")
            return BadCheckpoint(problem.format(name=repo_id), _("Choose another checkpoint."))
        case "index":
            return no_index(_("Choose another checkpoint."))
        case "disk":
            return _full_disk(report["need"], report["free"])
        case "full":
            return NotEnoughMemory(_("The disk filled up during the download."), _make_room())
        case "locked":
            return _locked()
        case "server":
            problem = _("The Hugging Face Hub answers with an error ({status}).")
            return NoNetwork(problem.format(status=report["status"]), _check_connection())
        case _ if total:
            return broken(done, total)
        case _:
            return NoNetwork(_("The Hugging Face Hub cannot be reached."), _check_connection())


def _check_connection() -> str:
    return _("Check the connection and try again, or stay with the embedded model.")


def _closed(repo_id: str, *, gated: bool) -> UnknownModel:
    if gated:
        return UnknownModel(
            _("“{name}” is not open to everyone.").format(name=repo_id),
            _("Ask its owner for access on the Hub, or choose a model from the list."),
        )
    return UnknownModel(
        _("The Hugging Face Hub has no public model “{name}”.").format(name=repo_id),
        _("Check the spelling (owner/model), or choose a model from the list."),
    )


def _full_disk(need: int, free: int) -> NotEnoughMemory:
    return NotEnoughMemory(
        _("The download takes {need} of disk and {free} are free.").format(
            need=byte_size(need), free=byte_size(free)
        ),
        _make_room(),
    )


def _make_room() -> str:
    return _("Make room on the disk, or choose a smaller model.")


def _locked() -> NotEnoughMemory:
    return NotEnoughMemory(
        _("Nothing can be written to {folder}, where downloaded models go.").format(
            folder=on_one_line(str(cache_folder()))
        ),
        _("Name another folder in HF_HOME, or stay with the embedded model."),
    )
