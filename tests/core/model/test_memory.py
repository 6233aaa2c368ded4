"""Free memory in containers, and where models go on machines that we do not have."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from core.model import memory
from core.model.catalogue import CATALOG
from core.model.memory import (
    Device,
    Plan,
    blocks_on_disk,
    container_free,
    free_memory,
    needed_bytes,
    plan,
    working_bytes,
)
from core.model.shape import Shape

GIB = 2**30
ROOT = Path(__file__).parents[3]


def shape_of(key: str) -> Shape:
    shape = CATALOG[key].shape
    assert shape is not None
    return shape


SMALL, LARGE, XL = (shape_of(f"openai-community/gpt2{s}") for s in ("", "-large", "-xl"))


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


def test_working_memory_covers_what_one_long_text_takes():
    # GPT-2 Large, 1,024 tokens: the trace is 37 x 1024 x 1280 numbers, one pattern 20 x 1024²
    assert working_bytes(LARGE) > 4 * (37 * 1024 * 1280 + 20 * 1024**2)
    assert needed_bytes(LARGE) == 4 * LARGE.n_params + working_bytes(LARGE)


CPU = Device("cpu", 16 * GIB)


def gpu(i: int, gib: float, half: str | None = "bfloat16") -> Device:
    return Device(f"cuda:{i}", int(gib * GIB), half)


def test_the_processor_when_there_is_nothing_else():
    assert plan(SMALL, [CPU]) == Plan("float32", "cpu")


def test_the_gpu_with_most_room():
    assert plan(SMALL, [gpu(0, 2), gpu(1, 8), CPU]) == Plan("float32", "cuda:1")


def test_float32_over_two_gpus_before_half_on_one():
    made = plan(XL, [gpu(0, 6), gpu(1, 6), CPU])
    assert made is not None
    assert (made.dtype, made.device) == ("float32", "auto")
    assert made.max_memory is not None
    assert set(made.max_memory) == {0, 1}
    assert all(int(room) < 6 * GIB for room in made.max_memory.values())


def test_half_on_a_gpu_where_float32_does_not_fit():
    assert plan(XL, [gpu(0, 6), CPU]) == Plan("bfloat16", "cuda:0")
    assert plan(XL, [gpu(0, 6, "float16"), CPU]) == Plan("float16", "cuda:0")


def test_the_processor_when_the_gpu_is_too_small():
    assert plan(XL, [gpu(0, 2), CPU]) == Plan("float32", "cpu")


def test_apple():
    assert plan(SMALL, [Device("mps", 8 * GIB), Device("cpu", 8 * GIB)]) == Plan("float32", "mps")


def test_bfloat16_only_on_a_processor_that_has_it():
    room = needed_bytes(LARGE, "bfloat16")
    assert plan(LARGE, [Device("cpu", room, "bfloat16")]) == Plan("bfloat16", "cpu")
    made = plan(LARGE, [Device("cpu", room)])
    assert made is not None
    assert made.dtype == "float32"
    assert made.n_disk > 0
    assert plan(LARGE, [CPU], dtype="bfloat16") is None


@pytest.mark.parametrize(
    ("bfloat16", "float16", "chosen"),
    [
        (26.0, 26.0, None),  # emulated, both
        (0.5, 0.5, "bfloat16"),  # as fast: the one that does not overflow
        (0.5, 0.3, "float16"),
        (0.5, 0.48, "bfloat16"),  # noise
        (1.0, 5.0, "bfloat16"),  # no slower than float32, and half the memory
        (None, 0.5, "float16"),  # not on this device
        (None, None, None),
    ],
)
def test_the_half_type_is_the_one_that_was_measured(monkeypatch, bfloat16, float16, chosen):
    figures = {"float32": 1.0, "bfloat16": bfloat16, "float16": float16}
    known = {dtype: value for dtype, value in figures.items() if value is not None}
    monkeypatch.setattr(memory, "product_seconds", lambda _device, _dtypes: known)
    memory.fast_half.cache_clear()
    assert memory.fast_half("cuda:7") == chosen
    memory.fast_half.cache_clear()


def test_types_are_measured_on_this_processor():
    found = memory.product_seconds("cpu", ("float32", "bfloat16"))
    assert found["float32"] > 0
    features = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    if not any(getattr(torch.cpu, name, bool)() for name in features):
        assert found["bfloat16"] > 2 * found["float32"]  # emulated: thirty times, in truth
        assert memory.fast_half("cpu") is None


def test_a_type_that_a_device_does_not_have_is_left_out():
    assert set(memory.product_seconds("meta", ("float32",))) == set()  # nothing computes there


def test_disk_only_when_all_else_fails():
    need = needed_bytes(LARGE)
    assert plan(LARGE, [Device("cpu", need)]) == Plan("float32", "cpu")
    made = plan(LARGE, [Device("cpu", need - 1)])
    assert made == Plan("float32", "cpu", n_disk=2)  # one too many, and one at work
    assert plan(LARGE, [Device("cpu", need - 1)], allow_disk=False) is None
    assert plan(LARGE, [Device("cpu", need - 1)], reclaimable=1) == Plan("float32", "cpu")


def test_blocks_on_disk_at_the_edges():
    block = 4 * LARGE.block_params
    fixed = needed_bytes(LARGE) - 36 * block
    assert blocks_on_disk(LARGE, fixed + block - 1) is None
    assert blocks_on_disk(LARGE, fixed + block) == 36
    assert blocks_on_disk(LARGE, fixed + 3 * block) == 34


#: Alone in a process: elsewhere other threads would allocate at the same time.
GIVE_BACK = """
import os, sys
from pathlib import Path
import numpy as np
from core.model.memory import tune_allocator

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

tuned = tune_allocator()
first = np.ones(30 * 2**20, dtype=np.uint8)
del first  # untuned, glibc would from now on keep what is smaller
blocks = [np.ones(12 * 2**20, dtype=np.uint8) for _ in range(20)]
held = resident()
del blocks[:-1]  # the last one stays on top
print(tuned, (held - resident()) / (19 * 12 * 2**20))
"""


HOLES = """
import os
from pathlib import Path
import numpy as np
from core.model.memory import give_back

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

blocks = [np.ones(100_000, dtype=np.uint8) for _ in range(1_000)]
del blocks[::2]  # every other one stays, so nothing lies free at the end
held = resident()
print(give_back(), (held - resident()) / (500 * 100_000))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="malloc_trim is glibc's")
def test_holes_go_back_to_the_system() -> None:
    made = subprocess.run(
        [sys.executable, "-c", HOLES], cwd=ROOT, capture_output=True, text=True, check=True
    )
    done, share = made.stdout.split()
    assert done == "True"
    assert float(share) > 0.8


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's")
def test_large_blocks_go_back_to_the_system() -> None:
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("MALLOC_") and name != "GLIBC_TUNABLES"
    }

    def run(**more: str) -> list[str]:
        command = [sys.executable, "-c", GIVE_BACK]
        made = subprocess.run(
            command, cwd=ROOT, env={**clean, **more}, capture_output=True, text=True, check=True
        )
        return made.stdout.split()

    tuned, share = run()
    assert tuned == "True"
    assert float(share) > 0.9
    assert run(MALLOC_ARENA_MAX="2")[0] == "False"  # the host decided
