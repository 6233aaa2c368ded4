"""Free memory, in containers too."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.model.memory import container_free, free_memory


def write(root: Path, files: dict[str, object]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{content}\n")
    return root


def test_version_2_group(tmp_path):
    root = write(
        tmp_path,
        {
            "proc/self/cgroup": "0::/app",
            "sys/fs/cgroup/app/memory.max": 1_000_000,
            "sys/fs/cgroup/app/memory.current": 700_000,
            "sys/fs/cgroup/app/memory.stat": "anon 1\nfile 500000\ninactive_file 300000",
        },
    )
    # used 700,000, of which 300,000 are files that the kernel drops when asked
    assert container_free(root) == 600_000
    assert free_memory(root) == 600_000


def test_the_tightest_group_above_counts(tmp_path):
    root = write(
        tmp_path,
        {
            "proc/self/cgroup": "0::/pod/app",
            "sys/fs/cgroup/pod/app/memory.max": "max",
            "sys/fs/cgroup/pod/app/memory.current": 10,
            "sys/fs/cgroup/pod/memory.max": 500,
            "sys/fs/cgroup/pod/memory.current": 100,
            "sys/fs/cgroup/memory.max": 9_000,
            "sys/fs/cgroup/memory.current": 8_000,
        },
    )
    assert container_free(root) == 400


def test_inside_a_container_the_path_is_the_hosts(tmp_path):
    root = write(
        tmp_path,
        {
            "proc/self/cgroup": "0::/../../docker/abc",
            "sys/fs/cgroup/memory.max": 2_000,
            "sys/fs/cgroup/memory.current": 500,
        },
    )
    assert container_free(root) == 1_500


def test_version_1_group(tmp_path):
    root = write(
        tmp_path,
        {
            "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/x\n0::/",
            "sys/fs/cgroup/memory/x/memory.limit_in_bytes": 9_000,
            "sys/fs/cgroup/memory/x/memory.usage_in_bytes": 6_000,
            "sys/fs/cgroup/memory/x/memory.stat": "total_inactive_file 1000",
        },
    )
    assert container_free(root) == 4_000


@pytest.mark.parametrize("limit", ["max", str(2**63 - 4096), "nonsense"])
def test_no_limit(tmp_path, limit):
    root = write(
        tmp_path,
        {
            "proc/self/cgroup": "0::/app",
            "sys/fs/cgroup/app/memory.max": limit,
            "sys/fs/cgroup/app/memory.current": 5,
        },
    )
    assert container_free(root) is None


def test_a_group_over_its_limit_has_nothing_free(tmp_path):
    root = write(
        tmp_path,
        {
            "proc/self/cgroup": "0::/",
            "sys/fs/cgroup/memory.max": 100,
            "sys/fs/cgroup/memory.current": 150,
        },
    )
    assert container_free(root) == 0


def test_a_machine_without_groups(tmp_path):
    assert container_free(tmp_path) is None
    assert free_memory(tmp_path) > 0
