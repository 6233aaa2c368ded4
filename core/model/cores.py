"""How many cores this process may use: those that it may run on, and what a container grants."""

from __future__ import annotations

import math
import os
from pathlib import Path

from core.model.control_groups import control_groups


def core_ids() -> frozenset[int]:
    """The numbers of the cores that this process may run on."""
    try:
        return frozenset(os.sched_getaffinity(0))
    except AttributeError:  # a system without it
        return frozenset(range(os.cpu_count() or 1))


def granted(root: Path = Path("/")) -> int:
    """The cores that this process may keep busy: of those it may run on, what its groups grant.

    A quota of one and a half cores counts as one: two threads that wait for each other would spend
    it in two thirds of the time, and then all threads of the process stand still.

    Parameters
    ----------
    root : the file system's root; another one in tests
    """
    quota = container_quota(root)
    n = len(core_ids())
    return max(1, n if quota is None else min(n, int(quota)))


def container_quota(root: Path = Path("/")) -> float | None:
    """Cores that the control groups of this process grant; None without a limit.

    References
    ----------
    Linux kernel documentation, Control Group v2 (cpu.max) and CFS Bandwidth Control (version 1).
    """
    granted_by = (_quota(group) for group, _version in control_groups("cpu", root))
    return min((quota for quota in granted_by if quota is not None), default=None)


def _quota(group: Path) -> float | None:
    """Cores that one group grants; None if it says nothing or has no limit."""
    for names in (("cpu.max",), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
        try:
            words = " ".join((group / name).read_text() for name in names).split()
            granted = float(words[0]) / float(words[1])
        except (OSError, ValueError, IndexError, ZeroDivisionError):  # "max": no limit
            continue
        if granted > 0 and math.isfinite(granted):  # -1: no limit
            return granted
    return None
