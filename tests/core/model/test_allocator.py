"""Memory that nobody uses goes back to the system."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

#: Alone in a process: elsewhere other threads would allocate at the same time.
GIVE_BACK = """
import os, sys
from pathlib import Path
import numpy as np
from core.model.allocator import tune_allocator

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
from core.model.allocator import give_back

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
