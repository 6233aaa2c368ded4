"""The servant as Ray Serve runs it: one actor, one engine, one model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from ray import serve  # pyright: ignore[reportMissingImports]

from core.cluster import identity
from core.cluster.messages import Answer, Asked, raised
from core.cluster.remote import GROUPS
from core.cluster.servant import Round, Servant
from core.engine.engine import Engine
from core.engine.records import Status
from core.model.load import load_model
from core.settings import Settings

#: Requests that one replica takes at once: as many as its engine's queue holds and its batch, so
#: that the fair queue decides who is next and not the order in which they came over the network.
ONGOING = 288


class Replica:
    """One engine behind Ray Serve.

    Parameters
    ----------
    key : the model; it is placed on this machine's devices as anywhere else
    settings : limits, as a server has them
    """

    def __init__(self, key: str, settings: Settings) -> None:
        self._engine = Engine(
            load_model(key, settings=settings),
            cache_bytes=settings.cache_mb * 2**20,
            queue_limit=settings.queue_limit,
            max_new_tokens=settings.max_new_tokens,
            requests_per_minute=settings.requests_per_minute,
        )
        self._servant = Servant(self._engine, identity.code(), settings.max_new_tokens)
        # Those who wait for the engine wait in threads; the actor's loop stays free for others.
        self._threads = ThreadPoolExecutor(ONGOING, thread_name_prefix="asks")

    async def answer(self, asked: Asked) -> Answer:
        """One question; what goes wrong is in the answer."""
        await self._sticks()
        return await self._in_thread(self._servant.answer, asked)

    async def rounds(self, asked: Asked) -> AsyncIterator[Round | Answer]:
        """Continuations; an empty round first, once they have their place in the queue."""
        await self._sticks()
        try:
            rounds = await self._in_thread(self._servant.rounds, asked)
        except Exception as error:
            yield raised(error)
            return
        try:
            made: Round | None = []
            while made is not None:
                yield made
                made = await self._in_thread(rounds.some)
        finally:  # also where the reader left: Serve cancels us at the step that we wait for
            rounds.close()

    async def status(self) -> Status:
        """The engine's figures."""
        return self._servant.status()

    async def where(self) -> str:
        """The machine and the process, for whoever looks after a cluster."""
        return identity.server()

    async def check_health(self) -> None:
        """Asked by Serve; a replica whose engine thread died or hangs is replaced."""
        if not self._engine.owner.healthy:
            raise RuntimeError("the engine's thread is gone or hangs")

    async def _sticks(self) -> None:
        """Let Serve know that this group of prompts is read here."""
        if group := serve.get_multiplexed_model_id():
            await self._group(group)

    @serve.multiplexed(max_num_models_per_replica=GROUPS)
    async def _group(self, name: str) -> str:
        return name

    async def _in_thread(self, function, *args):
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *args)
