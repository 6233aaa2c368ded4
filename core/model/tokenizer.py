"""Read a checkpoint's tokenizer, and refuse one that is not GPT-2's kind."""

from __future__ import annotations

from pathlib import Path

from transformers import GPT2TokenizerFast

from core.errors import BadCheckpoint
from core.language import _
from core.model.files import has_vocabulary
from core.numbers import count

#: Text that only a tokenizer over bytes gives back as it was.
_SAMPLE = "One, two  —\té 你好 🙂\n"


def read_tokenizer(folder: Path, n_vocab: int) -> GPT2TokenizerFast:
    """The byte-level tokenizer of a folder, with `n_vocab` tokens.

    Raises
    ------
    BadCheckpoint
        If there is none, it cannot be read, or it is of another size or kind.
    """
    # Without its files transformers makes a tokenizer of one token, in silence.
    if not has_vocabulary(folder):
        raise BadCheckpoint(
            _("The checkpoint has no vocabulary: tokenizer.json is missing."),
            _("Save the tokenizer beside the model with save_pretrained."),
        )
    try:
        tokenizer = GPT2TokenizerFast.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        n_tokens = len(tokenizer)
    except Exception as error:  # the readers of these files raise whatever they meet
        raise BadCheckpoint(
            _("The files of the vocabulary cannot be read."),
            _("Download or copy the checkpoint again."),
        ) from error
    _require_gpt2s(tokenizer, n_tokens, n_vocab)
    return tokenizer


def _require_gpt2s(tokenizer: GPT2TokenizerFast, n_tokens: int, n_vocab: int) -> None:
    if n_tokens != n_vocab:
        raise BadCheckpoint(
            _("The vocabulary has {n} tokens and the model {rows}.").format(
                n=count(n_tokens), rows=count(n_vocab)
            ),
            _("Put the tokenizer that the model was trained with beside it."),
        )
    ids = tokenizer(_SAMPLE, add_special_tokens=False)["input_ids"]
    if tokenizer.decode(ids, clean_up_tokenization_spaces=False) != _SAMPLE:
        raise BadCheckpoint(
            _("The vocabulary is not a byte-level one: some text does not come back whole."),
            _("Choose a checkpoint with GPT-2's kind of tokenizer."),
        )
