"""How much memory is really free.

In a container the host's memory says nothing: the control group's limit counts.
"""

from __future__ import annotations

from pathlib import Path

import psutil

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
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return None
    found: list[int] = []
    for line in lines:
        _id, controllers, path = line.split(":", 2)
        if controllers == "":  # version 2
            mount, files = root / "sys/fs/cgroup", ("memory.max", "memory.current")
            cache = "inactive_file"
        elif "memory" in controllers.split(","):  # version 1
            mount = root / "sys/fs/cgroup/memory"
            files = ("memory.limit_in_bytes", "memory.usage_in_bytes")
            cache = "total_inactive_file"
        else:
            continue
        # A group is bound by every group above it. Inside a container the path may be that of
        # the host and lead nowhere; the mount itself is then the container's own group.
        parts = [p for p in path.split("/") if p not in ("", "..")]
        for depth in range(len(parts), -1, -1):
            group = mount.joinpath(*parts[:depth])
            limit, used = _number(group / files[0]), _number(group / files[1])
            if limit is not None and used is not None:
                # Files read long ago count as used, but the kernel drops them when asked.
                free = limit - max(0, used - _statistic(group / "memory.stat", cache))
                found.append(max(0, free))
    return min(found, default=None)


def free_memory(root: Path = Path("/")) -> int:
    """Bytes of memory that a load may count on: the machine's, or the container's if less."""
    machine = psutil.virtual_memory().available
    container = container_free(root)
    return machine if container is None else min(machine, container)
