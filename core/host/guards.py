"""The middleware of this app, outermost first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from starlette.middleware import Middleware

from core.host.compressed import Compressed
from core.host.farewell import Farewell, Streams
from core.host.headers import SecurityHeaders
from core.host.places import Places
from core.host.spoken import Kind, Spoken
from core.settings import Settings


def guards(
    settings: Settings,
    kind: Kind,
    base: str,
    tight: Callable[[], bool],
    refused: Counter[str],
    streams: Streams,
) -> list[Middleware]:
    """What every request goes through before Streamlit sees it.

    Parameters
    ----------
    kind : the name of what a message of a session asks for
    base : the path under which Streamlit serves the app (``server.baseUrlPath``)
    tight : whether memory is short
    refused : where refusals are counted, by their reason
    streams : where the open streams are kept, for the day that the server stops
    """
    return [
        Middleware(SecurityHeaders, frames=settings.frame_ancestors),
        Middleware(
            Places,
            most=settings.max_sessions,
            of_one=settings.max_sessions_per_address,
            a_minute=settings.visits_per_minute,
            base=f"/{base.strip('/')}" if base.strip("/") else "",
            tight=tight,
            refused=refused,
        ),
        Middleware(Spoken, kind=kind),
        Middleware(Farewell, streams=streams),
        Middleware(Compressed, base=base),
    ]
