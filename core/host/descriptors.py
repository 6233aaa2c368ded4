"""How many connections the system lets one process hold."""

from __future__ import annotations

import sys

#: Each connection takes one; a class of thirty browsers opens some two hundred.
WANTED = 16_384


def more_descriptors(wanted: int = WANTED) -> int:
    """Raise this process's own limit as far as the system allows; returns what it is now.

    Most systems start a process with 1,024, or 256 on a Mac: so few connections on which nothing
    is said would keep everybody else out. Windows has no such limit, told as 0.
    """
    if sys.platform == "win32":
        return 0
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        except (OSError, ValueError):  # macOS may refuse what it has named as its own limit
            return soft
        return most
    return soft
