"""The same engines on other machines: Ray Serve runs them, pages do not notice.

`remote` answers a page's verbs, as an `Engine` does; `wire` says how a question gets to where the
model is, `messages` what it looks like on the way. There the `servant` asks the engine. Only the
files whose names begin with ``ray_`` import Ray: `ray_connect` finds the cluster, `ray_wire` takes
questions there, `ray_replica` is the servant as Ray Serve runs it, `ray_rooms` keeps rooms that
several servers share, `ray_deploy` puts replicas up and takes them down (``python -m
core.cluster``).

Whoever wants to learn about GPT-2 may skip it.
"""

from __future__ import annotations

import os

# Ray reads these once, when it is imported: so they are said here, before any of our files does.
# A cluster lets in who has its token; it lies in ~/.ray/auth_token on every machine.
os.environ.setdefault("RAY_AUTH_MODE", "token")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
# Asked without a cluster, Ray would start one of its own on the app's machine.
os.environ.setdefault("RAY_ENABLE_AUTO_CONNECT", "0")
# Ray ends a process whose cluster has been away for a minute: our pages would go with it.
os.environ.setdefault("RAY_gcs_rpc_server_reconnect_timeout_s", str(30 * 86_400))
