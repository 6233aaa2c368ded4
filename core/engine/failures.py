"""What goes wrong in the engine, as sentences for whoever asked."""

from __future__ import annotations

import torch

from core.errors import LearnerError, RequestFailed
from core.language import _


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, of the processor or of a GPU."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    # torch reports a failed allocation on the processor as a plain RuntimeError.
    return isinstance(error, RuntimeError) and "memory" in str(error).lower()


def as_learner_error(error: BaseException) -> BaseException:
    """Failures of the machine as a sentence; programmers' mistakes stay what they are."""
    if isinstance(error, LearnerError):
        return error
    if out_of_memory(error):
        failed = RequestFailed(
            _("The memory was not enough for this request."),
            _("Shorten the text or choose a smaller model; nothing else was touched."),
        )
    elif isinstance(error, RuntimeError | OSError):
        failed = RequestFailed(
            _("The model could not finish this request."),
            _("Try again; if it fails again, change the text or choose another model."),
        )
    else:
        return error
    failed.__cause__ = error
    return failed


def unloaded() -> RequestFailed:
    """The model left while a request waited or ran."""
    return RequestFailed(
        _("The model was unloaded before it finished this request."),
        _("Try again: it is loaded once more."),
    )


def unread() -> RequestFailed:
    """A continuation's iterator was neither read nor closed."""
    return RequestFailed(_("Nobody read this continuation for a minute."), _("Start it again."))
