"""glibc's allocator: large tensors go back to the system at once, holes when nothing else is on."""

from __future__ import annotations

import ctypes
import os
import platform

#: mallopt's numbers for its two thresholds (malloc.h), and what they are set to.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT_ON_TOP, _GIVEN_BACK_FROM = 16 * 2**20, 8 * 2**20


def tune_allocator() -> bool:
    """Let glibc give large tensors back at once, and keep small ones at hand.

    By itself it raises the size from which memory goes back to the system as large
    blocks are freed, up to 32 MB; patterns of a long prompt then leave holes that
    nobody can use (150 MB after the attention page's grid at 1,024 tokens), while
    the top of the heap is handed to and fro with every token.

    Returns
    -------
    bool
        Whether it was done: not for another C library, nor where the host decided
        (``MALLOC_*`` or ``GLIBC_TUNABLES`` in the environment).
    """
    decided = any(n.startswith("MALLOC_") or n == "GLIBC_TUNABLES" for n in os.environ)
    if decided or platform.libc_ver()[0] != "glibc":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(
        mallopt(_MMAP_THRESHOLD, _GIVEN_BACK_FROM) and mallopt(_TRIM_THRESHOLD, _KEPT_ON_TOP)
    )


def give_back() -> bool:
    """Hand memory that nobody uses back to the system, holes between used blocks too.

    glibc by itself gives back only what lies at the end of a heap. Takes some
    milliseconds, so call it when nothing else is to be done.

    Returns
    -------
    bool
        Whether some was given back; False for another C library too.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    try:
        return bool(ctypes.CDLL(None).malloc_trim(0))
    except (OSError, AttributeError):
        return False
