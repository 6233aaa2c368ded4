"""A cluster on this machine, and our models in it, by one command each.

python -m core.cluster start                      until Ctrl-C: a cluster of this machine
python -m core.cluster deploy storyteller --replicas 2
python -m core.cluster status
python -m core.cluster down                       our models and rooms; the cluster stays
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence

from core.errors import LearnerError
from core.settings import load_settings

#: Seconds that a cluster may take to start.
STARTS = 30.0


def start(asked: argparse.Namespace) -> int:
    """Run a cluster's head, or one more machine of it, until this process is told to end."""
    ray = [sys.executable, "-m", "ray.scripts.scripts"]
    quiet = os.environ | {"RAY_AUTH_MODE": "token", "RAY_USAGE_STATS_ENABLED": "0"}
    if asked.join:
        where = ["--address", asked.join]
    else:  # the token that lets others in; it is copied to the other machines
        token = [*ray, "get-auth-token", "--generate"]
        subprocess.run(token, env=quiet, check=True, stdout=subprocess.DEVNULL)
        where = ["--head", "--node-ip-address", asked.host, "--port", str(asked.port)]
        where += ["--include-dashboard", "false"]
        print(f"The cluster's address: {asked.host}:{asked.port}", flush=True)
    cores = [] if asked.cores is None else ["--num-cpus", str(asked.cores)]
    # In our place: whoever ends this process ends the cluster.
    os.execve(sys.executable, [*ray, "start", *where, *cores, "--block"], quiet)


def joined(address: str) -> None:
    """Be part of the cluster; one that was started a moment ago takes its time."""
    from core.cluster import ray_connect

    end = time.monotonic() + STARTS
    while True:
        try:
            return ray_connect.connect(address)
        except LearnerError:
            if time.monotonic() > end:
                raise
        time.sleep(0.5)


def deploy(asked: argparse.Namespace) -> int:
    """Put a model's replicas up."""
    joined(asked.address)
    from core.cluster.ray_deploy import Wanted, deploy, said_of

    deploy(
        Wanted(asked.model, asked.replicas, asked.most, asked.cores, asked.gpus), load_settings()
    )
    print("\n".join(said_of()))
    return 0


def status(asked: argparse.Namespace) -> int:
    """What is served."""
    joined(asked.address)
    from core.cluster.ray_deploy import said_of

    print("\n".join(said_of()) or "Nothing of ours is served.")
    return 0


def down(asked: argparse.Namespace) -> int:
    """Take our models and rooms down."""
    joined(asked.address)
    from core.cluster import ray_deploy, ray_rooms

    for name in ray_deploy.take_down():
        print(f"{name} is down.")
    ray_rooms.end()
    return 0


def parser() -> argparse.ArgumentParser:
    """The commands and what they take."""
    plain = argparse.RawDescriptionHelpFormatter
    made = argparse.ArgumentParser(
        "python -m core.cluster", description=__doc__, formatter_class=plain
    )
    verbs = made.add_subparsers(required=True)
    one = verbs.add_parser("start", help="run a cluster on this machine")
    one.add_argument("--host", default="127.0.0.1", help="own address, in a private network")
    one.add_argument("--port", type=int, default=6379)
    one.add_argument("--join", help="address of a cluster that this machine joins")
    one.add_argument("--cores", type=int, help="cores for replicas; an app's machine gives none: 0")
    one.set_defaults(do=start)
    for do in (deploy, status, down):
        one = verbs.add_parser(do.__name__, help=do.__doc__)
        one.add_argument("--address", default="auto", help="of the cluster")
        one.set_defaults(do=do)
        if do is deploy:
            one.add_argument("model", help="catalogue name, Hub id or folder")
            one.add_argument("--replicas", type=int, default=1)
            one.add_argument("--most", type=int, default=0, help="where many wait")
            one.add_argument("--cores", type=float, default=1.0, help="of each replica")
            one.add_argument("--gpus", type=float, default=0.0, help="of each replica")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says."""
    asked = parser().parse_args(arguments)
    try:
        return asked.do(asked)
    except LearnerError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
