"""A checkpoint's ``config.json``: read, and refused where the model would compute something else.

Relatives that go by the same name but use another formula are not shown: the pages would explain
what the model does not do.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.errors import BadCheckpoint
from core.language import _, on_one_line
from core.model.shape import Shape
from core.model.small_json import read_json

#: The same tanh formula under its names in transformers; every other curve is another model.
_TANH_GELU = {"gelu_new", "gelu_pytorch_tanh"}


def read_config(folder: str | Path) -> dict[str, Any]:
    """The ``config.json`` of a folder.

    Raises
    ------
    BadCheckpoint
        If there is none, or it is not JSON, or longer than any GPT-2's.
    """

    def bad(problem: str, cure: str) -> BadCheckpoint:
        return BadCheckpoint(problem.format(folder=on_one_line(str(folder))), cure)

    try:
        config = read_json(Path(folder) / "config.json")
    except FileNotFoundError:
        raise bad(
            _("The folder “{folder}” holds no checkpoint: config.json is missing."),
            _("Name the folder that holds config.json and model.safetensors."),
        ) from None
    except (OSError, ValueError) as error:
        raise bad(
            _("The config.json in “{folder}” cannot be read."),
            _("Download or export the checkpoint again."),
        ) from error
    if not isinstance(config, dict):
        raise bad(
            _("The config.json in “{folder}” is not a configuration."),
            _("Download or export the checkpoint again."),
        )
    return config


def check_config(config: dict[str, Any]) -> Shape:
    """The shape of a checkpoint that is a GPT-2 in every respect.

    Parameters
    ----------
    config : the parsed ``config.json``

    Raises
    ------
    BadCheckpoint
        Naming the first setting that GPT-2 does not have.
    """
    shape = Shape.from_config(config)
    ours = {
        "activation_function": config.get("activation_function", "gelu_new") in _TANH_GELU,
        "n_inner": config.get("n_inner") in (None, 4 * shape.n_embd),
        "scale_attn_weights": config.get("scale_attn_weights", True) is True,
        "scale_attn_by_inverse_layer_idx": not config.get("scale_attn_by_inverse_layer_idx"),
        "add_cross_attention": not config.get("add_cross_attention"),
        "tie_word_embeddings": config.get("tie_word_embeddings", True) is True,
        "quantization_config": not config.get("quantization_config"),
        # It would name a weights file of any kind, a pickle too.
        "transformers_weights": not config.get("transformers_weights"),
    }
    for name, same in ours.items():
        if not same:
            raise BadCheckpoint(
                _("This checkpoint differs from GPT-2 in {name} = {value}.").format(
                    name=name, value=on_one_line(json.dumps(config.get(name)))
                ),
                _("Choose a checkpoint with GPT-2's own settings."),
            )
    return shape
