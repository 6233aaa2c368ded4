"""Known holes in what requirements.lock names: fails where there is one.

``python deploy/audit.py``. Asks pip-audit, which needs an index of advisories; where none can be
reached, or it knows none of the packages, that is said and nothing fails.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parent.parent / "requirements.lock"
#: Seconds for all of it.
PATIENCE = 90
COMMAND = [
    *(sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--no-deps", "--disable-pip"),
    *("--format", "json", "--progress-spinner", "off", "--timeout", "5"),
]


def main() -> int:
    try:
        done = subprocess.run(COMMAND, capture_output=True, text=True, timeout=PATIENCE)
        asked = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        return skipped(f"no answer within {PATIENCE} s")
    except (ValueError, KeyError):
        return skipped((done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1][:200])
    known = [package for package in asked if "vulns" in package]
    if not known:
        return skipped(f"the index of advisories knows none of {len(asked)} packages")
    holes = [(package, hole) for package in known for hole in package["vulns"]]
    for package, hole in holes:
        mended = ", ".join(hole["fix_versions"]) or "no version yet"
        print(f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}")
    print(f"audit: {len(known)} of {len(asked)} packages looked up, {len(holes)} known holes")
    return 1 if holes else 0


def skipped(why: str) -> int:
    """Say why nothing was looked up; the gate goes on."""
    print(f"audit: skipped, {why}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
