"""The middleware of this app, outermost first."""

from __future__ import annotations

from starlette.middleware import Middleware

from core.host.headers import SecurityHeaders
from core.settings import Settings


def guards(settings: Settings) -> list[Middleware]:
    """What every request goes through before Streamlit sees it."""
    return [Middleware(SecurityHeaders, frames=settings.frame_ancestors)]
