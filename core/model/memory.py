"""How much memory is really free.

In a container the host's memory says nothing: the control group's limit counts.
"""

from __future__ import annotations

from pathlib import Path

import psutil

from core.model.control_groups import control_groups

#: Limit and use, and what of it are files read long ago, by the control groups' version.
_FILES = {
    1: ("memory.limit_in_bytes", "memory.usage_in_bytes"),
    2: ("memory.max", "memory.current"),
}
_CACHE = {1: "total_inactive_file", 2: "inactive_file"}
#: Limits above this are the kernel's way of writing "none".
_NO_LIMIT = 1 << 60


def _number(path: Path) -> int | None:
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() and int(text) < _NO_LIMIT else None


def _statistic(path: Path, name: str) -> int:
    """One line of a control group's ``memory.stat``, in bytes; 0 if it is not there."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name} ")), 0)


def container_free(root: Path = Path("/")) -> int | None:
    """Bytes that the control groups of this process still grant.

    Parameters
    ----------
    root : the file system's root; another one in tests

    Returns
    -------
    int or None
        The least over the process's group and the groups above it; None without a limit.

    References
    ----------
    Linux kernel documentation, Control Group v2 (memory.max) and v1 (memory.limit_in_bytes).
    """
    found: list[int] = []
    for group, version in control_groups("memory", root):
        limit, used = (_number(group / name) for name in _FILES[version])
        if limit is not None and used is not None:
            # Files read long ago count as used, but the kernel drops them when asked.
            dropped = _statistic(group / "memory.stat", _CACHE[version])
            found.append(max(0, limit - max(0, used - dropped)))
    return min(found, default=None)


def free_memory(root: Path = Path("/")) -> int:
    """Bytes of memory that a load may count on: the machine's, or the container's if less."""
    machine = psutil.virtual_memory().available
    container = container_free(root)
    return machine if container is None else min(machine, container)
