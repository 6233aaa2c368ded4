"""Linux's control groups, in which a container's limits stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def control_groups(controller: str, root: Path = Path("/")) -> Iterator[tuple[Path, int]]:
    """Folders of this process's group and of all above it, each with its version, 1 or 2.

    A group is bound by every group above it. Inside a container the path may be that of the host
    and lead nowhere; the mount itself is then the container's own group.

    Parameters
    ----------
    controller : "memory" or "cpu"
    root : the file system's root; another one in tests
    """
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:  # a system without control groups
        return
    for line in lines:
        _id, controllers, path = line.split(":", 2)
        if controllers == "":
            mount, version = root / "sys/fs/cgroup", 2
        elif controller in controllers.split(","):
            mount, version = root / "sys/fs/cgroup" / controller, 1
        else:
            continue
        parts = [part for part in path.split("/") if part not in ("", "..")]
        for depth in range(len(parts), -1, -1):
            yield mount.joinpath(*parts[:depth]), version
