"""How many connections a process may hold."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: In a process of its own: the limit of the tests' stays as it is.
PROGRAM = """
import resource
from core.host.descriptors import more_descriptors
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
print(more_descriptors(500), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize(
    ("soft", "hard", "now"), [(100, 1_000, 500), (100, 300, 300), (800, 1_000, 800)]
)
def test_the_limit_is_raised_as_far_as_it_may(soft: int, hard: int, now: int):
    program = PROGRAM.format(soft=soft, hard=hard)
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert said.stdout.split() == [str(now), str(now), str(hard)], said.stderr
