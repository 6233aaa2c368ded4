"""The models on offer: name, shape, size and where each comes from.

Everything here is known before a single byte is downloaded, and nothing here
touches the network.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import BadCheckpoint, UnknownModel
from core.language import _
from core.settings import Settings, load_settings

#: The folder of the checkpoint that ships with the dashboard.
STORYTELLER = Path(__file__).parent.parent / "checkpoints" / "storyteller"

#: Bytes of one number of each type that weights are kept in.
ITEM_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}

#: vocab.json, merges.txt, tokenizer.json and the configuration of a published GPT-2, in bytes.
_TOKENIZER_BYTES = 2_860_000

#: What a Hub id may look like: an optional owner, then a name.
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?", re.ASCII)


@dataclass(frozen=True)
class Shape:
    """The sizes that make one GPT-2 different from another.

    Attributes
    ----------
    n_layer : blocks
    n_head : attention heads of a block
    n_embd : width of the residual stream
    n_ctx : longest context, in tokens
    n_vocab : tokens in the vocabulary
    """

    n_layer: int
    n_head: int
    n_embd: int
    n_ctx: int
    n_vocab: int

    @property
    def d_head(self) -> int:
        """Width of one head."""
        return self.n_embd // self.n_head

    @property
    def n_params(self) -> int:
        """Parameters, the tied head counted once."""
        return sum(self.parts().values())

    def parts(self) -> dict[str, int]:
        """Parameters by part of the model; they add up to `n_params`.

        Returns
        -------
        dict
            ``wte``, ``wpe``, ``attention``, ``mlp`` and ``layer norms``. The head is tied to
            ``wte`` and adds nothing.

        References
        ----------
        Radford et al. (2019), Language Models are Unsupervised Multitask Learners, section 2.3.
        """
        d = self.n_embd
        return {
            "wte": self.n_vocab * d,
            "wpe": self.n_ctx * d,
            # c_attn (d, 3d) and c_proj (d, d), with their biases
            "attention": self.n_layer * (4 * d * d + 4 * d),
            # c_fc (d, 4d) and c_proj (4d, d), with their biases
            "mlp": self.n_layer * (8 * d * d + 5 * d),
            # ln_1 and ln_2 of each block, and ln_f: a gain and a bias each
            "layer norms": self.n_layer * 4 * d + 2 * d,
        }

    @property
    def block_params(self) -> int:
        """Parameters of one block."""
        d = self.n_embd
        return 12 * d * d + 13 * d

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Shape:
        """The shape written in a ``config.json``.

        Parameters
        ----------
        config : the parsed file

        Raises
        ------
        BadCheckpoint
            If it is not the configuration of a GPT-2, or a size is missing or impossible.
        """
        kind = config.get("model_type")
        if kind != "gpt2":
            raise BadCheckpoint(
                _("This checkpoint is a “{kind}” model, not a GPT-2.").format(
                    kind=shown(str(kind or "?"))
                ),
                _("Choose a checkpoint whose config.json says model_type “gpt2”."),
            )
        # Files of 2019 call the context n_ctx as well as n_positions; the newer word rules.
        named = {
            "n_layer": config.get("n_layer"),
            "n_head": config.get("n_head"),
            "n_embd": config.get("n_embd"),
            "n_ctx": config.get("n_positions", config.get("n_ctx")),
            "n_vocab": config.get("vocab_size"),
        }
        for name, value in named.items():
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise BadCheckpoint(
                    _("The checkpoint's config.json has no usable {name}.").format(name=name),
                    _("Download or export the checkpoint again."),
                )
        shape = cls(**named)
        if shape.n_embd % shape.n_head:
            raise BadCheckpoint(
                _("The width {width} cannot be divided into {heads} heads.").format(
                    width=shape.n_embd, heads=shape.n_head
                ),
                _("Download or export the checkpoint again."),
            )
        return shape


@dataclass(frozen=True)
class Entry:
    """One model that can be chosen.

    Attributes
    ----------
    key : the name that stands in links and caches
    title : the name that people read
    source : Hub id, or folder
    shape : None for a Hub id whose config.json has not been seen yet
    download_bytes : what must come over the network, in bytes; 0 for a folder, and for a
        Hub id of unknown shape
    file_dtype : the type of the numbers in the files
    embedded : whether the checkpoint ships with the dashboard
    """

    key: str
    title: str
    source: str
    shape: Shape | None
    download_bytes: int = 0
    file_dtype: str = "float32"
    embedded: bool = False
    _describe: Callable[[], str] = field(default=str, repr=False, compare=False)

    @property
    def description(self) -> str:
        """One sentence about the model, in the reader's language."""
        return self._describe()

    def bytes_in(self, dtype: str = "float32") -> int:
        """Memory that the weights take, in bytes.

        Raises
        ------
        ValueError
            If the shape is not known yet, or `dtype` is no type that weights are kept in.
        """
        if self.shape is None:
            raise ValueError(f"the shape of {self.key!r} is not known before its config.json is")
        if dtype not in ITEM_BYTES:
            raise ValueError(f"dtype {dtype!r} is not one of {sorted(ITEM_BYTES)}")
        return self.shape.n_params * ITEM_BYTES[dtype]


def shown(name: str) -> str:
    """A typed name as it may stand in a sentence: one line, at most 80 characters."""
    line = "".join(c if c.isprintable() else "·" for c in name)
    return line if len(line) <= 80 else line[:79] + "…"


def read_config(folder: str | Path) -> dict[str, Any]:
    """The ``config.json`` of a folder.

    Raises
    ------
    BadCheckpoint
        If there is none, or it is not JSON.
    """
    path = Path(folder) / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadCheckpoint(
            _("The folder “{folder}” holds no checkpoint: config.json is missing.").format(
                folder=shown(str(folder))
            ),
            _("Name the folder that holds config.json and model.safetensors."),
        ) from None
    except (OSError, ValueError) as error:
        raise BadCheckpoint(
            _("The config.json in “{folder}” cannot be read.").format(folder=shown(str(folder))),
            _("Download or export the checkpoint again."),
        ) from error
    if not isinstance(config, dict):
        raise BadCheckpoint(
            _("The config.json in “{folder}” is not a configuration.").format(
                folder=shown(str(folder))
            ),
            _("Download or export the checkpoint again."),
        )
    return config


def _published(
    key: str, title: str, source: str, shape: Shape, describe: Callable[[], str]
) -> Entry:
    # The published files also hold each block's causal mask, (1, 1, n_ctx, n_ctx) float32.
    masks = shape.n_layer * shape.n_ctx * shape.n_ctx * 4
    return Entry(
        key=key,
        title=title,
        source=source,
        shape=shape,
        download_bytes=shape.n_params * 4 + masks + _TOKENIZER_BYTES,
        _describe=describe,
    )


def _storyteller() -> Entry:
    config = read_config(STORYTELLER)
    return Entry(
        key="storyteller",
        title="Storyteller",
        source=str(STORYTELLER),
        shape=Shape.from_config(config),
        file_dtype=str(config.get("dtype") or "float32"),
        embedded=True,
        _describe=lambda: _(
            "A small GPT-2 trained on simple stories. It ships with the dashboard and needs no"
            " network."
        ),
    )


_ENTRIES = (
    _storyteller(),
    _published(
        "distilgpt2",
        "DistilGPT-2",
        "distilbert/distilgpt2",
        Shape(6, 12, 768, 1024, 50257),
        lambda: _("GPT-2 Small halved in depth by distillation: quick, and a fair writer."),
    ),
    _published(
        "openai-community/gpt2",
        "GPT-2 Small",
        "openai-community/gpt2",
        Shape(12, 12, 768, 1024, 50257),
        lambda: _("The smallest of the four models that OpenAI published in 2019."),
    ),
    _published(
        "openai-community/gpt2-medium",
        "GPT-2 Medium",
        "openai-community/gpt2-medium",
        Shape(24, 16, 1024, 1024, 50257),
        lambda: _("Twice as deep as GPT-2 Small and a third wider."),
    ),
    _published(
        "openai-community/gpt2-large",
        "GPT-2 Large",
        "openai-community/gpt2-large",
        Shape(36, 20, 1280, 1024, 50257),
        lambda: _("36 layers of 20 heads: six times the parameters of GPT-2 Small."),
    ),
    _published(
        "openai-community/gpt2-xl",
        "GPT-2 XL",
        "openai-community/gpt2-xl",
        Shape(48, 25, 1600, 1024, 50257),
        lambda: _("The largest GPT-2, 48 layers deep: the one that made the news."),
    ),
)

#: Every model of the house, by key.
CATALOG: dict[str, Entry] = {entry.key: entry for entry in _ENTRIES}

#: Other names of the same models.
_ALIASES = {
    **{entry.source: entry.key for entry in _ENTRIES},
    "gpt2": "openai-community/gpt2",
    "gpt2-medium": "openai-community/gpt2-medium",
    "gpt2-large": "openai-community/gpt2-large",
    "gpt2-xl": "openai-community/gpt2-xl",
    "openai-community/distilgpt2": "distilgpt2",
}


def canonical(name: str) -> str:
    """The one key of a model that can be named in several ways; folders become absolute.

    A catalogue name wins over a folder of the same name.
    """
    name = name.strip()
    key = _ALIASES.get(name, name)
    if key in CATALOG:
        return key
    # os.path, not pathlib: a NUL or a name of a thousand characters is simply no folder.
    folder = os.path.expanduser(name)
    if name and os.path.isdir(folder):
        folder = os.path.realpath(folder)
        return "storyteller" if folder == os.path.realpath(STORYTELLER) else folder
    return key


def offered(settings: Settings | None = None) -> list[Entry]:
    """The models that may be chosen from the list, smallest first as the catalogue has them.

    A host's `Settings.models` limits the list and may name folders and Hub ids of its own; the
    default model is always part of it.
    """
    settings = settings or load_settings()
    names = [canonical(name) for name in settings.models] or list(CATALOG)
    default = canonical(settings.default_model)
    if default not in names:
        names.insert(0, default)
    entries: list[Entry] = []
    for name in dict.fromkeys(names):
        try:
            entries.append(_entry(name))
        except (UnknownModel, BadCheckpoint):
            # A host's slip in the list must not take the other models away.
            continue
    return entries


def find(key: str, settings: Settings | None = None) -> Entry:
    """The entry of a name: of the catalogue, a folder, or a Hub id.

    Parameters
    ----------
    key : as typed, or as it stands in a link
    settings : what the host allows; the process's own if None

    Returns
    -------
    Entry
        Of a Hub id outside the catalogue the shape is known only once its ``config.json`` lies
        in the local cache.

    Raises
    ------
    UnknownModel
        If there is no such model, or the host does not allow it.
    BadCheckpoint
        If the name is a folder without a GPT-2 checkpoint.
    """
    settings = settings or load_settings()
    name = canonical(key)
    listed = {canonical(settings.default_model), *map(canonical, settings.models)}
    if settings.models:
        allowed = name in listed or (settings.allow_other_models and name not in CATALOG)
    else:
        allowed = name in listed or name in CATALOG or settings.allow_other_models
    if not allowed:
        raise UnknownModel(
            _("This server does not offer a model named “{name}”.").format(name=shown(key)),
            _("Choose one of the models in the list."),
        )
    return _entry(name)


def _entry(name: str) -> Entry:
    if name in CATALOG:
        return CATALOG[name]
    if os.path.isdir(name):
        config = read_config(name)
        return Entry(
            key=name,
            title=os.path.basename(name) or name,
            source=name,
            shape=Shape.from_config(config),
            file_dtype=str(config.get("dtype") or config.get("torch_dtype") or "float32"),
            _describe=lambda: _("A checkpoint from a folder of this computer."),
        )
    if not _HUB_ID.fullmatch(name) or ".." in name or "--" in name:
        raise UnknownModel(
            _("“{name}” is neither a model in the list, nor a folder, nor a Hub id.").format(
                name=shown(name)
            ),
            _("Choose a model from the list, or type a folder or a name like owner/model."),
        )
    # Imported late: the catalogue itself must be quick to import.
    from core.model.download import cached_folder

    folder = cached_folder(name)
    shape = Shape.from_config(read_config(folder)) if folder is not None else None
    return Entry(
        key=name,
        title=name,
        source=name,
        shape=shape,
        _describe=lambda: _("A checkpoint from the Hugging Face Hub."),
    )
