"""Decoding: from a prompt to its first token, and from each token of a batch to the next."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from core.engine.failures import out_of_memory
from core.engine.prefix_cache import PrefixCache
from core.engine.records import Records, log
from core.engine.requests import AHEAD, GenerateRequest
from core.engine.sequences import Sequences
from core.model.loaded import LoadedModel
from core.sampling.generation import (
    Candidates,
    Chosen,
    Step,
    candidates_of,
    choose,
)
from core.sampling.together import choose_many
from core.tokens.vocabulary import token_bytes

#: Tokens of a text that repeats itself that are guessed and checked in one pass: eight rows take
#: two to three times as long as one.
GUESSES = 7


class Decoding:
    """Makes the sequences' tokens and hands them out; runs on the owner thread.

    Parameters
    ----------
    texts : reads prompts; None for a model that is read by transformers
    guesses : tokens guessed ahead where a sequence that is alone repeats itself
    """

    def __init__(
        self,
        loaded: LoadedModel,
        sequences: Sequences,
        texts: PrefixCache | None,
        records: Records,
        guesses: int,
    ) -> None:
        self.tokenizer, self.n_ctx = loaded.tokenizer, loaded.shape.n_ctx
        self.sequences, self.texts, self.records = sequences, texts, records
        self.guesses = guesses
        self._first_candidates: tuple[Hashable, Candidates] | None = None  # of a prompt, by its ids

    # --- the first token --------------------------------------------------------------------

    def advance(self, request: GenerateRequest) -> bool:
        """Read a prompt, piece by piece; then choose its first token and let it join the batch.

        Returns
        -------
        bool
            False while there is more to read.
        """
        if request.slot is not None:  # it was parked
            self.sequences.resume(request)
            return True
        if self.texts is None:
            request.slot, logits = self.sequences.batch.start(request.ids)
            self.sequences.join(request)
            self._offer(request, logits, *choose_many(logits[None], [request.sampler]))
            return True
        if request.prefill is None:
            request.prefill = self.texts.prefill(request.ids)
        text = next(request.prefill)
        if text is None:
            return False
        request.prefill = None
        if self._emit(request, text.logits, self._first(request, text.logits)):
            coming = self.sequences.coming(len(request.ids))
            request.slot = self.sequences.batch.join(text, coming)
            self.sequences.join(request)
        return True

    def _first(self, request: GenerateRequest, logits: np.ndarray) -> Chosen | BaseException:
        """The first token after a prompt; thirty draws need the same candidates only once."""
        if request.settings.greedy:
            return choose(logits, request.settings, request.ids, request.rng)
        if request.settings.uncut:
            return choose_many(logits[None], [request.sampler])[0]
        key = request.ids, request.settings
        if self._first_candidates is None or self._first_candidates[0] != key:
            self._first_candidates = key, candidates_of(logits, request.settings, request.ids)
        return self._first_candidates[1].draw(request.rng)

    # --- the next tokens --------------------------------------------------------------------

    def step(self) -> None:
        """One token of every running sequence whose reader keeps up."""
        self.sequences.make_room()
        running = self.sequences.running
        if running:
            self.records.step(len(running))
        if len(running) == 1 and self._step_ahead(running[0]):
            return
        if running:
            self._step_some(list(running))

    def _step_ahead(self, request: GenerateRequest) -> bool:
        """Several tokens of a sequence that is alone and repeats itself; False if none.

        A batch of sequences uses the machine as well as guesses do, and none of it is in vain.
        """
        if self.texts is None:
            return False
        batch = self.sequences.batch
        left = request.limit - request.made, AHEAD - (request.made - request.taken)
        most = min(self.guesses, batch.room(request.slot) - 1, min(left) - 1)
        guess = request.lookup.guess(most)
        if not guess:
            return False
        try:
            logits = batch.verify(request.slot, [request.ids[-1], *guess])
        except Exception:  # nothing was changed: one token alone may go, or tell what is wrong
            log.warning("guessed tokens could not be read", exc_info=True)
            return False
        made = logits.numpy()
        made.flags.writeable = False
        self._keep_right(request, made, guess)
        return True

    def _keep_right(self, request: GenerateRequest, logits: np.ndarray, guess: list[int]) -> None:
        """Hand out a sequence's tokens up to the first that was guessed wrongly.

        Parameters
        ----------
        logits : shape (1 + len(guess), n_vocab); after the last token and after each guess
        """
        for row, guessed in zip(logits, [*guess, None], strict=True):
            assert request.slot is not None
            request.slot.length += 1
            request.turn += 1
            self._offer(request, row, *choose_many(row[None], [request.sampler]))
            if request.slot is None or request.ids[-1] != guessed:
                break

    def _step_some(self, requests: list[GenerateRequest]) -> None:
        try:
            logits = self.sequences.batch.step([(r.slot, r.ids[-1]) for r in requests])
        except BaseException as error:
            self._step_halves(requests, error)
            return
        made = logits.numpy()
        chosen = choose_many(made, [request.sampler for request in requests])
        made.flags.writeable = False
        # From the last one back: whoever ends leaves no gap that another one must fill.
        for request, row, choice in reversed(list(zip(requests, made, chosen, strict=True))):
            request.turn += 1
            self._offer(request, row, choice)

    def _step_halves(self, requests: list[GenerateRequest], error: BaseException) -> None:
        """Somebody's fault, but whose? Each half is tried alone.

        A step that fails changes nothing, so the others lose only time.
        """
        if len(requests) == 1:
            self.records.failed(requests[0], error)
            self.sequences.leave(requests[0])
            return
        if out_of_memory(error):
            self.records.relieve()
        half = len(requests) // 2
        self._step_some(requests[:half])
        self._step_some(requests[half:])

    # --- handing out ------------------------------------------------------------------------

    def _offer(
        self, request: GenerateRequest, logits: np.ndarray, chosen: Chosen | BaseException
    ) -> None:
        """Hand out a running sequence's next token; it leaves if that was the last."""
        try:
            more = self._emit(request, logits, chosen)
        except BaseException as error:
            self.records.failed(request, error)
            more = False
        if not more:
            self.sequences.leave(request)

    def _emit(
        self, request: GenerateRequest, logits: np.ndarray, chosen: Chosen | BaseException
    ) -> bool:
        """Hand out a token as a `Step`; whether there is a next one."""
        if isinstance(chosen, BaseException):
            raise chosen
        token, p, p_model, u = chosen
        data = token_bytes(self.tokenizer, token)
        request.out.put(Step(request.made, token, data, p, p_model, u, logits))
        request.made += 1
        request.ids = (*request.ids, token)
        request.lookup.add(token)
        self.records.token()
        last = (
            request.made >= request.limit
            or (request.stop and token == self.tokenizer.eos_token_id)
            or len(request.ids) > self.n_ctx
        )
        if last:
            request.ended = True
            request.out.put(None)
            self.records.report(request, tokens=request.made)
        return not last
