"""All that hangs on the embedded model's weights and is a record: ``python -m tests.edition``.

Run after ``python -m training.publish``: the golden pages, the worked numbers of the questions,
the READMEs' tables of the course, the pictures. What a person has to look at, the tests then say:
a lesson whose question the model no longer carries, a pair of texts that no longer differ.
"""

from __future__ import annotations

import os
import subprocess
import sys

STEPS = [
    ["tests.golden.record"],
    ["tests.core.questions.worked"],
    ["tests.course.table"],
    ["pytest", "-q", "tests/e2e/test_pictures.py"],
]
#: One thread and no network, as the tests have it: the last digit is theirs.
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "UPDATE_PICTURES": "1"}


def main() -> None:
    """Make all of it anew."""
    for step in STEPS:
        print("python -m", *step, flush=True)
        done = subprocess.run([sys.executable, "-m", *step], env={**os.environ, **ENVIRONMENT})
        if done.returncode:
            sys.exit(f"python -m {' '.join(step)} ended with {done.returncode}")
    print("Now run the tests; what still fails wants a person to look at it.")


if __name__ == "__main__":
    main()
